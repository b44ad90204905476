"""Saving answers: what stands, what is refused, and how many statements it takes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams import capability, services
from exams.capability import CapabilityExpired
from exams.entries import Answer
from exams.models import AnswerChunk, Attempt
from exams.releases import release_content
from exams.services import AnswerIn, AnswerOut, FlagIn, PositionIn
from tests.exams.factories import (
    make_attempt,
    make_test,
    overdue,
    right_choices,
    wrong_choice,
)

pytestmark = pytest.mark.both_databases


def granted(attempt: Attempt, *, epoch: int = 0) -> capability.Capability:
    return capability.read(capability.issue(attempt, epoch=epoch))


def send(
    attempt: Attempt, question: int, choices: tuple[int, ...], seq: int = 1
) -> AnswerOut:
    return services.record_answer(
        capability=granted(attempt),
        answer=AnswerIn(question, choices, seq, seconds=7),
        now=timezone.now(),
    )


def stored(attempt: Attempt, question: int) -> Answer:
    chunk = attempt.chunks.get(index=question // 25)
    return Answer.decode(chunk.answers[str(question)])


class PracticeTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.attempt = make_attempt(test=make_test(n_questions=50), length=50)

    def test_an_answer_is_saved_with_its_time(self) -> None:
        out = send(self.attempt, 30, (1,))
        self.assertEqual(out.outcome, "saved")
        saved = stored(self.attempt, 30)
        self.assertEqual((saved.choices, saved.seconds), ((1,), 7))
        self.assertAlmostEqual(saved.at, timezone.now().timestamp(), delta=60)

    def test_the_first_answer_is_final(self) -> None:
        send(self.attempt, 0, (1,), seq=5)
        out = send(self.attempt, 0, (2,), seq=9)
        self.assertEqual(out.outcome, "superseded")
        self.assertEqual(out.stands.choices, (1,))
        self.assertEqual(stored(self.attempt, 0).choices, (1,))

    def test_the_same_answer_again_answers_the_same(self) -> None:
        send(self.attempt, 0, (1,), seq=5)
        out = send(self.attempt, 0, (1,), seq=5)
        self.assertEqual((out.outcome, out.stands.choices), ("unchanged", (1,)))

    def test_an_answer_is_one_statement_and_it_is_the_write(self) -> None:
        token = granted(self.attempt)
        release_content(self.attempt.release_id)
        with CaptureQueriesContext(connection) as queries:
            services.record_answer(
                capability=token, answer=AnswerIn(1, (0,), 1), now=timezone.now()
            )
        self.assertEqual(len(queries), 1)
        self.assertTrue(queries[0]["sql"].startswith("UPDATE exams_answerchunk"))

    def test_a_refused_answer_is_two_statements_and_writes_nothing(self) -> None:
        send(self.attempt, 1, (0,))
        before = AnswerChunk.objects.get(attempt=self.attempt, index=0).answers
        with CaptureQueriesContext(connection) as queries:
            send(self.attempt, 1, (1,))
        self.assertEqual(len(queries), 2)
        after = AnswerChunk.objects.get(attempt=self.attempt, index=0).answers
        self.assertEqual(before, after)

    def test_an_empty_practice_answer_is_refused(self) -> None:
        with pytest.raises(services.InvalidAnswer, match="Choose something"):
            send(self.attempt, 0, ())

    def test_answers_that_the_question_does_not_have_are_refused(self) -> None:
        for question, choices, words in [
            (50, (0,), "question must be from 0 to 49"),
            (0, (4,), "choices must be from 0 to 3"),
            (0, (0, 1), "Choose 1 at most"),
            (4, (0, 1, 2), "Choose 2 at most"),
        ]:
            with (
                self.subTest(question=question, choices=choices),
                pytest.raises(services.InvalidAnswer, match=words),
            ):
                send(self.attempt, question, choices)
        self.assertFalse(any(c.answers for c in self.attempt.chunks.all()))


class ExamTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.attempt = make_attempt(mode="exam")

    def test_a_later_answer_replaces_an_earlier_one(self) -> None:
        send(self.attempt, 0, (1,), seq=5)
        self.assertEqual(send(self.attempt, 0, (2,), seq=6).outcome, "saved")
        self.assertEqual(stored(self.attempt, 0).choices, (2,))

    def test_an_answer_that_arrives_late_does_not_replace_a_newer_one(self) -> None:
        send(self.attempt, 0, (2,), seq=6)
        out = send(self.attempt, 0, (1,), seq=5)
        self.assertEqual((out.outcome, out.stands.choices), ("superseded", (2,)))
        self.assertEqual(stored(self.attempt, 0).choices, (2,))

    def test_an_answer_can_be_taken_back(self) -> None:
        send(self.attempt, 0, (1,), seq=5)
        self.assertEqual(send(self.attempt, 0, (), seq=6).outcome, "saved")
        self.assertEqual(stored(self.attempt, 0).choices, ())

    def test_nothing_is_accepted_past_the_deadline(self) -> None:
        with pytest.raises(services.AttemptClosed):
            services.record_answer(
                capability=granted(self.attempt),
                answer=AnswerIn(0, (1,), 1),
                now=overdue(self.attempt),
            )

    def test_nothing_is_accepted_after_the_finish(self) -> None:
        token = granted(self.attempt)
        services.finish_attempt(attempt=self.attempt, now=timezone.now())
        with pytest.raises(services.AttemptClosed):
            services.record_answer(
                capability=token, answer=AnswerIn(0, (1,), 1), now=timezone.now()
            )


class CapabilityTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.attempt = make_attempt()

    def test_signing_out_ends_it_at_once(self) -> None:
        token = granted(self.attempt)
        services.end_capabilities(self.attempt.learner)
        with pytest.raises(CapabilityExpired):
            services.record_answer(
                capability=token, answer=AnswerIn(0, (1,), 1), now=timezone.now()
            )
        renewed = granted(self.attempt, epoch=1)
        out = services.record_answer(
            capability=renewed, answer=AnswerIn(0, (1,), 1), now=timezone.now()
        )
        self.assertEqual(out.outcome, "saved")

    def test_an_attempt_that_is_gone_is_not_found(self) -> None:
        token = granted(self.attempt)
        self.attempt.delete()
        with pytest.raises(AnswerChunk.DoesNotExist):
            services.record_answer(
                capability=token, answer=AnswerIn(0, (1,), 1), now=timezone.now()
            )


class BatchTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.attempt = make_attempt(
            test=make_test(n_questions=100), length=100, mode="exam"
        )

    def test_answers_and_flags_of_all_chunks_are_saved_with_a_write_each(self) -> None:
        answers = [AnswerIn(q, (0,), 1) for q in range(100)]
        flags = [FlagIn(99, True, 1)]
        with CaptureQueriesContext(connection) as queries:
            outs = services.record_batch(
                attempt=self.attempt, answers=answers, flags=flags, now=timezone.now()
            )
        self.assertEqual({out.outcome for out in outs}, {"saved"})
        writes = [q for q in queries if q["sql"].startswith("UPDATE")]
        self.assertEqual(len(writes), 4)
        self.assertEqual(
            [len(chunk.answers) for chunk in self.attempt.chunks.all()], [25] * 4
        )

    def test_nothing_is_written_when_nothing_changes(self) -> None:
        answers = [AnswerIn(0, (0,), 1)]
        services.record_batch(attempt=self.attempt, answers=answers, now=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            services.record_batch(
                attempt=self.attempt, answers=answers, now=timezone.now()
            )
        self.assertFalse([q for q in queries if q["sql"].startswith("UPDATE")])

    def test_one_bad_answer_keeps_all_out(self) -> None:
        answers = [AnswerIn(0, (0,), 1), AnswerIn(1, (7,), 1)]
        with pytest.raises(services.InvalidAnswer):
            services.record_batch(
                attempt=self.attempt, answers=answers, now=timezone.now()
            )
        self.assertFalse(any(c.answers for c in self.attempt.chunks.all()))

    def test_a_single_answer_and_a_batch_agree_on_what_stands(self) -> None:
        send(self.attempt, 0, (1,), seq=5)
        [older, newer] = services.record_batch(
            attempt=self.attempt,
            answers=[AnswerIn(0, (2,), 4), AnswerIn(0, (3,), 6)],
            now=timezone.now(),
        )
        self.assertEqual((older.outcome, newer.outcome), ("superseded", "saved"))
        self.assertEqual(stored(self.attempt, 0).choices, (3,))

    def test_a_closed_attempt_accepts_no_batch(self) -> None:
        services.finish_attempt(attempt=self.attempt, now=timezone.now())
        with pytest.raises(services.AttemptClosed):
            services.record_batch(
                attempt=self.attempt, flags=[FlagIn(0, True, 1)], now=timezone.now()
            )


class PositionTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.attempt = make_attempt()

    def test_the_latest_position_stands(self) -> None:
        for place, seq in [(3, 10), (7, 12), (5, 11)]:
            services.record_position(
                attempt=self.attempt, position=PositionIn(place, seq)
            )
        self.attempt.refresh_from_db()
        self.assertEqual((self.attempt.position, self.attempt.position_seq), (7, 12))

    def test_a_place_the_attempt_does_not_have_is_refused(self) -> None:
        with pytest.raises(services.InvalidAnswer, match="from 0 to 24"):
            services.record_position(attempt=self.attempt, position=PositionIn(25, 1))

    def test_a_closed_attempt_keeps_its_position(self) -> None:
        services.finish_attempt(attempt=self.attempt, now=timezone.now())
        self.assertFalse(
            services.record_position(attempt=self.attempt, position=PositionIn(3, 1))
        )


def test_the_helpers_know_right_from_wrong(db: None) -> None:
    attempt = make_attempt()
    keys = release_content(attempt.release_id).keys
    for question in range(25):
        assert keys[question].right == right_choices(attempt, question)
        assert wrong_choice(attempt, question)[0] not in keys[question].right
    assert attempt.started_at + timedelta(minutes=5) > timezone.now()
