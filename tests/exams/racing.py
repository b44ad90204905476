"""Threads that really meet: each on a connection of its own, all off at once."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

import pytest
from django.db import connection, connections, models, transaction

T = TypeVar("T")
Call = Callable[[], T]

# What a test commits for real is removed after it, but only from the apps named here
# (and from the tables that refer to theirs): groups and permissions, which migrations
# make, are still there for the tests after it.
committed = pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "exams"]
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
    calls: Sequence[Call[T]],
    *,
    behind: "models.QuerySet[Any] | None" = None,
    refusals: tuple[type[Exception], ...] = (),
) -> list[T | Exception]:
    """Run the calls in threads that start together; return what each came to.

    ``behind``: rows that are locked until every call waits for one of them, so that
    all of them are in the middle of their work when they meet (PostgreSQL; elsewhere
    the common start must do). ``refusals`` are results, any other error is raised.
    """
    gate = threading.Barrier(len(calls))
    came_to: list[Any] = [None] * len(calls)

    def run(number: int, call: Call[T]) -> None:
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
        if isinstance(one, Exception) and not isinstance(one, refusals):
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
