"""Starting, restarting, and what is fixed from then on."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams import services
from exams.models import Attempt, Release, Test
from tests.exams.factories import (
    make_attempt,
    make_certification,
    make_learner,
    make_test,
    overdue,
)

pytestmark = pytest.mark.both_databases


class StartTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.test = make_test(n_questions=60, minutes=60)

    def start(
        self, mode: str = "practice", length: int = 25, restart: bool = False
    ) -> tuple[Attempt, bool]:
        return services.start_attempt(
            learner=self.learner,
            test=self.test,
            mode=mode,
            length=length,
            now=timezone.now(),
            restart=restart,
        )

    def test_it_makes_a_chunk_for_each_25_questions(self) -> None:
        attempt, created = self.start(length=50)
        self.assertTrue(created)
        self.assertEqual([chunk.index for chunk in attempt.chunks.all()], [0, 1])

    def test_practice_has_no_deadline_and_an_exam_its_share_of_the_time(self) -> None:
        self.assertIsNone(self.start()[0].deadline)
        exam, _ = self.start(mode="exam", length=50, restart=True)
        self.assertEqual(exam.deadline - exam.started_at, timedelta(minutes=50))

    def test_extra_time_lengthens_the_exam(self) -> None:
        for factor, minutes in [(100, 25), (125, 32), (150, 38), (200, 50)]:
            with self.subTest(factor=factor):
                self.learner.extra_time = factor
                exam, _ = self.start(mode="exam", restart=True)
                self.assertEqual(
                    exam.deadline - exam.started_at, timedelta(minutes=minutes)
                )

    def test_a_running_attempt_is_returned_as_it_is(self) -> None:
        first, _ = self.start(mode="exam")
        again, created = self.start(mode="practice", length=50)
        self.assertFalse(created)
        self.assertEqual(again, first)
        self.assertEqual((again.mode, again.length), ("exam", 25))

    def test_a_restart_keeps_the_old_attempt_as_abandoned(self) -> None:
        first, _ = self.start()
        second, created = self.start(restart=True)
        first.refresh_from_db()
        self.assertTrue(created)
        self.assertEqual(first.state, Attempt.State.ABANDONED)
        self.assertTrue(all(chunk.closed for chunk in first.chunks.all()))
        self.assertNotEqual(first.pk, second.pk)

    def test_an_overdue_attempt_is_finished_and_makes_room(self) -> None:
        first, _ = self.start(mode="exam")
        second, created = services.start_attempt(
            learner=self.learner,
            test=self.test,
            mode="exam",
            length=25,
            now=overdue(first),
        )
        first.refresh_from_db()
        self.assertTrue(created)
        self.assertEqual(first.state, Attempt.State.FINISHED)
        self.assertEqual(first.finished_at, first.deadline)
        self.assertNotEqual(first.pk, second.pk)

    def test_it_offers_only_what_the_test_has(self) -> None:
        for length in (0, 24, 26, 75, 100):
            with (
                self.subTest(length=length),
                pytest.raises(services.NotOffered, match="25, 50"),
            ):
                self.start(length=length)
        with pytest.raises(services.NotOffered, match="practice or exam"):
            self.start(mode="cheat")
        unpublished = make_test(published=False)
        with pytest.raises(services.NotOffered, match="not published"):
            services.start_attempt(
                learner=self.learner,
                test=unpublished,
                mode="exam",
                length=25,
                now=timezone.now(),
            )

    def test_the_samples_cannot_be_started(self) -> None:
        samples = make_test(number=Test.SAMPLES, n_questions=25)
        with pytest.raises(services.NotOffered):
            services.start_attempt(
                learner=self.learner,
                test=samples,
                mode="practice",
                length=25,
                now=timezone.now(),
            )

    def test_other_tests_and_certifications_are_not_touched(self) -> None:
        first, _ = self.start()
        other = make_test(make_certification(), number=self.test.number)
        make_attempt(self.learner, other)
        first.refresh_from_db()
        self.assertTrue(first.is_open)

    def test_the_second_start_reads_no_question(self) -> None:
        self.start()
        test = Test.objects.with_release_facts().get(pk=self.test.pk)
        with CaptureQueriesContext(connection) as queries:
            services.start_attempt(
                learner=make_learner(),
                test=test,
                mode="practice",
                length=25,
                now=timezone.now(),
            )
        sql = " ".join(query["sql"] for query in queries)
        for table in ("exams_question", "exams_choice", "exams_testquestion"):
            self.assertNotIn(f'"{table}"', sql)
        self.assertNotIn('"exams_release"', sql)


class GuardTests(TestCase):
    """What the database itself refuses, whatever the code above it does."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.attempt = make_attempt(mode="exam")

    def assert_refused(self, **change: object) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Attempt.objects.filter(pk=self.attempt.pk).update(**change)

    def test_the_start_is_for_good(self) -> None:
        other = make_test()
        for change in (
            {"mode": "practice", "deadline": None},
            {"length": 50},
            {"seed": 1},
            {"learner": make_learner()},
            {"release": other.current_release},
            {"test": other},
            {"started_at": timezone.now()},
            {"deadline": timezone.now() + timedelta(days=1)},
        ):
            with self.subTest(change=change):
                self.assert_refused(**change)

    def test_the_end_is_final(self) -> None:
        services.finish_attempt(attempt=self.attempt, now=timezone.now())
        self.assert_refused(score=100, points=25, n_right=25, n_answered=25)
        self.assert_refused(finished_at=None, score=None, points=None, n_right=None)
        self.assert_refused(abandoned_at=timezone.now())

    def test_there_is_one_open_attempt_per_learner_and_test(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Attempt.objects.create(
                learner=self.attempt.learner,
                test=self.attempt.test,
                release=self.attempt.release,
                mode="practice",
                length=25,
                seed=1,
                started_at=timezone.now(),
            )

    def test_a_score_belongs_to_a_finish(self) -> None:
        self.assert_refused(score=50)
        self.assert_refused(finished_at=timezone.now())
        self.assert_refused(
            finished_at=timezone.now(), score=101, points=1, n_right=1, n_answered=1
        )

    def test_a_release_never_changes(self) -> None:
        release = self.attempt.release
        with pytest.raises(TypeError):
            release.save()
        with pytest.raises(TypeError):
            Release.objects.update(minutes=1)
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE exams_release SET minutes = minutes + 1")

    def test_no_test_with_a_release_becomes_the_samples(self) -> None:
        test = self.attempt.test
        with pytest.raises(DatabaseError), transaction.atomic():
            Test.objects.filter(pk=test.pk).update(number=Test.SAMPLES)
        Test.objects.filter(pk=test.pk).update(number=7)
