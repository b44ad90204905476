"""How an attempt ends: finished once, by the learner or the clock, or abandoned.

Whoever ends an attempt takes its row first and then its chunks in order of their
index, and closes them. An answer takes only its chunk, so of an answer and a finish
that meet, either the answer is in the chunk when it is scored, or the answer finds the
chunk closed and is refused.
"""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import User
from exams.entries import Answer
from exams.models import AnswerChunk, Attempt, Domain, DomainResult
from exams.releases import release_content
from exams.scoring import Score, score_attempt
from exams.signals import attempt_abandoned, attempt_finished

logger = logging.getLogger(__name__)


def _close_chunks(attempt: Attempt) -> dict[int, tuple[int, ...]]:
    """Close the chunks and return what was answered: question to choices."""
    chunks = list(attempt.chunks.select_for_update().order_by("index"))
    attempt.chunks.update(closed=True)
    return {
        int(question): Answer.decode(entry).choices
        for chunk in chunks
        for question, entry in chunk.answers.items()
    }


def _store(attempt: Attempt, score: Score) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(
        n_answered=score.n_answered,
        n_right=score.n_right,
        points=score.points,
        score=score.percent,
        finished_at=attempt.finished_at,
    )
    # A release keeps the ids of its day; a domain that went since has no result row,
    # and no finish fails for it.
    domains = Domain.objects.filter(pk__in=score.domains)
    DomainResult.objects.bulk_create(
        DomainResult(
            attempt=attempt,
            domain_id=domain,
            n_questions=score.domains[domain].n_questions,
            n_answered=score.domains[domain].n_answered,
            n_right=score.domains[domain].n_right,
        )
        for domain in domains.values_list("pk", flat=True)
    )


def score_of(attempt: Attempt, answers: Mapping[int, tuple[int, ...]]) -> Score:
    """Score answers against the attempt's own release."""
    keys = release_content(attempt.release_id).keys[: attempt.length]
    return score_attempt(keys, answers)


@transaction.atomic
def finish_attempt(*, attempt: Attempt, now: datetime) -> bool:
    """Finish and score the attempt. Return False if it was closed already.

    An attempt past its deadline is finished as of the deadline.
    """
    # Read before anything is locked: it may come from another server.
    release_content(attempt.release_id)
    # The row lock decides between two finishes; the loser sees a closed attempt.
    locked = Attempt.objects.select_for_update().get(pk=attempt.pk)
    if not locked.is_open:
        return False
    locked.finished_at = min(now, locked.deadline) if locked.deadline else now
    _store(locked, score_of(locked, _close_chunks(locked)))

    def announce() -> None:
        attempt_finished.send_robust(
            Attempt, attempt_id=locked.pk, learner_id=locked.learner_id
        )

    # robust: a broker that is down must not turn a saved exam into an error page.
    transaction.on_commit(announce, robust=True)
    return True


@transaction.atomic
def abandon_attempt(*, attempt: Attempt, now: datetime) -> bool:
    """Close the attempt without a score; it stays in the history."""
    locked = Attempt.objects.select_for_update().get(pk=attempt.pk)
    if not locked.is_open:
        return False
    _close_chunks(locked)
    Attempt.objects.filter(pk=locked.pk).update(abandoned_at=now)

    def announce() -> None:
        attempt_abandoned.send_robust(
            Attempt, attempt_id=locked.pk, learner_id=locked.learner_id
        )

    transaction.on_commit(announce, robust=True)
    return True


def settle(attempt: Attempt, *, now: datetime) -> Attempt:
    """Finish the attempt if its time is over, and return it as it then is."""
    if not attempt.is_overdue(now=now):
        return attempt
    finish_attempt(attempt=attempt, now=now)
    attempt.refresh_from_db()
    return attempt


def close_overdue(*, now: datetime, limit: int = 500) -> int:
    """Finish up to ``limit`` attempts past their deadline; return how many.

    Safe to run any time. One that cannot be finished is logged and left for the next
    run; so that it keeps nobody else waiting, many more are looked at than finished.
    """
    closed = 0
    overdue = Attempt.objects.overdue(now=now).order_by("deadline", "pk")
    for attempt in overdue.only("release")[: 20 * limit]:
        if closed >= limit:
            break
        try:
            closed += finish_attempt(attempt=attempt, now=now)
        except Exception:
            logger.exception("Attempt %s could not be finished", attempt.pk)
    return closed


@transaction.atomic
def end_capabilities(learner: User) -> int:
    """End every capability that was signed for the learner's running attempts."""
    open_attempts = Attempt.objects.taken_by(learner).open()
    chunks = AnswerChunk.objects.filter(attempt__in=open_attempts)
    # The same order as everywhere: an UPDATE alone takes rows as it finds them, and two
    # that wait for each other in a circle would be a deadlock.
    in_order = chunks.order_by("attempt_id", "index").select_for_update(of=("self",))
    locked = list(in_order.values_list("pk", flat=True))
    return AnswerChunk.objects.filter(pk__in=locked).update(epoch=F("epoch") + 1)
