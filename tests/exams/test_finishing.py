"""The end of an attempt: scored once, by the learner or by the clock."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams import services
from exams.models import Attempt, DomainResult
from exams.releases import release_content
from exams.services import AnswerIn
from exams.signals import attempt_finished
from exams.tasks import close_overdue_attempts
from tests.exams.factories import (
    make_attempt,
    make_test,
    overdue,
    right_choices,
    wrong_choice,
)

pytestmark = pytest.mark.both_databases


def answer_all(attempt: Attempt, *, n_right: int, n_wrong: int = 0) -> None:
    right = [AnswerIn(q, right_choices(attempt, q), 1) for q in range(n_right)]
    wrong = [
        AnswerIn(q, wrong_choice(attempt, q), 1)
        for q in range(n_right, n_right + n_wrong)
    ]
    services.record_batch(attempt=attempt, answers=[*right, *wrong], now=timezone.now())


class FinishTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.attempt = make_attempt(mode="exam")

    def test_it_scores_what_was_answered_and_a_gap_is_wrong(self) -> None:
        answer_all(self.attempt, n_right=15, n_wrong=5)
        self.assertTrue(
            services.finish_attempt(attempt=self.attempt, now=timezone.now())
        )
        self.attempt.refresh_from_db()
        self.assertEqual(self.attempt.state, Attempt.State.FINISHED)
        self.assertEqual((self.attempt.n_answered, self.attempt.n_right), (20, 15))
        self.assertEqual(self.attempt.score, Decimal("60.00"))

    def test_domain_results_add_up_to_the_score(self) -> None:
        answer_all(self.attempt, n_right=10, n_wrong=5)
        services.finish_attempt(attempt=self.attempt, now=timezone.now())
        results = list(self.attempt.domain_results.all())
        self.assertEqual(len(results), 2)
        self.assertEqual(sum(one.n_questions for one in results), 25)
        self.assertEqual(sum(one.n_answered for one in results), 15)
        self.assertEqual(sum(one.n_right for one in results), 10)

    def test_an_answer_that_was_taken_back_is_none(self) -> None:
        back = AnswerIn(0, (), 2)
        answer_all(self.attempt, n_right=3)
        services.record_batch(attempt=self.attempt, answers=[back], now=timezone.now())
        services.finish_attempt(attempt=self.attempt, now=timezone.now())
        results = self.attempt.domain_results.values_list("n_answered", flat=True)
        self.assertEqual(sum(results), 2)

    def test_the_database_refuses_more_right_ones_than_answered(self) -> None:
        answer_all(self.attempt, n_right=10)
        services.finish_attempt(attempt=self.attempt, now=timezone.now())
        for change in ({"n_answered": 1}, {"n_answered": 26}):
            with (
                self.subTest(change=change),
                pytest.raises(IntegrityError),
                transaction.atomic(),
            ):
                self.attempt.domain_results.update(**change)

    def test_the_second_finish_changes_nothing(self) -> None:
        answer_all(self.attempt, n_right=5)
        services.finish_attempt(attempt=self.attempt, now=timezone.now())
        first = Attempt.objects.values().get(pk=self.attempt.pk)
        later = timezone.now() + timedelta(hours=1)
        self.assertFalse(services.finish_attempt(attempt=self.attempt, now=later))
        self.assertEqual(Attempt.objects.values().get(pk=self.attempt.pk), first)
        self.assertEqual(DomainResult.objects.count(), 2)

    def test_a_finish_past_the_deadline_counts_as_of_the_deadline(self) -> None:
        services.finish_attempt(attempt=self.attempt, now=overdue(self.attempt))
        self.attempt.refresh_from_db()
        self.assertEqual(self.attempt.finished_at, self.attempt.deadline)

    def test_a_domain_that_went_since_stops_no_finish(self) -> None:
        domain = self.attempt.test.certification.domains.last()
        domain.questions.update(domain=self.attempt.test.certification.domains.first())
        domain.delete()
        answer_all(self.attempt, n_right=10)
        services.finish_attempt(attempt=self.attempt, now=timezone.now())
        self.attempt.refresh_from_db()
        self.assertEqual(self.attempt.n_right, 10)
        self.assertEqual(self.attempt.domain_results.count(), 1)

    def test_it_is_announced_once_and_only_on_commit(self) -> None:
        heard: list[int] = []

        def listen(attempt_id: int, **kwargs: object) -> None:
            heard.append(attempt_id)

        attempt_finished.connect(listen)
        self.addCleanup(attempt_finished.disconnect, listen)
        with self.captureOnCommitCallbacks(execute=True):
            services.finish_attempt(attempt=self.attempt, now=timezone.now())
            self.assertEqual(heard, [])
        with self.captureOnCommitCallbacks(execute=True):
            services.finish_attempt(attempt=self.attempt, now=timezone.now())
        self.assertEqual(heard, [self.attempt.pk])

    def test_a_listener_that_fails_does_not_undo_the_finish(self) -> None:
        def fail(**kwargs: object) -> None:
            raise ConnectionError("the broker is away")

        attempt_finished.connect(fail)
        self.addCleanup(attempt_finished.disconnect, fail)
        with (
            self.assertLogs("django", level="ERROR"),
            self.captureOnCommitCallbacks(execute=True),
        ):
            services.finish_attempt(attempt=self.attempt, now=timezone.now())
        self.attempt.refresh_from_db()
        self.assertEqual(self.attempt.state, Attempt.State.FINISHED)

    def test_it_takes_as_many_statements_for_100_questions_as_for_25(self) -> None:
        long = make_attempt(test=make_test(n_questions=100), length=100)
        counts = []
        for attempt in (self.attempt, long):
            release_content(attempt.release_id)
            with CaptureQueriesContext(connection) as queries:
                services.finish_attempt(attempt=attempt, now=timezone.now())
            counts.append(len(queries))
        # The attempt's lock, its chunks, closing them, the score, which domains there
        # are and their results, between a savepoint and its release.
        self.assertEqual(counts, [8, 8])


class OverdueTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.exams = [make_attempt(mode="exam") for _ in range(3)]
        cls.practice = make_attempt()

    def test_the_task_finishes_what_is_overdue_and_nothing_else(self) -> None:
        answer_all(self.exams[0], n_right=5)
        with patch.object(timezone, "now", return_value=overdue(self.exams[2])):
            self.assertEqual(close_overdue_attempts(), 3)
            self.assertEqual(close_overdue_attempts(), 0)
        self.exams[0].refresh_from_db()
        self.practice.refresh_from_db()
        self.assertEqual(self.exams[0].score, Decimal("20.00"))
        self.assertTrue(self.practice.is_open)

    def test_one_that_cannot_be_finished_keeps_nobody_waiting(self) -> None:
        finish = services.finish_attempt
        broken = self.exams[0].pk

        def finish_others(*, attempt: Attempt, now: object) -> bool:
            if attempt.pk == broken:
                raise ValueError("broken")
            return finish(attempt=attempt, now=now)  # type: ignore[arg-type]

        with (
            patch("exams.services.finish.finish_attempt", finish_others),
            self.assertLogs("exams.services.finish", level="ERROR"),
        ):
            closed = services.close_overdue(now=overdue(self.exams[2]))
        self.assertEqual(closed, 2)

    def test_the_next_touch_finishes_it_too(self) -> None:
        attempt = self.exams[0]
        settled = services.settle(attempt, now=overdue(attempt))
        self.assertEqual(settled.state, Attempt.State.FINISHED)
        self.assertEqual(settled.finished_at, attempt.deadline)

    def test_one_that_has_time_left_is_left_alone(self) -> None:
        attempt = self.exams[0]
        just_before = attempt.deadline - timedelta(seconds=1)
        self.assertTrue(services.settle(attempt, now=just_before).is_open)
        self.assertFalse(Attempt.objects.overdue(now=just_before).exists())
