"""What learners have earned, made by one call each, without settling anything."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from achievements.models import (
    Achievement,
    CountedAttempt,
    Grant,
    Standing,
    Statistics,
)
from achievements.services.standings import periods_of
from exams.models import Attempt, Test
from tests.exams.factories import make_attempt, make_learner
from tests.exams.sitting import sit_and_finish

_numbers = count(1)
NEW_YEAR = datetime(2026, 1, 1, 12, tzinfo=UTC)


def make_achiever(*, xp: int = 0, **fields: Any) -> User:
    """Make a learner with statistics; the other fields are those of the statistics."""
    learner = make_learner(**{k: fields.pop(k) for k in _PERSON if k in fields})
    Statistics.objects.create(
        learner=learner, xp=xp, coins=xp // 2, coins_earned=xp // 2, **fields
    )
    return learner


_PERSON = ("display_name", "email", "is_active", "time_zone", "theme", "date_joined")


def on_streak(days: int, *, until: date | None = None) -> dict[str, Any]:
    """Return the statistics of somebody active so many days in a row."""
    last = until or timezone.now().date()
    return {"streak": days, "longest_streak": days, "streak_day": last}


def make_standing(
    learner: User,
    xp: int,
    *,
    board: str = Standing.Board.ALL_TIME,
    reached_at: datetime = NEW_YEAR,
    is_shown: bool = True,
    now: datetime | None = None,
) -> Standing:
    """Put a learner on a board as of now."""
    starts_on = dict(periods_of(now or timezone.now()))[Standing.Board(board)]
    return Standing.objects.create(
        learner=learner,
        board=board,
        starts_on=starts_on,
        xp=xp,
        reached_at=reached_at,
        is_shown=is_shown,
    )


def make_crowd(n: int, *, board: str = Standing.Board.ALL_TIME) -> list[User]:
    """Put so many learners on a board; the first has the most XP, the last 10."""
    learners = [make_achiever(xp=10 * (n - place)) for place in range(n)]
    for learner in learners:
        xp = learner.statistics.xp
        make_standing(learner, xp, board=board)
    return learners


def make_achievement(**fields: Any) -> Achievement:
    number = next(_numbers)
    defaults = {
        "slug": f"award-{number}",
        "title": f"Award {number}",
        "text": f"What award {number} takes.",
        "icon": "trophy",
        "category": Achievement.Category.TESTS,
        "rule": "tests-finished",
        "threshold": 10,
        "position": number,
    }
    return Achievement.objects.create(**(defaults | fields))


def make_grant(
    learner: User,
    achievement: Achievement | None = None,
    *,
    values: dict[str, Any] | None = None,
    is_told: bool = True,
    **fields: Any,
) -> Grant:
    """Grant an achievement; one that is not told counts as such."""
    achievement = achievement or make_achievement()
    if not is_told:
        statistics, _ = Statistics.objects.get_or_create(learner=learner)
        statistics.n_untold += 1
        statistics.save()
    defaults = {
        "earned_at": NEW_YEAR,
        "granted_at": NEW_YEAR,
        "told_at": NEW_YEAR if is_told else None,
        "evidence": {
            "rule": achievement.rule,
            "threshold": achievement.threshold,
            "parameters": achievement.parameters,
            "values": values or {},
        },
    }
    return Grant.objects.create(
        learner=learner, achievement=achievement, **(defaults | fields)
    )


def make_counted(
    learner: User,
    test: Test,
    *,
    n_wrong: int = 0,
    mode: str = "practice",
    now: datetime | None = None,
) -> Attempt:
    """Make a finished attempt, marked as counted; statistics do not change by it."""
    began = (now or timezone.now()) - timedelta(minutes=20)
    attempt = make_attempt(learner, test, mode=mode, now=began)
    sit_and_finish(attempt, n_wrong=n_wrong, now=began + timedelta(minutes=20))
    CountedAttempt.objects.update_or_create(
        attempt=attempt,
        defaults={
            "learner": learner,
            "is_final": True,
            "pass_percent": test.certification.pass_percent,
        },
    )
    return attempt
