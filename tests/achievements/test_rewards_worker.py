"""Real workers, a real beat and a real broker: killed, stopped, and nothing is lost."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from kombu import pools

from accounts.models import User
from achievements import queueing, tasks
from achievements.models import (
    CoinEntry,
    CountedAttempt,
    Grant,
    Miss,
    Standing,
    Statistics,
    XpEntry,
)
from exams import capability, services
from exams.models import Attempt
from ops.local.processes import Process, free_port, start, stop_all
from ops.local.services import valkey
from testprep.celery import app as celery_app
from tests.achievements.derived import answer, assert_adds_up, make_sibling
from tests.achievements.test_settling_grants import make_achievement
from tests.exams.factories import make_attempt, make_learner, make_test, right_choices
from tests.exams.racing import await_waiting, committed, held
from tests.exams.test_worker import database_url, worker

pytestmark = committed

N_RIGHT, N_WRONG = 20, 3
# A worker takes seconds to start, and many more on a busy machine.
PATIENCE_SECONDS = 120
POLL_SECONDS = 0.01


# --- the broker -----------------------------------------------------------------------


@contextmanager
def publishing(broker: str) -> Iterator[None]:
    """Let this process publish to the broker, as a web server does."""
    conf = celery_app.conf
    before = (conf.task_always_eager, conf.broker_url, conf.broker_write_url)
    conf.task_always_eager = False
    conf.broker_url = conf.broker_write_url = f"{broker}/1"
    forget_connections()
    try:
        yield
    finally:
        conf.task_always_eager, conf.broker_url, conf.broker_write_url = before
        forget_connections()


def forget_connections() -> None:
    """Let nobody meet a connection to a broker of before, nor a pool that is closed."""
    celery_app._pool = celery_app.amqp._producer_pool = None
    pools.reset()


@pytest.fixture
def broker() -> Iterator[str]:
    with valkey() as service, publishing(service.url):
        yield service.url


@pytest.fixture(autouse=True)
def _rested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queueing, "_rests_until", 0.0)


# --- what was done, and what has to come of it ----------------------------------------


def make_finished(n_learners: int, n_tests: int) -> list[User]:
    """Let each learner finish an exam in each test; all tests have the same questions.

    So that each is paid for the questions of one attempt, whichever is counted first.
    """
    test = make_test()
    tests = [test, *(make_sibling(test) for _ in range(n_tests - 1))]
    learners = [make_learner() for _ in range(n_learners)]
    now = timezone.now()
    for learner in learners:
        for one in tests:
            attempt = make_attempt(learner, one, mode="exam", now=now)
            answer(attempt, *range(N_RIGHT), now=now)
            wrong = range(N_RIGHT, N_RIGHT + N_WRONG)
            answer(attempt, *wrong, right=False, now=now)
            services.finish_attempt(attempt=attempt, now=now)
    return learners


def await_worker(condition: Callable[[], bool], what: str) -> None:
    """Poll what a worker should bring about; fail when it does not."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, f"still not true: {what}"
        time.sleep(POLL_SECONDS)


def n_final() -> int:
    return CountedAttempt.objects.filter(is_final=True).count()


def await_all_counted() -> None:
    closed = Attempt.objects.finished().count()
    await_worker(lambda: n_final() == closed, "every finished attempt is counted")


def assert_paid_exactly_once(learners: list[User], *, n_tests: int) -> None:
    """By a count of its own, and by verification, which recomputes everything."""
    for learner in learners:
        own = {"learner": learner}
        assert XpEntry.objects.filter(**own, amount=10).count() == N_RIGHT
        assert CoinEntry.objects.filter(**own, amount=5).count() == N_RIGHT
        misses = Miss.objects.filter(**own).values_list("n", flat=True)
        assert list(misses) == [n_tests] * N_WRONG
        statistics = Statistics.objects.get(**own)
        assert (statistics.xp, statistics.coins) == (10 * N_RIGHT, 5 * N_RIGHT)
        assert statistics.n_finished == n_tests
        assert statistics.n_right == N_RIGHT * n_tests
        assert Grant.objects.filter(**own).count() == statistics.n_untold == 1
        assert_adds_up(learner)
    assert_verified()


def assert_verified() -> None:
    """Nothing differs, and nobody is still being counted."""
    words = StringIO()
    call_command("verify_achievements", "--grace", "0", stdout=words)
    n = User.objects.count()
    assert words.getvalue() == f"{n} learners looked at, no difference.\n"


# --- a worker that dies ---------------------------------------------------------------


def test_a_worker_killed_again_and_again_leaves_nothing_half_and_nothing_twice(
    broker: str,
) -> None:
    n_learners, n_tests = 40, 5
    make_achievement("tests-finished", n_tests)
    learners = make_finished(n_learners, n_tests)
    assert Attempt.objects.finished().count() == 200
    for n_counted in (20, 90):
        with worker(broker) as doomed:
            await_worker(lambda n=n_counted: n_final() >= n, "some are counted")
            kill(doomed)
    assert n_final() < 200
    kill_in_the_middle(broker, of=unpaid(learners))
    with worker(broker):
        tasks.sweep_rewards.delay()
        await_all_counted()
    assert_paid_exactly_once(learners, n_tests=n_tests)


def kill(doomed: Process) -> None:
    """Kill the worker and its pool at once, as a machine that loses its power."""
    os.killpg(doomed.pid, signal.SIGKILL)
    doomed.wait()


def unpaid(learners: list[User]) -> User:
    paid = set(Statistics.objects.filter(xp__gt=0).values_list("learner", flat=True))
    return next(one for one in reversed(learners) if one.pk not in paid)


def kill_in_the_middle(broker: str, *, of: User) -> None:
    """Kill a worker when it has paid somebody and not yet said so."""
    # A row that its settlement will add to, once it has written to the ledgers.
    today = timezone.now().date()
    Standing.objects.create(
        learner=of,
        board=Standing.Board.ALL_TIME,
        starts_on=today.replace(year=1970, month=1, day=1),
        xp=1,
        reached_at=timezone.now() - timedelta(days=1),
    )
    standing = Standing.objects.filter(learner=of)
    with worker(broker) as doomed:
        with held(standing):
            tasks.sweep_rewards.delay()
            await_waiting(lambda: 1)
            kill(doomed)
        # Its transaction has the row now, until the database sees that nobody is there.
        with held(standing):
            pass
    assert not XpEntry.objects.filter(learner=of).exists()
    assert not CountedAttempt.objects.filter(learner=of).exists()
    standing.delete()


# --- a broker that is away ------------------------------------------------------------


def test_finishes_without_a_broker_are_paid_when_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    port, n_tests = free_port(), 3
    make_achievement("tests-finished", n_tests)
    with valkey(port=port) as service, publishing(service.url):
        before = make_finished(3, n_tests)
        with worker(service.url):
            await_all_counted()
            stop_all([service.process])
            with caplog.at_level(logging.WARNING):
                meanwhile = make_finished(3, n_tests)
            assert Attempt.objects.finished().count() == 6 * n_tests
            assert n_final() == 3 * n_tests
            assert any(one.name == "achievements.queueing" for one in caplog.records)
            assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
            # The worker has gone on trying, and finds the new one.
            with valkey(port=port):
                tasks.sweep_rewards.delay()
                await_all_counted()
    assert_paid_exactly_once([*before, *meanwhile], n_tests=n_tests)


# --- as it is day by day --------------------------------------------------------------


def test_practice_is_paid_soon_after_the_answer(
    broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "REWARDS_COLLECT_SECONDS", 0.05)
    attempts = [make_attempt() for _ in range(3)]

    def paid() -> bool:
        return list(Statistics.objects.values_list("xp", flat=True)) == [30] * 3

    with worker(broker):
        for attempt in attempts:
            for question in range(3):
                services.record_answer(
                    capability=capability.read(capability.issue(attempt, epoch=0)),
                    answer=services.AnswerIn(
                        question, right_choices(attempt, question), seq=1
                    ),
                    now=timezone.now(),
                )
        await_worker(paid, "each is paid for three answers")
    assert_verified()


@contextmanager
def beat(broker: str, schedule: Path) -> Iterator[Process]:
    command = [
        *(sys.executable, "-m", "celery", "--quiet"),
        *("--app", "tests.achievements.hasty", "beat"),
        *("--schedule", str(schedule), "--loglevel", "WARNING", "--pidfile", ""),
    ]
    variables = os.environ | {"DATABASE_URL": database_url(), "REDIS_URL": broker}
    process = start(command, env=variables, cwd=settings.BASE_DIR)
    try:
        yield process
    finally:
        stop_all([process])


def test_beat_sends_the_sweep(broker: str, tmp_path: Path) -> None:
    make_achievement("tests-finished", 1)
    with publishing("redis://127.0.0.1:1"):  # Nobody is there: nothing is queued.
        learners = make_finished(2, 1)
    with worker(broker), beat(broker, tmp_path / "schedule"):
        await_all_counted()
    assert_paid_exactly_once(learners, n_tests=1)
