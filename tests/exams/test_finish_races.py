"""Ends that meet: finishes, the clock, restarts, and the answers in their way."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from exams import services
from exams.models import Attempt
from exams.releases import release_content
from exams.scoring import score_attempt
from exams.services import AnswerIn, AnswerOut, AttemptClosed
from exams.signals import attempt_finished
from tests.exams.factories import make_attempt, make_learner, make_test, overdue
from tests.exams.racing import (
    PATIENCE_SECONDS,
    Call,
    chunk_of,
    committed,
    finish,
    race,
    row_of,
    send,
    start,
    stored,
)

pytestmark = [committed, pytest.mark.both_databases]

MODES = ("practice", "exam")
BEFORE_THE_DEADLINE = timedelta(seconds=1)


@contextmanager
def announcements() -> Iterator[Counter[int]]:
    """Count what is announced, by attempt, from whichever thread."""
    heard: Counter[int] = Counter()
    lock = threading.Lock()

    def listen(attempt_id: int, **kwargs: object) -> None:
        with lock:
            heard[attempt_id] += 1

    attempt_finished.connect(listen)
    try:
        yield heard
    finally:
        attempt_finished.disconnect(listen)


def assert_scored_once(attempt: Attempt, heard: Counter[int]) -> None:
    """The stored result is what the stored answers are worth, and was told once."""
    attempt.refresh_from_db()
    answers = {question: one.choices for question, one in stored(attempt).items()}
    keys = release_content(attempt.release_id).keys[: attempt.length]
    score = score_attempt(keys, answers)
    result = (attempt.n_answered, attempt.n_right, attempt.points, attempt.score)
    assert result == (score.n_answered, score.n_right, score.points, score.percent)
    domains = attempt.domain_results.values_list("domain", "n_questions", "n_right")
    assert {domain: (asked, right) for domain, asked, right in domains} == {
        domain: (one.n_questions, one.n_right) for domain, one in score.domains.items()
    }
    assert all(attempt.chunks.values_list("closed", flat=True))
    assert heard == {attempt.pk: 1}


# --- ends that meet -------------------------------------------------------------------


@pytest.mark.parametrize("n_finishes", [2, 8])
def test_finishes_that_meet_make_one_result_and_one_announcement(
    n_finishes: int,
) -> None:
    attempt = make_attempt(mode="exam")
    send(attempt, 0, (1,))
    with announcements() as heard:
        results = race(
            [partial(finish, attempt) for _ in range(n_finishes)],
            behind=row_of(attempt),
        )
    assert Counter(results) == {True: 1, False: n_finishes - 1}
    assert_scored_once(attempt, heard)


def test_a_finish_that_meets_the_clock_makes_one_result() -> None:
    for _ in range(10):
        attempt = make_attempt(mode="exam", length=25)
        assert attempt.deadline is not None
        just_in_time = attempt.deadline - BEFORE_THE_DEADLINE
        send(attempt, 0, (1,))
        with announcements() as heard:
            results = race(
                [
                    partial(finish, attempt, just_in_time),
                    partial(services.close_overdue, now=overdue(attempt)),
                    partial(services.close_overdue, now=overdue(attempt)),
                ],
                behind=row_of(attempt),
            )
        assert sum(map(int, results)) == 1
        assert_scored_once(attempt, heard)
        assert attempt.finished_at == (just_in_time if results[0] else attempt.deadline)


def test_a_finish_that_meets_a_restart_is_one_or_the_other() -> None:
    test = make_test()
    for _ in range(10):
        learner = make_learner()
        attempt, _ = start(learner, test)
        with announcements() as heard:
            finished, _ = race(
                [partial(finish, attempt), partial(start, learner, test, restart=True)],
                behind=row_of(attempt),
            )
        attempt.refresh_from_db()
        assert attempt.state == ("finished" if finished else "abandoned")
        assert heard == ({attempt.pk: 1} if finished else {})


# --- answers that meet the end --------------------------------------------------------


@dataclass
class Sender:
    """A device that answers one question after another and notes what it was told.

    ``tick`` is called after each acknowledgement: it lets the finish come in the
    middle of the answers.
    """

    attempt: Attempt
    questions: list[int]
    tick: Callable[[], None]
    batch: int = 1
    seq: int = 1
    acknowledged: dict[int, tuple[int, ...]] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)

    def __call__(self) -> None:
        for place in range(0, len(self.questions), self.batch):
            self.send(self.questions[place : place + self.batch])
            self.tick()

    def send(self, questions: list[int]) -> None:
        answers = [AnswerIn(q, ((q + self.seq) % 2,), self.seq) for q in questions]
        try:
            outs = self.outcomes(answers)
        except AttemptClosed:
            self.refused.update(questions)
            return
        for out in outs:
            if out.outcome == "saved":
                self.acknowledged[out.question] = out.stands.choices

    def outcomes(self, answers: list[AnswerIn]) -> list[AnswerOut]:
        if self.batch == 1:
            [one] = answers
            return [send(self.attempt, one.question, one.choices, one.seq)]
        return services.record_batch(
            attempt=self.attempt, answers=answers, now=timezone.now()
        )


class Trigger:
    """Lets one call wait until others have ticked so many times."""

    def __init__(self, n_ticks: int) -> None:
        self._left, self._lock, self._event = (
            n_ticks,
            threading.Lock(),
            threading.Event(),
        )
        if not n_ticks:
            self._event.set()

    def tick(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left <= 0:
                self._event.set()

    def then(self, call: Callable[[], Any]) -> Any:
        assert self._event.wait(PATIENCE_SECONDS)
        return call()


def assert_never_half(
    attempt: Attempt, senders: list[Sender], heard: Counter[int]
) -> None:
    """Everything acknowledged is in the chunk and in the score, nothing refused is."""
    acknowledged = {q: c for one in senders for q, c in one.acknowledged.items()}
    kept = {question: one.choices for question, one in stored(attempt).items()}
    assert kept == acknowledged
    assert not set(kept) & {q for one in senders for q in one.refused}
    assert_scored_once(attempt, heard)
    assert attempt.n_answered == len(acknowledged)


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_that_meets_the_finish_is_counted_or_refused(mode: str) -> None:
    test, n_refused = make_test(n_questions=100), 0
    for n_round in range(12):
        attempt = make_attempt(test=test, mode=mode, length=100)
        # The finish comes after 0, 7, 14 ... acknowledgements.
        trigger = Trigger(n_round * 7)
        senders = [
            Sender(attempt, list(range(first, 100, 5)), trigger.tick)
            for first in range(5)
        ]
        with announcements() as heard:
            race([*senders, partial(trigger.then, partial(finish, attempt))])
        assert_never_half(attempt, senders, heard)
        n_refused += sum(len(one.refused) for one in senders)
    assert n_refused  # Else nothing has met.


def test_a_batch_that_meets_the_finish_is_counted_or_refused_as_a_whole() -> None:
    test, n_refused = make_test(n_questions=100), 0
    for n_round in range(12):
        attempt = make_attempt(test=test, mode="exam", length=100)
        trigger = Trigger(n_round * 2)
        # Every batch has a question of each chunk, in changing order.
        order = [q + 25 * block for q in range(25) for block in range(4)]
        reverse = order[::-1]
        senders = [
            Sender(attempt, order[:32], trigger.tick, batch=4),
            Sender(attempt, reverse[:32], trigger.tick, batch=4),
            Sender(attempt, order[32:68], trigger.tick, batch=1),
        ]
        with announcements() as heard:
            race([*senders, partial(trigger.then, partial(finish, attempt))])
        assert_never_half(attempt, senders, heard)
        n_refused += sum(len(one.refused) for one in senders)
        assert all(len(one.refused) % 4 == 0 for one in senders[:2])
    assert n_refused


def test_a_finish_in_a_queue_of_answers_counts_or_refuses_each() -> None:
    """All of them wait for the chunk's row before the first gets it."""
    for _ in range(10):
        attempt = make_attempt(mode="exam")
        senders = [Sender(attempt, [question], lambda: None) for question in range(8)]
        calls: list[Call] = [*senders[:4], partial(finish, attempt)]
        with announcements() as heard:
            race([*calls, *senders[4:]], behind=chunk_of(attempt))
        assert_never_half(attempt, senders, heard)


def test_an_answer_that_meets_the_overdue_task_is_counted_or_refused() -> None:
    test = make_test(n_questions=100)
    for n_round in range(10):
        attempt = make_attempt(test=test, mode="exam", length=100)
        trigger = Trigger(n_round * 6)
        senders = [
            Sender(attempt, list(range(first, 100, 5)), trigger.tick)
            for first in range(5)
        ]
        sweep = partial(services.close_overdue, now=overdue(attempt))
        with announcements() as heard:
            race([*senders, *[partial(trigger.then, sweep) for _ in range(2)]])
        assert_never_half(attempt, senders, heard)


def test_answers_that_meet_a_restart_stay_with_the_old_attempt_or_are_refused() -> None:
    test = make_test(n_questions=100)
    for n_round in range(10):
        attempt = make_attempt(test=test, length=100)
        trigger = Trigger(n_round * 6)
        senders = [
            Sender(attempt, list(range(first, 100, 5)), trigger.tick)
            for first in range(5)
        ]
        again = partial(start, attempt.learner, test, restart=True)
        *_, (fresh, _) = race([*senders, partial(trigger.then, again)])
        acknowledged = {q: c for one in senders for q, c in one.acknowledged.items()}
        assert {q: one.choices for q, one in stored(attempt).items()} == acknowledged
        assert stored(fresh) == {}


# --- signing out meets everything -----------------------------------------------------


def test_batches_finishes_and_sign_outs_wait_for_each_other_in_one_order() -> None:
    """All take the chunks in order of their index, so none waits in a circle."""
    test = make_test(n_questions=100)
    for n_round in range(15):
        attempt = make_attempt(test=test, mode="exam", length=100)
        for question in (60, 10, 90, 35)[: n_round % 5]:
            send(attempt, question, (1,))  # moves the chunk's row in the table
        batch = Sender(attempt, [99, 70, 30, 5], lambda: None, batch=4, seq=n_round + 2)
        sign_out = partial(services.end_capabilities, attempt.learner)
        race([batch, sign_out, batch, sign_out, partial(finish, attempt), batch])
        attempt.refresh_from_db()
        assert attempt.state == "finished"
