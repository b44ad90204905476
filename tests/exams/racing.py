"""Threads that really meet: each on a connection of its own, all off at once."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, connections, models, transaction
from django.utils import timezone

from accounts.models import User
from exams import capability, services
from exams.entries import Answer
from exams.models import AnswerChunk, Attempt, Test
from exams.services import AnswerIn, AnswerOut

Call = Callable[[], Any]

# What a test commits for real is removed after it, but only from the apps named here
# (and from the tables that refer to theirs): groups and permissions, which migrations
# make, are still there for the tests after it.
committed = pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "achievements", "exams"]
)

PATIENCE_SECONDS = 30
POLL_SECONDS = 0.005


def use_own_connection() -> None:
    """Give this thread a connection outside the pool, which is smaller than a race."""
    own = connections["default"].copy()
    own.settings_dict["OPTIONS"].pop("pool", None)
    connections["default"] = own
    own.ensure_connection()


def race(
    calls: Sequence[Call], *, behind: "models.QuerySet[Any] | None" = None
) -> list[Any]:
    """Run the calls in threads that start together; return what each came to.

    ``behind``: rows that are locked until every call waits for one of them, so that
    all of them are in the middle of their work when they meet (PostgreSQL; elsewhere
    the common start must do). The first error of a call is raised.
    """
    gate = threading.Barrier(len(calls))
    came_to: list[Any] = [None] * len(calls)

    def run(number: int, call: Call) -> None:
        try:
            use_own_connection()
            gate.wait(PATIENCE_SECONDS)
            came_to[number] = call()
        except Exception as error:
            came_to[number] = error
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(number, call), daemon=True)
        for number, call in enumerate(calls)
    ]
    with ExitStack() as stack:
        held_up = behind is not None and connection.vendor == "postgresql"
        if behind is not None and held_up:
            stack.enter_context(held(behind))
        for thread in threads:
            thread.start()
        if held_up:
            # A call that has failed on its way there waits no more; see below.
            await_waiting(lambda: len(calls) - sum(one is not None for one in came_to))
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads), "a call never returned"
    for one in came_to:
        if isinstance(one, Exception):
            raise one
    return came_to


@contextmanager
def held(rows: "models.QuerySet[Any]") -> Iterator[None]:
    """Keep the rows locked while the block runs."""
    with transaction.atomic():
        assert list(rows.select_for_update())
        yield


def await_waiting(n_waiting: Callable[[], int]) -> None:
    """Wait until so many connections of this database wait for a lock."""
    await_true(lambda: n_waiting_for_locks() >= n_waiting(), "waiting for a lock")


def n_waiting_for_locks() -> int:
    with connection.cursor() as cursor:
        # Otherwise a transaction sees what it saw the first time.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        row = cursor.fetchone()
        return int(row[0]) if row else 0


def await_true(condition: Callable[[], bool], what: str) -> None:
    """Poll a condition; fail when it does not come true in time."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, f"still not true: {what}"
        time.sleep(POLL_SECONDS)


# --- what the calls do ----------------------------------------------------------------


def send(
    attempt: Attempt, question: int, choices: tuple[int, ...], seq: int = 1
) -> AnswerOut:
    """Send an answer as the API does, with the capability of the attempt's start."""
    return services.record_answer(
        capability=capability.read(capability.issue(attempt, epoch=0)),
        answer=AnswerIn(question, choices, seq),
        now=timezone.now(),
    )


def stored(attempt: Attempt) -> dict[int, Answer]:
    return {
        int(question): Answer.decode(entry)
        for chunk in AnswerChunk.objects.filter(attempt=attempt)
        for question, entry in chunk.answers.items()
    }


def chunk_of(attempt: Attempt) -> "models.QuerySet[AnswerChunk]":
    return AnswerChunk.objects.filter(attempt=attempt, index=0)


def row_of(attempt: Attempt) -> "models.QuerySet[Attempt]":
    return Attempt.objects.filter(pk=attempt.pk)


def finish(attempt: Attempt, now: datetime | None = None) -> bool:
    return services.finish_attempt(attempt=attempt, now=now or timezone.now())


def start(learner: User, test: Test, *, restart: bool = False) -> tuple[Attempt, bool]:
    return services.start_attempt(
        learner=learner,
        test=test,
        mode="practice",
        length=25,
        now=timezone.now(),
        restart=restart,
    )
