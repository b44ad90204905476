"""A real Celery worker on a real broker, beside the test's own database."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from django.utils import timezone

from exams import services
from exams.models import Attempt
from exams.services import AnswerIn
from ops.local.processes import Process, start, stop_all
from ops.local.services import valkey
from tests.exams.factories import make_attempt, right_choices
from tests.exams.racing import await_waiting, committed, held, row_of

pytestmark = committed

TASK = "exams.tasks.close_overdue_attempts"
PATIENCE = 60


def database_url() -> str:
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    where = f"{config['HOST']}:{config['PORT']}/{config['NAME']}"
    return f"postgres://{config['USER']}:{config['PASSWORD']}@{where}"


@contextmanager
def worker(broker: str) -> Iterator[Process]:
    command = [
        *(sys.executable, "-m", "celery", "--quiet", "--app", "testprep", "worker"),
        *("--concurrency", "1", "--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle"),
    ]
    variables = os.environ | {"DATABASE_URL": database_url(), "REDIS_URL": broker}
    process = start(command, env=variables, cwd=settings.BASE_DIR)
    try:
        yield process
    finally:
        stop_all([process])


@pytest.fixture
def broker() -> Iterator[str]:
    with valkey() as service:
        yield service.url


def queue_the_sweep(broker: str) -> None:
    # Not the current one: tasks of later tests would be queued here, too.
    with Celery(broker=f"{broker}/1", set_as_current=False) as producer:
        producer.send_task(TASK)


def overdue_exam() -> Attempt:
    return make_attempt(mode="exam", now=timezone.now() - timedelta(hours=2))


def await_finish(attempt: Attempt) -> None:
    until = time.monotonic() + PATIENCE
    while not Attempt.objects.finished().filter(pk=attempt.pk).exists():
        assert time.monotonic() < until, "the worker did not finish the attempt"
        time.sleep(0.1)


def test_the_worker_finishes_what_is_overdue(broker: str) -> None:
    attempt = overdue_exam()
    with worker(broker):
        queue_the_sweep(broker)
        await_finish(attempt)
    attempt.refresh_from_db()
    assert attempt.finished_at == attempt.deadline


def test_what_a_killed_worker_left_is_found_by_the_next_sweep(broker: str) -> None:
    first = overdue_exam()
    with worker(broker) as doomed:
        queue_the_sweep(broker)
        await_finish(first)
        second = overdue_exam()
        doomed.kill()
        doomed.wait()
        queue_the_sweep(broker)
    assert not Attempt.objects.finished().filter(pk=second.pk).exists()
    with worker(broker):
        await_finish(second)


def test_a_worker_killed_in_the_middle_of_a_finish_leaves_nothing_half(
    broker: str,
) -> None:
    attempt = overdue_exam()
    answers = [AnswerIn(q, right_choices(attempt, q), 1) for q in range(10)]
    services.record_batch(attempt=attempt, answers=answers, now=attempt.started_at)
    with worker(broker) as doomed:
        with held(row_of(attempt)):
            queue_the_sweep(broker)
            # It has begun, and waits for the attempt's row.
            await_waiting(lambda: 1)
            os.killpg(doomed.pid, signal.SIGKILL)
            doomed.wait()
        # Its transaction has the row now, until the database sees that nobody is there.
        with held(row_of(attempt)):
            pass
    attempt.refresh_from_db()
    assert attempt.is_open
    assert not any(chunk.closed for chunk in attempt.chunks.all())
    with worker(broker):
        queue_the_sweep(broker)
        await_finish(attempt)
    attempt.refresh_from_db()
    assert (attempt.n_answered, attempt.n_right) == (10, 10)
    assert attempt.domain_results.count() == 2
