"""Finding whoever was left behind by a worker, a broker or a process that died."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.db.models import Min, QuerySet

from achievements.querysets import uncounted_attempts
from achievements.services.settling import settle_learner
from exams.models import AnswerChunk, Attempt

logger = logging.getLogger(__name__)

# How long ago what is looked for was closed; older things are verification's.
WINDOW = timedelta(days=3)
_LEARNERS = 500
_ATTEMPTS = 1_000
_CURSOR = "achievements:sweep:practice"

# One learner's settlement may time out; when so many in a row fail like that, it is the
# database that is away, and the whole run is tried again later.
_AWAY = (OperationalError, InterfaceError)
_FAILURES_IN_A_ROW = 3
# Whoever took all of a run's time comes after everybody else, for so many seconds.
_PUT_OFF_FOR = 3600
_PUT_OFF = "achievements:sweep:put-off"


def settle_all(
    learner_ids: Iterable[int], *, now: datetime, limit: int | None = None
) -> int:
    """Settle the learners one after the other; return how many, ``limit`` at most.

    One who cannot be settled is logged and keeps nobody else waiting.
    """
    n_settled = n_away = 0
    put_off = cache.get(_PUT_OFF, ())
    for learner_id in learner_ids:
        if limit is not None and n_settled >= limit:
            break
        if learner_id in put_off:
            continue
        try:
            settle_learner(learner_id, now=now)
            n_settled, n_away = n_settled + 1, 0
        except SoftTimeLimitExceeded:
            # Or the next run would spend all of its time on the same one.
            cache.set(_PUT_OFF, (*put_off, learner_id), _PUT_OFF_FOR)
            logger.exception("Learner %s took too long to settle", learner_id)
            raise
        except Exception as error:
            logger.exception("Learner %s could not be settled", learner_id)
            n_away = n_away + 1 if isinstance(error, _AWAY) else 0
            if n_away == _FAILURES_IN_A_ROW:
                raise
    return n_settled


def sweep(*, now: datetime, limit: int = _LEARNERS) -> int:
    """Settle up to ``limit`` learners who were left behind; return how many.

    First those whose attempts were closed; then those with running practice, a part of
    which each run looks at, round and round.
    """
    # Many more are looked at than settled: one who cannot be is no obstacle.
    n_settled = settle_all(closed_behind(now=now)[: 20 * limit], now=now, limit=limit)
    return n_settled + settle_all(practice_behind(), now=now)


def closed_behind(*, now: datetime) -> QuerySet[Attempt, int]:
    """Return the learners with closed attempts that are not counted, oldest first."""
    closed = uncounted_attempts().closed_since(now - WINDOW)
    learners = closed.values("learner").annotate(first=Min("closed_at"))
    return learners.order_by("first", "learner").values_list("learner", flat=True)


def practice_behind(*, limit: int = _ATTEMPTS) -> list[int]:
    """Return the learners with answers that are not counted, of the next attempts.

    The place where the next run goes on is kept in the cache; without it, it begins
    again.
    """
    practice = Attempt.objects.open().filter(mode=Attempt.Mode.PRACTICE)
    following = practice.filter(pk__gt=cache.get(_CURSOR, 0)).order_by("pk")
    columns = following.values_list("pk", "learner", "counted__questions")
    attempts = {pk: (learner, mask) for pk, learner, mask in columns[:limit]}
    last = max(attempts) if len(attempts) == limit else 0
    cache.set(_CURSOR, last, timeout=None)
    chunks = AnswerChunk.objects.filter(attempt__in=attempts).order_by()
    behind = {
        attempts[attempt][0]
        for attempt, answers in chunks.values_list("attempt", "answers")
        if _has_more(answers, attempts[attempt][1])
    }
    return sorted(behind)


def _has_more(answers: Iterable[str], mask: str | None) -> bool:
    """Whether there is an answer to a question that the mask does not have."""
    counted = int(mask or "0", 16)
    return any(not counted >> int(number) & 1 for number in answers)
