"""Streaks of active days by the learner's own clock. Pure.

A day is active when the learner committed a practice answer or finished an exam on it,
by the clock of the zone they were in. The streak is the number of active days in a row.
A missed day takes the freeze of its week (Monday to Sunday), one a week; without one
the streak ends. A day counts as missed only if it was one on both clocks, the one the
learner left and the one they came to: whoever flies across the date line, or whose
clocks change, misses nothing.
"""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from achievements.facts import StreakDay


@dataclass(frozen=True, slots=True)
class Active:
    """An active day: its first and last moment, and the zone at the last."""

    day: date
    first_at: datetime
    last_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Streak:
    """The streak as of the last active day."""

    length: int = 0
    longest: int = 0
    last: Active | None = None
    freeze_week: date | None = None


def local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def week_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def days_between(last: Active, moment: datetime, zone: str) -> int:
    """Return how many days further the moment is, by the clock that says fewer."""
    by_new = (local_day(moment, zone) - local_day(last.last_at, zone)).days
    by_old = (local_day(moment, last.zone) - last.day).days
    return max(0, min(by_new, by_old))


def _freezes(
    day: date, n_missed: int, freeze_week: date | None
) -> tuple[bool, date | None]:
    """Return whether freezes cover the missed days before the day, and the last."""
    for ago in range(n_missed, 0, -1):
        week = week_of(day - timedelta(days=ago))
        if freeze_week is not None and week <= freeze_week:
            return False, freeze_week
        freeze_week = week
    return True, freeze_week


def extended(streak: Streak, active: Active) -> Streak:
    """Return the streak after one more active day, the later of the two."""
    if streak.last is None:
        return Streak(1, max(1, streak.longest), active)
    gap = days_between(streak.last, active.first_at, active.zone)
    # The same day again on the other clock: nothing is missed, nothing is new.
    length, freeze_week = streak.length, streak.freeze_week
    if gap > 0:
        # No streak survives three missed days, so a long rest is not walked through.
        held, freeze_week = (
            _freezes(active.day, gap - 1, freeze_week)
            if gap <= 3
            else (False, freeze_week)
        )
        length = length + 1 if held else 1
    return Streak(length, max(length, streak.longest), active, freeze_week)


def walk(days: Iterable[Active]) -> Iterator[tuple[StreakDay, Streak]]:
    """Yield the streak after each active day; the days in order."""
    streak = Streak()
    for active in days:
        streak = extended(streak, active)
        yield StreakDay(active.day, active.first_at, streak.length), streak


def streak_of(days: Iterable[Active]) -> Streak:
    """Return the streak as of the last of the days."""
    return functools.reduce(extended, days, Streak())


def current_length(
    *, length: int, day: date | None, freeze_week: date | None, today: date
) -> int:
    """Return what a streak that was ``length`` long on ``day`` is worth today.

    0 once it cannot be held any more: more days are missed than freezes cover.
    """
    if day is None:
        return 0
    n_missed = (today - day).days - 1
    if n_missed <= 0:
        return length
    if n_missed > 2:
        return 0
    held, _ = _freezes(today, n_missed, freeze_week)
    return length if held else 0
