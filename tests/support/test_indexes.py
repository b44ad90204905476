"""The lists that are read all the time, and the mailers, have indexes of their own."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection

from support.models import Thread
from support.services.mails import claim_new_threads
from support.status import QUIET_AFTER
from tests.exams.factories import make_learner
from tests.support.factories import NOW, make_thread

pytestmark = pytest.mark.django_db
N_THREADS = 3_000

QUERIES = {
    "thread_inbox": lambda: Thread.objects.for_inbox(make_learner())[:20],
    "thread_queue": lambda: Thread.objects.waiting_longest_first()[:20],
    "thread_mail_due": lambda: Thread.objects.filter(mail_due_at__lte=NOW).order_by(
        "mail_due_at"
    )[:500],
    "thread_agents_mail_due": lambda: Thread.objects.filter(
        agents_mail_due_at__lte=NOW
    ).order_by("agents_mail_due_at")[:200],
    "thread_quiet": lambda: Thread.objects.filter(
        status__in=["answered", "waiting"], last_message_at__lt=NOW - QUIET_AFTER
    ).order_by("last_message_at")[:200],
}


def make_many() -> None:
    """Make so many closed threads that it matters how they are read."""
    learners = [make_learner() for _ in range(5)]
    make_thread(learners[0])
    long_ago = NOW - timedelta(days=100)
    Thread.objects.bulk_create(
        Thread(
            learner=learners[n % 5],
            topic="other",
            subject="Why?",
            status="closed",
            token=uuid.uuid4(),
            created_at=long_ago,
            last_message_at=long_ago + timedelta(minutes=n),
            closed_at=long_ago,
        )
        for n in range(N_THREADS)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE support_thread")


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_uses_the_index_made_for_it(name: str) -> None:
    make_many()
    assert name in QUERIES[name]().explain()


def test_claiming_new_threads_reads_no_others() -> None:
    make_many()
    claim = claim_new_threads(now=NOW + timedelta(hours=1))
    assert claim
    assert len(claim.threads) == 1
