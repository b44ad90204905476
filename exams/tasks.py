"""Background work of the exams; every task can run any number of times."""

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from exams import services


@shared_task(ignore_result=True, autoretry_for=(OperationalError,), retry_backoff=True)
def close_overdue_attempts() -> int:
    """Finish the attempts whose time is over and that nobody has touched since."""
    return services.close_overdue(now=timezone.now())
