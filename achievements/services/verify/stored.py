"""Reading what is kept about many learners at once: what verification looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import models

from achievements.models import (
    ActiveDay,
    CoinEntry,
    CountedAttempt,
    Grant,
    Miss,
    Standing,
    Statistics,
    XpEntry,
)
from achievements.services.verify.histories import grouped


class Entry(NamedTuple):
    """A row of a ledger."""

    pk: int
    reason: str
    question: int | None
    attempt: int | None
    amount: int
    at: datetime


class CountedRow(NamedTuple):
    attempt: int
    questions: str
    is_final: bool
    n_flawless_blocks: int


class MissRow(NamedTuple):
    question: int
    n: int


class DayRow(NamedTuple):
    day: date
    first_at: datetime
    last_at: datetime
    zone: str


class StandingRow(NamedTuple):
    board: str
    starts_on: date
    xp: int
    reached_at: datetime
    is_shown: bool


class GrantRow(NamedTuple):
    pk: int
    achievement: int
    achievement__title: str
    earned_at: datetime
    told_at: datetime | None
    revoked_at: datetime | None
    evidence: dict[str, Any]


@dataclass(frozen=True)
class Stored:
    """All rows about one learner. ``statistics``: a column each, None without a row."""

    statistics: Mapping[str, Any] | None
    is_shown: bool
    xp: list[Entry] = field(default_factory=list)
    coins: list[Entry] = field(default_factory=list)
    counted: list[CountedRow] = field(default_factory=list)
    misses: list[MissRow] = field(default_factory=list)
    days: list[DayRow] = field(default_factory=list)
    standings: list[StandingRow] = field(default_factory=list)
    grants: list[GrantRow] = field(default_factory=list)


TABLES: dict[str, tuple[type[models.Model], Any]] = {
    "xp": (XpEntry, Entry),
    "coins": (CoinEntry, Entry),
    "counted": (CountedAttempt, CountedRow),
    "misses": (Miss, MissRow),
    "days": (ActiveDay, DayRow),
    "standings": (Standing, StandingRow),
    "grants": (Grant, GrantRow),
}


def stored(shown: Mapping[int, bool]) -> dict[int, Stored]:
    """Return what is kept about the learners. A query per table.

    ``shown``: the learners, and whether others may see them on the leaderboards.
    """
    learners = list(shown)
    rows = Statistics.objects.filter(learner__in=learners).values()
    statistics = {row["learner_id"]: row for row in rows}
    tables = {
        name: _rows(model, shape, learners) for name, (model, shape) in TABLES.items()
    }
    return {
        pk: Stored(
            statistics.get(pk),
            is_shown,
            **{name: found[pk] for name, found in tables.items()},
        )
        for pk, is_shown in shown.items()
    }


def _rows(
    model: type[models.Model], shape: Any, learners: list[int]
) -> Mapping[int, list[Any]]:
    """Return a table's rows by learner, in the shape."""
    rows = model._default_manager.filter(learner__in=learners).order_by("pk")
    found = rows.values_list("learner", *shape._fields)
    return grouped((learner, shape(*columns)) for learner, *columns in found)
