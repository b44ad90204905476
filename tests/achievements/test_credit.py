"""What an attempt's answers bring, as told with the state and with each answer."""

from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client, TestCase
from django.utils import timezone

from accounts.models import User
from achievements.models import CountedAttempt, Statistics, XpEntry
from exams import capability, credit, services
from exams.models import Attempt, Test
from exams.releases import release_content
from tests.exams.factories import (
    make_attempt,
    make_learner,
    make_test,
    right_choices,
    wrong_choice,
)
from tests.exams.sitting import sit, sit_and_finish

pytestmark = pytest.mark.both_databases

REWARD = {"xp": 10, "coins": 5}


def pay(attempt: Attempt, *numbers: int) -> None:
    """Write what settling would: the attempt is paid for these questions."""
    statistics, _ = Statistics.objects.get_or_create(learner=attempt.learner)
    for number in numbers:
        XpEntry.objects.create(
            learner=attempt.learner,
            reason=XpEntry.Reason.RIGHT_ANSWER,
            question_id=attempt.release.keys[number]["question"],
            attempt=attempt,
            amount=10,
            at=timezone.now(),
        )
        statistics.xp += 10
    statistics.save()


def restart(attempt: Attempt, *, mode: str = "practice", length: int = 25) -> Attempt:
    fresh, created = services.start_attempt(
        learner=attempt.learner,
        test=attempt.test,
        mode=mode,
        length=length,
        now=timezone.now(),
        restart=True,
    )
    assert created
    return fresh


class CreditTestCase(TestCase):
    learner: User
    test: Test

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner, cls.test = make_learner(), make_test(n_questions=50)

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def state(self, attempt: Attempt) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/api/attempts/{attempt.pk}").json()
        return found

    def answer(
        self, attempt: Attempt, question: int, choices: tuple[int, ...], seq: int = 1
    ) -> dict[str, Any]:
        response = Client().post(
            f"/api/attempts/{attempt.pk}/answers",
            {"question": question, "choices": list(choices), "seq": seq},
            content_type="application/json",
            headers={"X-Attempt-Capability": self.state(attempt)["capability"]},
        )
        self.assertEqual(response.status_code, 200, response.content)
        found: dict[str, Any] = response.json()
        return found

    def sync(self, attempt: Attempt, *numbers: int) -> list[dict[str, Any]]:
        """Send right answers to these questions together."""
        answers = [
            {"question": n, "choices": list(right_choices(attempt, n)), "seq": 1}
            for n in numbers
        ]
        response = self.client.post(
            f"/api/attempts/{attempt.pk}/sync",
            {"answers": answers},
            content_type="application/json",
        )
        found: list[dict[str, Any]] = response.json()["answers"]
        return found

    def mask(self, attempt: Attempt) -> int:
        return capability.read(self.state(attempt)["capability"]).credit


class AnswerTests(CreditTestCase):
    def test_a_right_answer_brings_the_reward_and_a_wrong_one_nothing(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        right = self.answer(attempt, 0, right_choices(attempt, 0))
        wrong = self.answer(attempt, 1, wrong_choice(attempt, 1))
        self.assertEqual(right["reward"], REWARD)
        self.assertIsNone(wrong["reward"])

    def test_half_of_the_right_choices_bring_nothing(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        half = right_choices(attempt, 4)[:1]
        self.assertIsNone(self.answer(attempt, 4, half)["reward"])

    def test_the_same_answer_again_is_told_the_same(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        right = right_choices(attempt, 0)
        first = self.answer(attempt, 0, right)
        again = self.answer(attempt, 0, right)
        # Also once it is paid, and when something else is sent: the first one stands.
        pay(attempt, 0)
        paid = self.answer(attempt, 0, right)
        other = self.answer(attempt, 0, wrong_choice(attempt, 0), seq=2)
        for one in (first, again, paid, other):
            self.assertEqual(one["reward"], REWARD)
        self.assertEqual(other["outcome"], "superseded")

    def test_a_right_choice_after_a_wrong_answer_brings_nothing(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        self.answer(attempt, 0, wrong_choice(attempt, 0))
        late = self.answer(attempt, 0, right_choices(attempt, 0), seq=2)
        self.assertIsNone(late["reward"])

    def test_a_question_that_another_attempt_was_paid_for_brings_nothing(self) -> None:
        pay(make_attempt(self.learner, self.test), 0)
        attempt = restart(Attempt.objects.get())
        self.assertIsNone(self.answer(attempt, 0, right_choices(attempt, 0))["reward"])
        one = self.answer(attempt, 1, right_choices(attempt, 1))
        self.assertEqual(one["reward"], REWARD)

    def test_what_another_learner_was_paid_for_is_still_to_be_earned(self) -> None:
        pay(make_attempt(make_learner(), self.test), 0)
        attempt = make_attempt(self.learner, self.test)
        one = self.answer(attempt, 0, right_choices(attempt, 0))
        self.assertEqual(one["reward"], REWARD)

    def test_a_batch_says_what_each_answer_brought(self) -> None:
        pay(make_attempt(self.learner, self.test), 0)
        attempt = restart(Attempt.objects.get())
        self.answer(attempt, 1, wrong_choice(attempt, 1))
        told = self.sync(attempt, 0, 1, 2)
        rewards = {one["question"]: one["reward"] for one in told}
        self.assertEqual(rewards, {0: None, 1: None, 2: REWARD})
        self.assertEqual(self.sync(attempt, 2)[0]["reward"], REWARD)

    def test_an_answer_asks_the_database_once(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        token = self.state(attempt)["capability"]
        body = {"question": 0, "choices": list(right_choices(attempt, 0)), "seq": 1}
        with self.assertNumQueries(1):
            # The UPDATE of its chunk.
            response = Client().post(
                f"/api/attempts/{attempt.pk}/answers",
                body,
                content_type="application/json",
                headers={"X-Attempt-Capability": token},
            )
        self.assertEqual(response.json()["reward"], REWARD)


class RestartTests(CreditTestCase):
    """What the old attempt got right counts, though no worker has come to it yet."""

    def test_what_it_got_right_brings_nothing_again(self) -> None:
        old = make_attempt(self.learner, self.test)
        self.answer(old, 0, right_choices(old, 0))
        self.answer(old, 1, wrong_choice(old, 1))
        fresh = restart(old)
        self.assertIsNone(self.answer(fresh, 0, right_choices(fresh, 0))["reward"])
        one = self.answer(fresh, 1, right_choices(fresh, 1))
        self.assertEqual(one["reward"], REWARD)

    def test_the_answers_of_a_finished_exam_count(self) -> None:
        old = make_attempt(self.learner, self.test, mode="exam")
        sit_and_finish(old, n_wrong=20)
        fresh = make_attempt(self.learner, self.test)
        right = self.state(fresh)["standing"]
        self.assertEqual(self.mask(fresh).bit_count(), 20)
        self.assertEqual(right["xp"], 0)

    def test_the_answers_of_an_abandoned_exam_do_not(self) -> None:
        old = make_attempt(self.learner, self.test, mode="exam")
        sit(old)
        self.assertEqual(self.mask(restart(old)).bit_count(), 25)

    def test_once_counted_only_the_ledger_says(self) -> None:
        old = make_attempt(self.learner, self.test)
        sit(old)
        fresh = restart(old)
        self.assertEqual(self.mask(fresh), 0)
        CountedAttempt.objects.create(
            attempt=old, learner=self.learner, is_final=True, questions="0" * 25
        )
        pay(old, 3)
        self.assertEqual(self.mask(fresh), (1 << 25) - 1 - (1 << 3))


class StandingTests(CreditTestCase):
    def xp(self, attempt: Attempt) -> int:
        xp: int = self.state(attempt)["standing"]["xp"]
        return xp

    def test_a_newcomer_begins_at_level_one(self) -> None:
        standing = self.state(make_attempt(self.learner, self.test))["standing"]
        self.assertEqual(
            standing,
            {
                "xp": 0,
                "level": 1,
                "level_starts_at": 0,
                "next_levels": [500, 1000, 1500, 2000, 2500],
            },
        )

    def test_what_is_earned_counts_before_and_after_it_is_paid_and_once(self) -> None:
        Statistics.objects.create(learner=self.learner, xp=990)
        attempt = make_attempt(self.learner, self.test)
        self.answer(attempt, 0, right_choices(attempt, 0))
        self.answer(attempt, 1, wrong_choice(attempt, 1))
        before = self.state(attempt)
        pay(attempt, 0)
        after = self.state(attempt)
        for state in (before, after):
            self.assertEqual(state["rewards"], {"0": REWARD})
            self.assertEqual(state["standing"]["xp"], 1000)
            self.assertEqual(state["standing"]["level"], 3)

    def test_an_answer_that_is_paid_while_the_state_is_put_together(self) -> None:
        """The chunks were read before the answer: it is no part of this state at all.

        The answer's own response brings it, so it must not be in the sum already.
        """
        attempt = make_attempt(self.learner, self.test)
        pay(attempt, 0)
        self.assertEqual(self.xp(attempt), 0)

    def test_what_other_attempts_brought_is_in_it(self) -> None:
        pay(make_attempt(self.learner, self.test), 0, 1)
        attempt = restart(Attempt.objects.get())
        self.answer(attempt, 0, right_choices(attempt, 0))
        self.answer(attempt, 2, right_choices(attempt, 2))
        self.assertEqual(self.xp(attempt), 30)
        self.assertEqual(self.state(attempt)["rewards"], {"2": REWARD})

    def test_questions_beyond_the_length_are_no_matter(self) -> None:
        old = make_attempt(self.learner, self.test, length=50)
        pay(old, 30)
        attempt = restart(old)
        self.assertEqual(self.mask(attempt), (1 << 25) - 1)
        self.assertEqual(self.xp(attempt), 10)

    def test_a_correction_below_what_is_earned_here_is_no_failure(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        pay(attempt, 0)
        Statistics.objects.filter(learner=self.learner).update(xp=0)
        self.assertEqual(self.xp(attempt), 0)

    def test_it_asks_the_database_two_times(self) -> None:
        release_content(self.test.current_release_id or 0)
        for mode, n_queries in (("exam", 3), ("practice", 5)):
            attempt = make_attempt(make_learner(), self.test, mode=mode)
            self.client.force_login(attempt.learner)
            with self.subTest(mode=mode), self.assertNumQueries(n_queries):
                # Learner, attempt, chunks; in practice what closed attempts have that
                # is not counted yet, and the ledger with its sum.
                self.client.get(f"/api/attempts/{attempt.pk}")


class MaskTests(CreditTestCase):
    """The capability can be read: it must not tell more than the learner knows."""

    def test_it_depends_on_nothing_that_this_attempt_answers(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        for number in range(25):
            choose = wrong_choice if number % 2 else right_choices
            self.answer(attempt, number, choose(attempt, number))
            self.assertEqual(self.mask(attempt), (1 << 25) - 1)
        pay(attempt, 0, 2, 4)
        self.assertEqual(self.mask(attempt), (1 << 25) - 1)

    def test_an_exam_has_none(self) -> None:
        pay(make_attempt(self.learner, self.test), 0)
        attempt = restart(Attempt.objects.get(), mode="exam")
        self.assertEqual(self.mask(attempt), 0)

    def test_one_from_before_there_were_rewards_is_still_good(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        with patch("exams.capability.signing.dumps", side_effect=lambda c, salt: c):
            content = list(capability.issue(attempt, epoch=0))
        with patch("exams.capability.signing.loads", return_value=content[:-1]):
            self.assertEqual(capability.read("old").credit, 0)

    def test_the_token_stays_small(self) -> None:
        attempt = make_attempt(self.learner, self.test, length=50)
        attempt.pk, attempt.learner_id, attempt.release_id = 10**9, 10**8, 10**5
        attempt.length = 100
        token = capability.issue(attempt, epoch=100, credit=(1 << 100) - 1)
        self.assertLess(len(token), 200)


class ExamTests(CreditTestCase):
    def test_nothing_is_told_before_the_finish(self) -> None:
        Statistics.objects.create(learner=self.learner, xp=490)
        attempt = make_attempt(self.learner, self.test, mode="exam")
        replies = [self.answer(attempt, n, right_choices(attempt, n)) for n in (0, 1)]
        replies += self.sync(attempt, 2, 3)
        self.assertEqual([one["reward"] for one in replies], [None] * 4)
        state = self.state(attempt)
        self.assertEqual((state["rewards"], state["standing"]), ({}, None))

    def test_nobody_is_even_asked(self) -> None:
        attempt = make_attempt(self.learner, self.test, mode="exam")
        with patch("achievements.credit.Payments.account") as asked:
            self.state(attempt)
            self.sync(attempt, 0)
        asked.assert_not_called()


class ClosedTests(CreditTestCase):
    def test_a_closed_attempt_tells_nothing_of_rewards(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        sit_and_finish(attempt)
        state = self.state(attempt)
        self.assertEqual((state["rewards"], state["standing"]), ({}, None))


class ProviderTests(CreditTestCase):
    def test_without_one_everything_is_null(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        with patch("exams.credit._providers", []):
            told = self.answer(attempt, 0, right_choices(attempt, 0))
            state = self.state(attempt)
        self.assertIsNone(told["reward"])
        self.assertEqual((state["rewards"], state["standing"]), ({}, None))

    def test_there_is_only_one(self) -> None:
        provider = credit.provider()
        assert provider is not None
        with pytest.raises(ValueError, match="already"):
            credit.register(provider)
