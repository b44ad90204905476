"""Collecting who practised: one message for many answers, and none that waits."""

import threading
from collections.abc import Iterator, Sequence
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError

from achievements import practice, queueing, tasks
from achievements.models import Statistics
from achievements.practice import Collector, collector
from exams import capability, services
from exams.models import Attempt
from tests.achievements.derived import answer
from tests.exams.factories import make_attempt, right_choices, wrong_choice
from tests.exams.racing import committed, race

PATIENCE_SECONDS = 30


class Post:
    """Takes messages and lets tests wait for them."""

    def __init__(self) -> None:
        self.messages: list[Sequence[int]] = []
        self.arrived = threading.Event()

    def __call__(self, learner_ids: Sequence[int]) -> bool:
        self.messages.append(learner_ids)
        self.arrived.set()
        return True


@pytest.fixture(autouse=True)
def _empty_collector() -> Iterator[None]:
    collector._ids.clear()
    yield
    collector._ids.clear()


# --- the collector --------------------------------------------------------------------


def test_a_timer_sends_what_came_meanwhile_in_one_message() -> None:
    post = Post()
    collector = Collector(post, seconds=lambda: 0.05)
    for learner in (3, 1, 2, 1, 3):
        collector.add(learner)
    assert post.messages == []
    assert post.arrived.wait(PATIENCE_SECONDS)
    assert post.messages == [[1, 2, 3]]


def test_what_could_not_be_sent_goes_with_the_next_timer() -> None:
    post, answers = Post(), [False, True]

    def publish(learner_ids: Sequence[int]) -> bool:
        return answers.pop(0) and post(learner_ids)

    collector = Collector(publish, seconds=lambda: 0.01)
    for learner in (1, 2):
        collector.add(learner)
    assert post.arrived.wait(PATIENCE_SECONDS)
    assert post.messages == [[1, 2]]


def test_the_next_one_starts_a_timer_of_its_own() -> None:
    post = Post()
    collector = Collector(post, seconds=lambda: 0.01)
    for learner in (1, 2):
        collector.add(learner)
        assert post.arrived.wait(PATIENCE_SECONDS)
        post.arrived.clear()
    assert post.messages == [[1], [2]]


def test_a_timer_keeps_no_process_from_ending() -> None:
    collector = Collector(Post(), seconds=lambda: 60)
    collector.add(1)
    assert collector._timer
    assert collector._timer.daemon
    collector._timer.cancel()


def test_a_timer_that_died_with_a_fork_is_started_again() -> None:
    post = Post()
    collector = Collector(post, seconds=lambda: 0.01)
    collector._timer = threading.Timer(60, post)  # As a child finds it: never started.
    collector.add(1)
    assert post.arrived.wait(PATIENCE_SECONDS)
    assert post.messages == [[1]]


def test_without_a_timer_they_stay_until_they_are_fetched() -> None:
    post = Post()
    collector = Collector(post, seconds=lambda: 0)
    collector.add(1)
    assert collector._timer is None
    collector.flush()
    collector.flush()
    assert post.messages == [[1]]


def test_many_learners_make_several_messages() -> None:
    post = Post()
    collector = Collector(post, seconds=lambda: 0)
    for learner in range(120):
        collector.add(learner)
    collector.flush()
    assert [len(message) for message in post.messages] == [50, 50, 20]


def test_nobody_is_lost_between_threads() -> None:
    post = Post()
    collector = Collector(post, seconds=lambda: 0)
    n_threads, n_each = 8, 500

    def work(first: int) -> None:
        for number in range(n_each):
            collector.add(first + number)
            if number % 50 == 0:
                collector.flush()

    threads = [
        threading.Thread(target=work, args=[number * n_each])
        for number in range(n_threads)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    collector.flush()
    sent = [learner for message in post.messages for learner in message]
    assert sorted(sent) == list(range(n_threads * n_each))


# --- who is collected -----------------------------------------------------------------


def send(attempt: Attempt, question: int, *, right: bool = True) -> None:
    choices = right_choices if right else wrong_choice
    services.record_answer(
        capability=capability.read(capability.issue(attempt, epoch=0)),
        answer=services.AnswerIn(question, choices(attempt, question), seq=1),
        now=timezone.now(),
    )


@pytest.mark.both_databases
@committed
def test_a_practice_answer_is_collected_and_paid_after_the_flush() -> None:
    attempt = make_attempt()
    send(attempt, 0)
    assert collector._ids == {attempt.learner_id}
    assert not Statistics.objects.exists()
    collector.flush()
    assert Statistics.objects.get().xp == 10


@pytest.mark.both_databases
@committed
def test_collecting_asks_the_database_nothing() -> None:
    attempt = make_attempt()
    send(attempt, 1)  # The release is in the process now.
    with CaptureQueriesContext(connection) as queries:
        send(attempt, 0)
    assert len(queries) == 1
    assert queries[0]["sql"].startswith("UPDATE exams_answerchunk")


@committed
def test_an_answer_that_changes_nothing_is_not_collected() -> None:
    attempt = make_attempt()
    send(attempt, 0)
    collector.flush()
    send(attempt, 0)
    send(attempt, 0, right=False)
    assert not collector._ids


@committed
def test_exam_answers_are_not_collected() -> None:
    attempt = make_attempt(mode="exam")
    send(attempt, 0)
    answer(attempt, 1, 2)
    assert not collector._ids


@committed
def test_answers_that_waited_for_a_connection_are_collected() -> None:
    attempt = make_attempt()
    answer(attempt, 0, 1, right=False)
    assert collector._ids == {attempt.learner_id}
    collector.flush()
    answer(attempt, 0, 1)
    assert not collector._ids


@committed
def test_a_batch_of_flags_is_not_collected() -> None:
    attempt = make_attempt()
    flags = [services.FlagIn(0, True, seq=1)]
    services.record_batch(attempt=attempt, flags=flags, now=timezone.now())
    assert not collector._ids


@committed
def test_answers_from_many_threads_are_all_collected() -> None:
    attempts = [make_attempt() for _ in range(6)]
    race([partial(send, attempt, 0) for attempt in attempts])
    assert collector._ids == {attempt.learner_id for attempt in attempts}


# --- a broker that is away ------------------------------------------------------------


class Away:
    """A task whose broker does not answer."""

    def __init__(self) -> None:
        self.n_calls = 0

    def delay(self, **arguments: object) -> None:
        self.n_calls += 1
        raise OperationalError("Connection refused")


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Away:
    task = Away()
    monkeypatch.setattr(tasks, "settle_learner", task)
    monkeypatch.setattr(tasks, "settle_learners", task)
    monkeypatch.setattr(queueing, "_rests_until", 0.0)
    return task


def test_a_broker_that_is_away_is_logged_once_and_left_alone_for_a_while(
    away: Away, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not queueing.queue(tasks.settle_learner, learner_id=1)
    assert not queueing.queue(tasks.settle_learner, learner_id=1)
    assert away.n_calls == 1
    assert len(caplog.records) == 1
    monkeypatch.setattr(queueing, "_rests_until", 0.0)  # The rest is over.
    assert not queueing.queue(tasks.settle_learner, learner_id=1)
    assert away.n_calls == 2


def test_a_flush_without_a_broker_raises_nothing_and_loses_nobody(away: Away) -> None:
    practice.collector.add(1)
    practice.collector.flush()
    assert away.n_calls == 1
    assert practice.collector._ids == {1}


@committed
def test_a_finish_without_a_broker_is_a_finish(away: Away) -> None:
    attempt = make_attempt(mode="exam")
    answer(attempt, 0)
    assert services.finish_attempt(attempt=attempt, now=timezone.now())
    attempt.refresh_from_db()
    assert attempt.n_right == 1
    assert away.n_calls == 1
    assert not Statistics.objects.exists()
    tasks.sweep_rewards()
    assert Statistics.objects.get().xp == 10
