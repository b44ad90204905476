"""Streaks of active days by the learner's own clock. Pure.

A day is active when the learner committed a practice answer or finished an exam on it,
by the clock of the zone they were in. The streak is the number of active days in a row.
A missed day takes the freeze of its week (Monday to Sunday), one a week; without one
the streak ends. A day counts as missed only if it lies whole between two active days
on both clocks, the one the learner left and the one they came to: whoever flies across
the date line, or whose clocks change, misses nothing.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import attrgetter, itemgetter

from accounts.time_zones import zone_of
from achievements.facts import StreakDay

# Missed days in a row that freezes can cover: a Sunday and the Monday after it.
_MOST_COVERED = 2


def local_time(moment: datetime, zone: str) -> datetime:
    """Return the moment by a zone's clock; raise ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    return moment.astimezone(zone_of(zone))


def local_day(moment: datetime, zone: str) -> date:
    return local_time(moment, zone).date()


def week_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


class Clock:
    """A learner's own clock: the zones it has shown, each with the moment since when.

    The first one is for all the time before as well. UTC when there is none.
    """

    def __init__(self, changes: Iterable[tuple[datetime, str]] = ()) -> None:
        # Sorting is stable: of two at one moment the later one stands.
        in_order = sorted(changes, key=itemgetter(0))
        self._since = [since for since, _ in in_order]
        self._zones = [zone for _, zone in in_order] or ["UTC"]

    def zone_at(self, moment: datetime) -> str:
        return self._zones[max(0, bisect_right(self._since, moment) - 1)]

    def local(self, moment: datetime) -> datetime:
        return local_time(moment, self.zone_at(moment))

    def day(self, moment: datetime) -> date:
        return self.local(moment).date()


@dataclass(frozen=True, slots=True)
class Active:
    """An active day: its first and last moment, and the zones at these."""

    day: date
    first_at: datetime
    last_at: datetime
    first_zone: str
    zone: str

    @classmethod
    def of(
        cls, day: date, first_at: datetime, last_at: datetime, clock: Clock
    ) -> "Active":
        first_zone, zone = clock.zone_at(first_at), clock.zone_at(last_at)
        return cls(day, first_at, last_at, first_zone, zone)

    def merged(self, other: "Active") -> "Active":
        """Return this day with what another part of it adds."""
        first = min(self, other, key=attrgetter("first_at"))
        last = max(self, other, key=attrgetter("last_at"))
        return Active(
            self.day, first.first_at, last.last_at, first.first_zone, last.zone
        )


def active_days(moments: Iterable[datetime], clock: Clock) -> list[Active]:
    """Return the days on which something happened, in order of the date."""
    ends: dict[date, tuple[datetime, datetime]] = {}
    for moment in moments:
        day = clock.day(moment)
        first, last = ends.get(day, (moment, moment))
        ends[day] = min(first, moment), max(last, moment)
    return [Active.of(day, *ends[day], clock) for day in sorted(ends)]


@dataclass(frozen=True, slots=True)
class Streak:
    """The streak as of the last active day, and the last week whose freeze it took."""

    length: int = 0
    longest: int = 0
    last: Active | None = None
    freeze_week: date | None = None

    def length_at(self, now: datetime, zone: str) -> int:
        """Return what the streak is worth now, in whichever zone the learner is."""
        if self.last is None:
            return 0
        n_missed = missed_days(self.last, now, zone)
        held, _ = _held(self.last.day, local_day(now, zone), n_missed, self.freeze_week)
        return self.length if held else 0


def _between(first: date, last: date) -> int:
    return max(0, (last - first).days - 1)


def _lived(first: date, last: date, zone: str) -> int:
    """Return how many days a zone's calendar has strictly between the two.

    Samoa had no 30 December 2011. Looked at only where it can matter.
    """
    n = _between(first, last)
    if n > _MOST_COVERED + 1:
        return n
    days = (first + timedelta(days=ahead) for ahead in range(1, n + 1))
    return sum(_has(zone, day) for day in days)


def _has(zone: str, day: date) -> bool:
    noon = datetime.combine(day, time(12), zone_of(zone))
    return local_day(noon.astimezone(UTC), zone) == day


def missed_days(last: Active, moment: datetime, zone: str) -> int:
    """Return how many days were missed since the last active one.

    Those whose date lies between, but never more than passed whole on either clock.
    """
    day = local_day(moment, zone)
    return min(
        _between(last.day, day),
        _lived(local_day(last.last_at, zone), day, zone),
        _lived(last.day, local_day(moment, last.zone), last.zone),
    )


def _held(
    last: date, day: date, n_missed: int, freeze_week: date | None
) -> tuple[bool, date | None]:
    """Return whether freezes cover what was missed, and the last week that gave one.

    All or nothing: a gap that stays open takes no freeze. Of the dates between (a
    journey may skip some of them) the earliest weeks give theirs.
    """
    if n_missed > _MOST_COVERED:
        return False, freeze_week
    dates = (last + timedelta(days=n) for n in range(1, _between(last, day) + 1))
    weeks = sorted({week_of(one) for one in dates})
    free = [week for week in weeks if freeze_week is None or week > freeze_week]
    if len(free) < n_missed:
        return False, freeze_week
    return True, free[n_missed - 1] if n_missed else freeze_week


def extended(streak: Streak, active: Active) -> Streak:
    """Return the streak after one more active day, or after more of its last day.

    Raise ValueError for what came earlier: the streak has to be walked anew then.
    """
    last = streak.last
    if last is None:
        return Streak(1, max(1, streak.longest), active, streak.freeze_week)
    if (active.day, active.first_at) < (last.day, last.first_at):
        raise ValueError("Days come in order.")
    if active.day == last.day:
        return replace(streak, last=last.merged(active))
    n_missed = missed_days(last, active.first_at, active.first_zone)
    held, freeze_week = _held(last.day, active.day, n_missed, streak.freeze_week)
    length = streak.length + 1 if held else 1
    return Streak(length, max(length, streak.longest), active, freeze_week)


def streak_of(days: Iterable[Active]) -> Streak:
    """Return the streak as of the last of the days."""
    return reduce(extended, days, Streak())


def reached(days: Iterable[Active]) -> list[StreakDay]:
    """Return how long the streak was with each new day, in order of time.

    That is the order of the dates, but for those who fly west over the date line: they
    may have Tuesday before Monday. Monday then changes what Tuesday is worth, but not
    what was reached already.
    """
    known: list[Active] = []
    streak, found = Streak(), []
    for active in sorted(days, key=attrgetter("first_at")):
        if not known or active.day > known[-1].day:
            known.append(active)
            streak = extended(streak, active)
        else:
            insort(known, active, key=attrgetter("day"))
            streak = streak_of(known)
        found.append(StreakDay(active.day, active.first_at, streak.length))
    return found


def may_be_held(last: date, today: date) -> bool:
    """Whether a streak may live although by its dates it has just ended.

    Whoever flew over the date line is a day ahead of what they lived.
    """
    return _between(last, today) <= _MOST_COVERED + 1


def current_length(
    *, length: int, day: date | None, freeze_week: date | None, today: date
) -> int:
    """Return what a streak that was ``length`` long on ``day`` is worth today.

    0 once it cannot be held any more: more days are missed than freezes cover. This is
    ``Streak.length_at`` for a learner whose clock has not moved since.
    """
    if day is None:
        return 0
    held, _ = _held(day, today, _between(day, today), freeze_week)
    return length if held else 0
