"""Reading a leaderboard: one query for who asks, one for all the rows of the page.

Ranks and rows come off the partial index of those who are shown, in its own order; the
names, levels and profiles are joined to the rows of the page only.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import OuterRef, Subquery

from accounts.models import User
from achievements.amounts import XP
from achievements.levels import level_at
from achievements.milestones import EXACT, Milestone, milestone_above
from achievements.models import Profile, Standing, Statistics
from achievements.presentation import BoardRow, nearest
from achievements.querysets import StandingQuerySet
from achievements.services.standings import periods_of

PAGE = 50
# Further down is nobody to compare oneself with but one's neighbours, who are always
# shown; an index is not walked through further than this either.
MOST_PAGES = EXACT // PAGE
NEIGHBOURS = 10


class Place(NamedTuple):
    """Where somebody stands."""

    xp: int
    reached_at: datetime
    learner: int


@dataclass(frozen=True, slots=True)
class Seat:
    """Who asks, and where they are on the board; no place if they earned nothing."""

    statistics: Statistics
    profile: Profile
    place: Place | None
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """What a page of a board shows: its rows, who asks, and those around them."""

    seat: Seat
    rows: list[BoardRow]
    around: list[BoardRow]
    page: int
    has_next: bool

    @property
    def me(self) -> BoardRow | None:
        return next((row for row in self.around if row.is_me), None)

    @property
    def next_ahead(self) -> BoardRow | None:
        """Whom to overtake next."""
        here = next((n for n, row in enumerate(self.around) if row.is_me), 0)
        return self.around[here - 1] if here else None

    @property
    def missing(self) -> int:
        """XP to be ahead of the next; as many as they have would come too late."""
        me, other = self.me, self.next_ahead
        return XP * ((other.xp - me.xp) // XP + 1) if me and other else 0

    @property
    def is_hidden(self) -> bool:
        """Whether only the learner sees where they are."""
        seat = self.seat
        is_out = seat.place is not None and not seat.is_shown
        return is_out or not seat.profile.on_leaderboard

    @property
    def first_rank(self) -> int:
        return PAGE * (self.page - 1) + 1

    @property
    def last_rank(self) -> int:
        return self.first_rank + max(len(self.rows), 1) - 1

    @property
    def is_cut(self) -> bool:
        """Whether this is the last page, and the list may go on all the same."""
        return self.page == MOST_PAGES and len(self.rows) == PAGE


def read_leaderboard(
    *, learner: User, board: Standing.Board, now: datetime, page: int
) -> Leaderboard:
    """Return a page of the board; two queries, whatever there is."""
    starts_on = dict(periods_of(now))[board]
    standings = Standing.objects.on(board, starts_on)
    seat = _read_seat(learner, standings)
    mark = None
    if seat.place:
        mark = milestone_above(board, starts_on, xp=seat.place.xp)
    found = _read_rows(standings.shown(), seat.place, mark, page=page)
    rows = _ranked(found.page, PAGE * (page - 1) + 1, learner)
    return Leaderboard(
        seat=seat,
        rows=rows[:PAGE],
        around=_around(seat, learner, found),
        page=page,
        has_next=len(rows) > PAGE and page < MOST_PAGES,
    )


# --- who asks -------------------------------------------------------------------------


def _read_seat(learner: User, standings: StandingQuerySet) -> Seat:
    own = standings.filter(learner=OuterRef("pk"))
    me = (
        User.objects.filter(pk=learner.pk)
        .select_related("statistics", "profile")
        .annotate(
            own_xp=Subquery(own.values("xp")),
            own_reached_at=Subquery(own.values("reached_at")),
            own_is_shown=Subquery(own.values("is_shown")),
        )
        .get()
    )
    return Seat(
        statistics=getattr(me, "statistics", None) or Statistics(learner=learner),
        profile=getattr(me, "profile", None) or Profile(learner=learner),
        place=Place(me.own_xp, me.own_reached_at, me.pk) if me.own_xp else None,
        is_shown=bool(me.own_is_shown),
    )


# --- the rows -------------------------------------------------------------------------


class _Found(NamedTuple):
    """A row as the database returns it."""

    learner: int
    xp: int
    name: str
    is_active: bool
    all_xp: int | None
    is_public: bool | None


@dataclass(slots=True)
class _Rows:
    """The rows of a page and one more, and those around a place, nearest first."""

    n_ahead: int
    page: list[_Found]
    ahead: list[_Found]
    behind: list[_Found]


# Django cannot join names to a union, and SQLite cannot limit the parts of one without
# another SELECT around each.
_ROWS = """
SELECT part, {n_ahead}, learner_id, found.xp, display_name, is_active,
       statistics.xp, is_public
FROM ({parts}) AS found
JOIN accounts_user ON accounts_user.id = learner_id
LEFT JOIN achievements_statistics AS statistics USING (learner_id)
LEFT JOIN achievements_profile USING (learner_id)
ORDER BY found.xp DESC, reached_at, learner_id
"""
_PART = "SELECT '{name}' AS part, piece.* FROM ({sql}) AS piece"
_COUNT = "(SELECT count(*) FROM ({sql}) AS piece)"


def _read_rows(
    shown: StandingQuerySet,
    place: Place | None,
    mark: Milestone | None,
    *,
    page: int,
) -> _Rows:
    start = PAGE * (page - 1)
    # One more says whether there is another page.
    parts = {"page": shown.in_order()[start : start + PAGE + 1]}
    counts: list[StandingQuerySet] = []
    if place:
        parts |= _neighbours(shown, place)
        up_to = shown.below(mark.xp) if mark else shown
        counts = [up_to.above(place.xp), shown.earlier(*place)]
    sql, params = _statement(parts, counts)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return _sorted_out(cursor.fetchall(), n_passed=mark.n if mark else 0)


def _neighbours(shown: StandingQuerySet, place: Place) -> dict[str, StandingQuerySet]:
    """Return the nearest on each side: of those with as much XP, then of the others."""
    backwards = ("xp", "-reached_at", "-learner")
    return {
        "earlier": shown.earlier(*place).order_by(*backwards)[:NEIGHBOURS],
        "above": shown.above(place.xp).order_by(*backwards)[:NEIGHBOURS],
        "later": shown.later(*place).in_order()[:NEIGHBOURS],
        "below": shown.below(place.xp).in_order()[:NEIGHBOURS],
    }


def _statement(
    parts: Mapping[str, StandingQuerySet], counts: Iterable[StandingQuerySet]
) -> tuple[str, list[Any]]:
    """Put one statement together from the querysets of our own names."""
    selects, sums = [], ["0"]
    params: list[Any] = []
    for rows in counts:
        sql, values = rows.order_by().values("learner").query.sql_with_params()
        sums.append(_COUNT.format(sql=sql))
        params += values
    for name, rows in parts.items():
        columns = rows.values("learner_id", "xp", "reached_at")
        sql, values = columns.query.sql_with_params()
        selects.append(_PART.format(name=name, sql=sql))
        params += values
    statement = _ROWS.format(
        n_ahead=" + ".join(sums), parts=" UNION ALL ".join(selects)
    )
    return statement, params


def _sorted_out(rows: Sequence[tuple[Any, ...]], *, n_passed: int) -> _Rows:
    found: defaultdict[str, list[_Found]] = defaultdict(list)
    for part, _, *columns in rows:
        found[part].append(_Found(*columns))
    # The same in every row; with nobody around there is nobody ahead.
    n_ahead = rows[0][1] if rows else 0
    ahead = [*found["above"], *found["earlier"]]
    return _Rows(
        n_ahead=n_passed + n_ahead,
        page=found["page"],
        ahead=ahead[::-1],
        behind=[*found["later"], *found["below"]],
    )


def _around(seat: Seat, learner: User, found: _Rows) -> list[BoardRow]:
    """Return the neighbours with the learner among them, the first rank first."""
    if seat.place is None:
        return []
    rank = found.n_ahead + 1
    ahead, behind = nearest(found.ahead, found.behind, count=NEIGHBOURS)
    mine = BoardRow(
        rank=rank,
        learner=learner.pk,
        name=learner.display_name,
        xp=seat.place.xp,
        level=level_at(seat.statistics.xp),
        has_profile=seat.profile.is_public,
        is_me=True,
    )
    return [
        *_ranked(reversed(ahead), rank - len(ahead), learner),
        mine,
        # Nobody sees those who are hidden, so they take no rank from those behind.
        *_ranked(behind, rank + seat.is_shown, learner),
    ]


def _ranked(rows: Iterable[_Found], first: int, learner: User) -> list[BoardRow]:
    return [_row(one, rank, learner) for rank, one in enumerate(rows, start=first)]


def _row(found: _Found, rank: int, learner: User) -> BoardRow:
    return BoardRow(
        rank=rank,
        learner=found.learner,
        # Hidden as soon as the account is closed; here in the moment before.
        name=found.name if found.is_active else "A closed account",
        xp=found.xp,
        level=level_at(found.all_xp or 0),
        has_profile=bool(found.is_active and found.is_public),
        is_me=found.learner == learner.pk,
    )
