"""Background work of the desk; every task can run any number of times."""

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from support import linkruns, services

# A deadlock, a database that restarts: over in a moment.
TRANSIENT = (OperationalError, InterfaceError)


@shared_task(ignore_result=True, autoretry_for=TRANSIENT, retry_backoff=True)
def mail_answers() -> int:
    """Tell learners of answers that they have not read."""
    return services.mail_answers(now=timezone.now())


@shared_task(ignore_result=True, autoretry_for=TRANSIENT, retry_backoff=True)
def mail_new_threads() -> int:
    """Tell agents of new threads that wait."""
    return services.mail_new_threads(now=timezone.now())


@shared_task(ignore_result=True, autoretry_for=TRANSIENT, retry_backoff=True)
def close_quiet_threads() -> int:
    """Close answered threads in which nobody writes any more, some at a time."""
    return services.close_quiet_threads(now=timezone.now())


@shared_task(ignore_result=True, autoretry_for=TRANSIENT, retry_backoff=True)
def check_links() -> int:
    """Queue the addresses of resources that nobody opened for a week."""
    batches = linkruns.due_batches(now=timezone.now())
    for ids in batches:
        check_resources.delay(ids=ids)
    return len(batches)


@shared_task(ignore_result=True, autoretry_for=TRANSIENT, retry_backoff=True)
def check_resources(*, ids: list[int], only_due: bool = True) -> None:
    """Open these resources' addresses, one after the other."""
    linkruns.check_batch(
        ids, now=timezone.now(), checker=linkruns.make_checker(), only_due=only_due
    )
