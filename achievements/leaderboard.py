"""Reading a leaderboard: one query for who asks, one for all the rows of the page.

Everything comes off the partial index of those who are shown; the names, levels and
profiles are joined to the rows of the page only. docs/performance.md has the plans.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from achievements.amounts import XP
from achievements.levels import level_at
from achievements.models import Profile, Standing, Statistics
from achievements.presentation import BoardRow, nearest
from achievements.querysets import StandingQuerySet
from achievements.services.standings import periods_of

PAGE = 50
# Further down is nobody to compare oneself with but one's neighbours, who are always
# shown; an index is not walked through further than this either.
MOST_PAGES = 200
NEIGHBOURS = 10


class Place(NamedTuple):
    """Where somebody stands; two places compare as the leaderboard orders them."""

    xp: int
    reached_at: datetime
    learner: int


@dataclass(frozen=True, slots=True)
class Seat:
    """Who asks, and where they are on the board; no place if they earned nothing."""

    statistics: Statistics
    profile: Profile
    place: Place | None
    n_ahead: int
    is_shown: bool

    @property
    def rank(self) -> int:
        return self.n_ahead + 1


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
    standings = Standing.objects.on(board, dict(periods_of(now))[board])
    seat = _read_seat(learner, standings)
    found = _read_rows(standings, seat.place, start=PAGE * (page - 1))
    shown = [
        _row(one, PAGE * (page - 1) + number, learner)
        for number, one in enumerate(found["page"], start=1)
    ]
    return Leaderboard(
        seat=seat,
        rows=shown[:PAGE],
        around=_around(seat, learner, found),
        page=page,
        has_next=len(shown) > PAGE and page < MOST_PAGES,
    )


# --- who asks -------------------------------------------------------------------------


def _read_seat(learner: User, standings: StandingQuerySet) -> Seat:
    """Ask for the learner's own row, and count those ahead of it on the index."""
    ahead = standings.shown().ahead_of(
        OuterRef("xp"), OuterRef("reached_at"), OuterRef("learner")
    )
    count = ahead.order_by().values("board").annotate(n=Count("*")).values("n")
    own = standings.filter(learner=OuterRef("pk")).annotate(
        n_ahead=Coalesce(Subquery(count), 0)
    )
    me = (
        User.objects.filter(pk=learner.pk)
        .select_related("statistics", "profile")
        .annotate(
            own_xp=Subquery(own.values("xp")),
            own_reached_at=Subquery(own.values("reached_at")),
            own_is_shown=Subquery(own.values("is_shown")),
            own_n_ahead=Subquery(own.values("n_ahead")),
        )
        .get()
    )
    return Seat(
        statistics=getattr(me, "statistics", None) or Statistics(learner=learner),
        profile=getattr(me, "profile", None) or Profile(learner=learner),
        place=Place(me.own_xp, me.own_reached_at, me.pk) if me.own_xp else None,
        n_ahead=me.own_n_ahead or 0,
        is_shown=bool(me.own_is_shown),
    )


# --- the rows -------------------------------------------------------------------------


class _Found(NamedTuple):
    """A row as the database returns it."""

    kind: str
    learner: int
    xp: int
    reached_at: datetime
    name: str
    is_active: bool
    all_xp: int | None
    is_public: bool | None

    @property
    def order(self) -> tuple[int, datetime, int]:
        return -self.xp, self.reached_at, self.learner


def _read_rows(
    standings: StandingQuerySet, place: Place | None, *, start: int
) -> dict[str, list[_Found]]:
    """Return the rows of a page and one more, and those around a place."""
    shown = standings.shown()
    # One more says whether there is another page.
    parts = {"page": shown.in_order()[start : start + PAGE + 1]}
    if place:
        nearest_first = shown.ahead_of(*place).order_by("xp", "-reached_at", "-learner")
        parts["ahead"] = nearest_first[:NEIGHBOURS]
        parts["behind"] = shown.behind(*place).in_order()[:NEIGHBOURS]
    first, *others = (_part(standings, kind, some) for kind, some in parts.items())
    found: dict[str, list[_Found]] = {"page": [], "ahead": [], "behind": []}
    for row in first.union(*others, all=True) if others else first:
        one = _Found(*row)
        found[one.kind].append(one)
    for rows in found.values():
        rows.sort(key=lambda one: one.order)
    found["ahead"].reverse()
    return found


def _part(
    standings: StandingQuerySet, kind: str, some: StandingQuerySet
) -> QuerySet[Standing, tuple[Any, ...]]:
    """Join what the page says about some of the board's learners.

    Which they are comes from the index alone, also where it is walked through to a
    later page; SQLite cannot limit the parts of a union in any other way.
    """
    rows = standings.filter(learner__in=some.values("learner")).order_by()
    return rows.annotate(
        kind=Value(kind), all_xp=F("learner__statistics__xp")
    ).values_list(
        "kind",
        "learner_id",
        "xp",
        "reached_at",
        "learner__display_name",
        "learner__is_active",
        "all_xp",
        "learner__profile__is_public",
    )


def _row(found: _Found, rank: int, learner: User) -> BoardRow:
    return BoardRow(
        rank=rank,
        learner=found.learner,
        # Hidden as soon as the account is closed; here in the moment before.
        name=found.name if found.is_active else "A closed account",
        xp=found.xp,
        level=level_at(found.all_xp or 0),
        has_profile=found.is_active and found.is_public is not False,
        is_me=found.learner == learner.pk,
    )


def _around(
    seat: Seat, learner: User, found: dict[str, list[_Found]]
) -> list[BoardRow]:
    """Return the neighbours with the learner among them, the first rank first."""
    if seat.place is None:
        return []
    ahead, behind = nearest(found["ahead"], found["behind"], count=NEIGHBOURS)
    # Nobody else sees those who are hidden, so they take no rank from those behind.
    first_behind = seat.rank + seat.is_shown
    mine = BoardRow(
        rank=seat.rank,
        learner=learner.pk,
        name=learner.display_name,
        xp=seat.place.xp,
        level=level_at(seat.statistics.xp),
        has_profile=seat.profile.is_public,
        is_me=True,
    )
    return [
        *_ranked(reversed(ahead), seat.rank - len(ahead), learner),
        mine,
        *_ranked(behind, first_behind, learner),
    ]


def _ranked(rows: Iterable[_Found], first: int, learner: User) -> list[BoardRow]:
    return [_row(one, rank, learner) for rank, one in enumerate(rows, start=first)]
