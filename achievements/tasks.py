"""Background work on rewards; every task can run any number of times."""

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from achievements import milestones, queueing, services
from achievements.services import backfill
from achievements.services.verify import verify_for_a_while

# A deadlock, a database that restarts: over in a moment.
TRANSIENT = (OperationalError, InterfaceError)


@shared_task(ignore_result=True, autoretry_for=TRANSIENT, retry_backoff=True)
def settle_learner(*, learner_id: int) -> None:
    """Count and pay what a learner did."""
    services.settle_learner(learner_id, now=timezone.now())


@shared_task(ignore_result=True, autoretry_for=TRANSIENT, retry_backoff=True)
def settle_learners(*, learner_ids: list[int]) -> None:
    """Count and pay what several learners did."""
    services.settle_all(learner_ids, now=timezone.now())


@shared_task(ignore_result=True, autoretry_for=TRANSIENT, retry_backoff=True)
def sweep_rewards() -> int:
    """Settle whoever a dead worker, broker or process left behind."""
    return services.sweep(now=timezone.now())


@shared_task(ignore_result=True, autoretry_for=TRANSIENT, retry_backoff=True)
def measure_boards() -> None:
    """Count what the ranks on crowded leaderboards begin from."""
    milestones.measure_boards(now=timezone.now())


@shared_task(ignore_result=True, autoretry_for=TRANSIENT, retry_backoff=True)
def run_backfill(*, backfill_id: int) -> None:
    """Look at the next few hundred learners, and queue what comes after them."""
    if backfill.run_backfill(backfill_id=backfill_id, now=timezone.now()):
        queueing.queue(run_backfill, backfill_id=backfill_id)


@shared_task(ignore_result=True, autoretry_for=TRANSIENT, retry_backoff=True)
def resume_backfills() -> int:
    """Carry on the backfills that a dead worker or broker left standing."""
    return backfill.resume_backfills(now=timezone.now())


@shared_task(ignore_result=True, autoretry_for=TRANSIENT, retry_backoff=True)
def verify_rewards(*, after: int = 0) -> None:
    """Hold learners' rewards against their facts, some at a time; the rest follows."""
    last = verify_for_a_while(after=after, now=timezone.now())
    if last is not None:
        queueing.queue(verify_rewards, after=last)
