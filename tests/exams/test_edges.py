"""Moments so narrow that no race meets them reliably, brought about on purpose."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError
from django.test import TestCase
from django.utils import timezone

from accounts.models import User
from exams import capability, services
from exams.models import AnswerChunk, Attempt, Test
from exams.services import AnswerIn, AttemptClosed, PositionIn, start
from tests.exams.factories import make_attempt, make_learner, make_test

pytestmark = pytest.mark.both_databases

MICROSECOND = timedelta(microseconds=1)


class DeadlineTests(TestCase):
    def test_the_capability_ends_with_the_attempt_to_the_microsecond(self) -> None:
        for microsecond in (0, 1, 123_000, 123_456, 999_999):
            now = timezone.now().replace(microsecond=microsecond)
            attempt = make_attempt(mode="exam", now=now)
            assert attempt.deadline is not None
            granted = capability.read(capability.issue(attempt, epoch=0))
            last = attempt.deadline - MICROSECOND
            with self.subTest(microsecond=microsecond):
                out = services.record_answer(
                    capability=granted, answer=AnswerIn(0, (1,), 1), now=last
                )
                self.assertEqual(out.outcome, "saved")
                self.assertFalse(attempt.is_overdue(now=last))
                with pytest.raises(AttemptClosed):
                    services.record_answer(
                        capability=granted,
                        answer=AnswerIn(0, (1,), 2),
                        now=attempt.deadline,
                    )
                self.assertTrue(attempt.is_overdue(now=attempt.deadline))


class RestartTests(TestCase):
    learner: User
    test: Test

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner, cls.test = make_learner(), make_test()

    def restart(self) -> tuple[Attempt, bool]:
        return services.start_attempt(
            learner=self.learner,
            test=self.test,
            mode="practice",
            length=25,
            now=timezone.now(),
            restart=True,
        )

    def test_a_restart_that_fails_leaves_the_old_attempt_running(self) -> None:
        old = make_attempt(self.learner, self.test)
        with (
            patch.object(start, "_create", side_effect=RuntimeError("no room")),
            pytest.raises(RuntimeError),
        ):
            self.restart()
        old.refresh_from_db()
        self.assertTrue(old.is_open)
        self.assertFalse(any(chunk.closed for chunk in old.chunks.all()))

    def test_a_start_whose_rival_has_ended_again_makes_its_own(self) -> None:
        conflicts = [IntegrityError("a rival's"), IntegrityError("another's")]
        create = start._create

        def lose_twice(**facts: Any) -> Attempt:
            if conflicts:
                raise conflicts.pop()
            return create(**facts)

        with patch.object(start, "_create", lose_twice):
            attempt, created = self.restart()
        self.assertTrue(created)
        self.assertTrue(attempt.is_open)

    def test_a_start_that_can_never_succeed_says_why(self) -> None:
        with (
            patch.object(start, "_create", side_effect=IntegrityError("no learner")),
            pytest.raises(IntegrityError, match="no learner"),
        ):
            self.restart()


class SyncTests(TestCase):
    learner: User
    attempt: Attempt

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.attempt = make_attempt(cls.learner)

    def test_of_two_places_with_one_number_the_same_stands_in_either_order(
        self,
    ) -> None:
        for seq, places in enumerate([(3, 7), (7, 3), (7, 7)], start=1):
            for place in places:
                services.record_position(
                    attempt=self.attempt, position=PositionIn(place, seq)
                )
            self.attempt.refresh_from_db()
            with self.subTest(places=places):
                self.assertEqual(self.attempt.position, 7)

    def test_a_sync_that_is_refused_has_saved_nothing(self) -> None:
        self.client.force_login(self.learner)
        response = self.client.post(
            f"/api/attempts/{self.attempt.pk}/sync",
            {
                "answers": [{"question": 0, "choices": [1], "seq": 1}],
                "position": {"place": 25, "seq": 2},
            },
            content_type="application/json",
        )
        self.assertEqual(response.status_code, 422)
        self.assertEqual(AnswerChunk.objects.get(attempt=self.attempt).answers, {})
