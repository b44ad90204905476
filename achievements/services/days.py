"""Active days by the learner's own clock, and the streak of them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from achievements import streaks
from achievements.models import ActiveDay, Statistics
from achievements.streaks import Active, Clock, Streak, active_days

_ROWS_PER_STATEMENT = 1_000


def record_days(
    statistics: Statistics, moments: Iterable[datetime], clock: Clock
) -> bool:
    """Note when the learner was active; return whether the streak was told by it."""
    new = {one.day: one for one in active_days(moments, clock)}
    if not new:
        return False
    learner, last = statistics.learner_id, statistics.streak_day
    rows = ActiveDay.objects.filter(learner=learner)
    wanted = {*new, last} if last else set(new)
    old = _read(rows.filter(day__in=wanted), clock)
    changed = {}
    for day, part in new.items():
        whole = old[day].merged(part) if day in old else part
        if whole != old.get(day):
            changed[day] = whole
    _store(learner, changed.values())
    if _leaves_the_past(changed, old, last):
        return _extend(statistics, {**old, **changed})
    streak = streaks.streak_of(_read(rows.order_by("day"), clock).values())
    _set(statistics, streak)
    return True


def _read(rows: Iterable[ActiveDay], clock: Clock) -> dict[date, Active]:
    return {
        row.day: Active.of(row.day, row.first_at, row.last_at, clock) for row in rows
    }


def _store(learner_id: int, days: Iterable[Active]) -> None:
    ActiveDay.objects.bulk_create(
        (
            ActiveDay(
                learner_id=learner_id,
                day=one.day,
                first_at=one.first_at,
                last_at=one.last_at,
                zone=one.zone,
            )
            for one in days
        ),
        update_conflicts=True,
        unique_fields=["learner", "day"],
        update_fields=["first_at", "last_at", "zone"],
        batch_size=_ROWS_PER_STATEMENT,
    )


def _leaves_the_past(
    changed: Mapping[date, Active], old: Mapping[date, Active], last: date | None
) -> bool:
    """Whether the streak as of its last day is what it was: nothing came late."""
    if last is None or last not in old:
        return not old
    before, after = old[last], changed.get(last, old[last])
    return before.first_at == after.first_at and all(day >= last for day in changed)


def _extend(statistics: Statistics, days: Mapping[date, Active]) -> bool:
    """Carry the streak on; return whether there was a further day."""
    last = statistics.streak_day
    further = [days[day] for day in sorted(days) if last is None or day > last]
    streak = Streak(
        statistics.streak,
        statistics.longest_streak,
        days[last] if last else None,
        statistics.freeze_week,
    )
    for active in further:
        streak = streaks.extended(streak, active)
    _set(statistics, streak)
    return bool(further)


def _set(statistics: Statistics, streak: Streak) -> None:
    statistics.streak, statistics.longest_streak = streak.length, streak.longest
    statistics.streak_day = streak.last.day if streak.last else None
    statistics.freeze_week = streak.freeze_week
