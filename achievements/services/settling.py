"""Settling a learner: counting what they did, paying it, granting what it fulfils."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.models import User
from achievements import criteria
from achievements.amounts import COINS, XP
from achievements.facts import Moment
from achievements.models import CountedAttempt, Grant, Miss, Profile, Statistics
from achievements.records import Records
from achievements.services.days import record_days
from achievements.services.granting import grant, open_achievements, reached
from achievements.services.locking import LearnerGone, lock_learner
from achievements.services.paying import pay
from achievements.services.reading import Answered, Reading, read_new
from achievements.services.standings import raise_standings
from achievements.services.time_zones import clock_of
from achievements.services.upserts import add_up
from exams.models import Attempt

# What was earned longer ago is no news any more when it is found.
NEWS_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Settled:
    """What one settlement counted, paid and granted; nothing if nothing was new."""

    n_attempts: int = 0
    n_answers: int = 0
    xp: int = 0
    coins: int = 0
    grants: tuple[Grant, ...] = ()


def settle_learner(learner_id: int, *, now: datetime) -> Settled:
    """Count what is new about a learner, pay for it and grant what it fulfils.

    Any number of calls, in any order or at once, come to the same. A learner who is
    gone is no error.
    """
    try:
        return _settle(learner_id, now=now)
    except LearnerGone:
        return Settled()


@transaction.atomic
def _settle(learner_id: int, *, now: datetime) -> Settled:
    statistics = lock_learner(learner_id)
    readings = read_new(learner_id)
    if not readings:
        return Settled()
    # Read under the lock: who journeys notes it under the lock, too.
    learner = User.objects.select_related("profile").get(pk=learner_id)
    return _count(statistics, learner, readings, now)


def _count(
    statistics: Statistics, learner: User, readings: list[Reading], now: datetime
) -> Settled:
    """Write what follows from the readings, and the statistics as the last of all."""
    clock = clock_of(learner, now=now)
    answers = sorted(answer for one in readings for answer in one.answers)
    earned = pay(learner.pk, answers)
    raise_standings(learner.pk, earned, is_shown=_is_shown(learner))
    _count_misses(learner.pk, answers)
    _mark_counted(learner.pk, readings)
    _add_up(statistics, readings, n_earned=len(earned))
    moments = [moment for one in readings for moment in one.moments]
    events = {
        criteria.FINISHED: any(one.finished_at for one in readings),
        criteria.EARNED: bool(earned),
        criteria.ACTIVE: record_days(statistics, moments, clock),
        criteria.ANSWERED: bool(answers),
    }
    happened = {event for event, did in events.items() if did}
    facts = Records(statistics, clock)
    grants = _grant(statistics, facts, happened, since=_earliest(readings), now=now)
    statistics.save()
    paid = len(earned)
    return Settled(len(readings), len(answers), XP * paid, COINS * paid, tuple(grants))


def _is_shown(learner: User) -> bool:
    """Whether a new standing is for others to see."""
    try:
        return learner.is_active and learner.profile.on_leaderboard
    except Profile.DoesNotExist:
        return learner.is_active


def _count_misses(learner_id: int, answers: Sequence[Answered]) -> None:
    misses = Counter(answer.question for answer in answers if not answer.is_right)
    rows = [
        {"learner": learner_id, "question": question, "n": n}
        for question, n in misses.items()
    ]
    add_up(Miss, rows, unique=("learner", "question"), add=("n",))


def _mark_counted(learner_id: int, readings: Sequence[Reading]) -> None:
    CountedAttempt.objects.bulk_create(
        (
            CountedAttempt(
                attempt_id=one.attempt,
                learner_id=learner_id,
                questions=one.mask_digits,
                is_final=one.is_final,
                n_flawless_blocks=one.n_flawless_blocks,
                pass_percent=one.pass_percent if one.finished_at else None,
            )
            for one in readings
        ),
        update_conflicts=True,
        unique_fields=["attempt"],
        update_fields=["questions", "is_final", "n_flawless_blocks", "pass_percent"],
        batch_size=1_000,
    )


def _add_up(
    statistics: Statistics, readings: Sequence[Reading], *, n_earned: int
) -> None:
    statistics.xp += XP * n_earned
    statistics.coins += COINS * n_earned
    statistics.coins_earned += COINS * n_earned
    finished = [one for one in readings if one.finished_at]
    for one in finished:
        statistics.n_finished += 1
        statistics.n_answered += one.row["n_answered"]
        statistics.n_right += one.row["n_right"]
        score = one.row["score"]
        statistics.best_score = max(statistics.best_score or score, score)
    if any(one.is_perfect for one in finished):
        statistics.n_perfect_tests = _n_perfect_tests(statistics.learner_id)


def _n_perfect_tests(learner_id: int) -> int:
    """Return how many tests were perfect, of the attempts that have been counted."""
    perfect = Attempt.objects.finished().filter(n_right=F("length"))
    counted = perfect.filter(learner=learner_id, counted__is_final=True)
    return counted.order_by().values("test").distinct().count()


def _earliest(readings: Sequence[Reading]) -> datetime | None:
    """Return the first moment of what is newly counted."""
    moments = [answer.at for one in readings for answer in one.answers]
    moments += [one.finished_at for one in readings if one.finished_at]
    return min(moments, default=None)


def _grant(
    statistics: Statistics,
    facts: Records,
    events: set[str],
    *,
    since: datetime | None,
    now: datetime,
) -> list[Grant]:
    """Grant what the events fulfil; news is what they themselves brought, just now."""
    if since is None:
        return []
    news_since = max(since, now - NEWS_FOR)

    def is_news(moment: Moment) -> bool:
        return moment.at >= news_since

    achievements = open_achievements(statistics.learner_id, events=events)
    found = reached(achievements, facts)
    return grant(statistics, found, now=now, is_news=is_news)
