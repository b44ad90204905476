"""Reading the achievements page: one query for the achievements, one for the facts.

Progress comes from the same rules that grant. They ask for a learner's facts; here all
of these come with one statement, whichever of them the rules will ask for.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, FilteredRelation, Max, Q, Value
from django.db.models.functions import JSONObject

from accounts.models import User
from achievements import criteria, rules  # noqa: F401  importing registers the rules
from achievements.criteria import Progress
from achievements.facts import Moment, PublishedTest, Sitting, StreakDay
from achievements.models import Achievement, Miss, Statistics, ZoneChange
from achievements.presentation import AwardCard, AwardGroup
from achievements.querysets import published_tests
from achievements.streaks import Clock
from exams.models import Attempt

logger = logging.getLogger(__name__)

Row = Mapping[str, Any]
Rows = models.QuerySet[Any, tuple[str, Row]]
_SOME_MOMENT = Moment(datetime.min.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Overview:
    """What the achievements page shows."""

    statistics: Statistics
    groups: list[AwardGroup]

    @property
    def n_earned(self) -> int:
        return sum(group.n_earned for group in self.groups)

    @property
    def n_all(self) -> int:
        return sum(len(group.cards) for group in self.groups)


def read_overview(learner: User) -> Overview:
    facts = read_facts(learner.pk)
    cards = [_card(row, facts) for row in _rows(learner.pk)]
    groups = (
        AwardGroup.of(category.label, (c for c in cards if c.category == category))
        for category in Achievement.Category
    )
    return Overview(facts.statistics, [group for group in groups if group.cards])


# --- the achievements, with the learner's own grants ----------------------------------


def _rows(learner_id: int) -> Iterable[Row]:
    """Return what is on offer, and what else the learner has: one row for each."""
    mine = FilteredRelation("grants", condition=Q(grants__learner=learner_id))
    rows = Achievement.objects.annotate(mine=mine).order_by("position", "pk")
    kept = Q(mine__isnull=False, mine__revoked_at=None)
    return rows.filter(Q(is_active=True) | kept).values(
        "slug",
        "title",
        "text",
        "icon",
        "category",
        "rule",
        "threshold",
        "parameters",
        "is_hidden",
        earned_at=F("mine__earned_at"),
        evidence=F("mine__evidence"),
        revoked_at=F("mine__revoked_at"),
        revoke_reason=F("mine__revoke_reason"),
        attempt=F("mine__attempt__pk"),
        attempt_finished_at=F("mine__attempt__finished_at"),
        attempt_test=F("mine__attempt__test__title"),
        attempt_certification=F("mine__attempt__test__certification__short_name"),
    )


def _card(row: Row, facts: "PageFacts") -> AwardCard:
    is_earned = row["earned_at"] is not None and row["revoked_at"] is None
    is_lost = row["revoked_at"] is not None
    is_secret = row["is_hidden"] and not is_earned
    return AwardCard(
        slug=row["slug"],
        title=row["title"],
        text=row["text"],
        icon=row["icon"],
        category=row["category"],
        is_secret=is_secret,
        earned_at=row["earned_at"] if is_earned else None,
        reason=criteria.reason_of(row["evidence"] or {}) if is_earned else "",
        attempt=row["attempt"] if row["attempt_finished_at"] else None,
        place=_place(row),
        lost_because=row["revoke_reason"] if is_lost else "",
        progress=None if is_earned or is_lost or is_secret else _progress(row, facts),
    )


def _place(row: Row) -> str:
    if row["attempt_test"] is None:
        return ""
    return f"{row['attempt_certification']}, {row['attempt_test']}"


def _progress(row: Row, facts: "PageFacts") -> Progress | None:
    criterion = criteria.Criterion(row["rule"], row["threshold"], row["parameters"])
    try:
        return criterion.progress(facts)
    except Exception:
        # A mistake in one row must not take the page away; granting logs it as well.
        logger.exception("The rule of %s failed", row["slug"])
        return None


# --- the facts ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Total:
    """A sum, for the rules that ask how far it is (``facts.Series``)."""

    total: int

    def reached(self, amount: int) -> Moment | None:
        """Say whether; when it was does not matter to a progress bar."""
        return _SOME_MOMENT if self.total >= amount else None


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the rules ask about a learner, as far as progress needs it."""

    statistics: Statistics
    sittings: Sequence[Sitting]
    published: Sequence[PublishedTest]
    n_most_misses: int

    @property
    def xp(self) -> Total:
        return Total(self.statistics.xp)

    @property
    def coins(self) -> Total:
        return Total(self.statistics.coins_earned)

    @property
    def streak_days(self) -> Sequence[StreakDay]:
        """The last day of the longest streak stands for all of them."""
        longest = self.statistics.longest_streak
        if not longest:
            return []
        return [StreakDay(date.min, _SOME_MOMENT.at, longest)]

    def most_misses(self) -> int:
        return self.n_most_misses

    def recovery(self, misses: int) -> Moment | None:
        """Finding it means reading every answer: whoever did it has the grant."""
        return None


def read_facts(learner_id: int) -> PageFacts:
    """Read everything with one statement: rows of a kind and a JSON object each."""
    first, *others = _sources(learner_id)
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for kind, row in first.union(*others, all=True):
        found[kind].append(row)
    clock = Clock((_moment(row["since"]), row["zone"]) for row in found["zone"])
    sittings = (_sitting(row, clock) for row in found["sitting"])
    published = (_published(row) for row in found["published"])
    return PageFacts(
        statistics=_statistics(learner_id, found["statistics"]),
        sittings=sorted(sittings, key=lambda one: (one.finished_at, one.attempt)),
        published=sorted(published, key=lambda one: (one.published_at, one.test)),
        n_most_misses=max((row["n"] for row in found["misses"]), default=0),
    )


def _sources(learner_id: int) -> Iterator[Rows]:
    own = {"learner": learner_id}
    columns = {field.attname: field.attname for field in _STATISTICS}
    yield _rows_of("statistics", Statistics.objects.filter(**own), columns)
    finished = Attempt.objects.finished().filter(counted__is_final=True, **own)
    yield _rows_of("sitting", finished, _SITTING)
    yield _rows_of("published", published_tests().values(), _PUBLISHED)
    zones = {"since": "since", "zone": "zone"}
    yield _rows_of("zone", ZoneChange.objects.filter(**own), zones)
    misses = Miss.objects.filter(**own).values("learner")
    yield _rows_of("misses", misses, {"n": Max("n")})


def _rows_of(
    kind: str, rows: models.QuerySet[Any, Any], columns: Mapping[str, Any]
) -> Rows:
    row = JSONObject(**columns)
    annotated = rows.order_by().annotate(kind=Value(kind), row=row)
    return annotated.values_list("kind", "row")


_STATISTICS = Statistics._meta.concrete_fields
_SITTING = {
    "attempt": "pk",
    "test": "test_id",
    "certification": "test__certification_id",
    "certification_slug": "test__certification__slug",
    "mode": "mode",
    "length": "length",
    "n_answered": "n_answered",
    "n_right": "n_right",
    "score": "score",
    "finished_at": "finished_at",
    "pass_percent": "counted__pass_percent",
    "n_flawless_blocks": "counted__n_flawless_blocks",
}
_PUBLISHED = {
    "test": "test_id",
    "certification": "test__certification_id",
    "certification_slug": "test__certification__slug",
    "published_at": "since",
    "withdrawn_at": "until",
}


def _moment(text: str) -> datetime:
    """Read a moment out of JSON; SQLite writes them without the zone, which is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _statistics(learner_id: int, rows: Sequence[Row]) -> Statistics:
    if not rows:
        return Statistics(learner_id=learner_id)
    row = rows[0]
    values = {one.attname: one.to_python(row[one.attname]) for one in _STATISTICS}
    return Statistics(**values)


def _sitting(row: Row, clock: Clock) -> Sitting:
    finished_at = _moment(row["finished_at"])
    values = {name: row[name] for name in _SITTING if name != "mode"}
    return Sitting(
        **values
        | {
            "score": Decimal(str(row["score"])),
            "is_exam": row["mode"] == Attempt.Mode.EXAM,
            "finished_at": finished_at,
            "finished_local": clock.local(finished_at),
        }
    )


def _published(row: Row) -> PublishedTest:
    until = row["withdrawn_at"]
    times = {
        "published_at": _moment(row["published_at"]),
        "withdrawn_at": _moment(until) if until else None,
    }
    return PublishedTest(**{**row, **times})
