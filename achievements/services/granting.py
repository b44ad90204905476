"""Granting achievements: looking whose rule has come true, and noting why."""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.db import Error

from achievements import criteria, rules  # noqa: F401  importing registers the rules
from achievements.facts import Facts, Moment
from achievements.models import Achievement, Grant, Statistics

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reached:
    """An achievement whose rule is fulfilled, and since when."""

    achievement: Achievement
    moment: Moment


def open_achievements(learner_id: int, *, events: Collection[str]) -> list[Achievement]:
    """Return what the events can bring the learner."""
    codes = criteria.rules_touched_by(events)
    if not codes:
        return []
    return list(Achievement.objects.open_to(learner_id).filter(rule__in=codes))


def reached(achievements: Iterable[Achievement], facts: Facts) -> list[Reached]:
    """Return the achievements whose rules the facts fulfil.

    One whose rule fails is logged and passed over: a mistake in one row keeps nobody
    from what else they earned. Verification finds what is missing.
    """
    found = []
    for achievement in achievements:
        try:
            progress = achievement.criterion.progress(facts)
        except (Error, SoftTimeLimitExceeded):
            raise  # It is not the rule's: the transaction or the task is lost.
        except Exception:
            logger.exception("The rule of %s failed", achievement.slug)
            continue
        if progress.moment is not None:
            found.append(Reached(achievement, progress.moment))
    return found


def grant(
    statistics: Statistics,
    found: Iterable[Reached],
    *,
    now: datetime,
    is_news: Callable[[Moment], bool],
) -> list[Grant]:
    """Grant what was reached, with the evidence. The learner's lock is held.

    What is no news is marked as told; the others count as ``n_untold`` on the
    statistics, which the caller saves.
    """
    grants = [
        Grant(
            learner_id=statistics.learner_id,
            achievement=one.achievement,
            earned_at=one.moment.at,
            granted_at=now,
            attempt_id=one.moment.attempt,
            evidence=one.achievement.criterion.as_evidence(one.moment),
            told_at=None if is_news(one.moment) else now,
        )
        for one in found
    ]
    Grant.objects.bulk_create(grants)
    statistics.n_untold += sum(one.told_at is None for one in grants)
    return grants
