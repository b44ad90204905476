"""What a finished attempt brought, as its result page asks for it."""

from datetime import datetime, timedelta

import pytest
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from achievements.earnings import earnings_of
from achievements.models import CoinEntry, Grant, Statistics, XpEntry
from achievements.services import settle_learner
from exams import services
from exams.models import Attempt, Question, Test
from tests.achievements.factories import make_counted, make_grant
from tests.exams.factories import make_attempt, make_learner, make_question, make_test
from tests.exams.sitting import sit, sit_and_finish

pytestmark = pytest.mark.both_databases


def url_of(attempt: Attempt) -> str:
    return reverse("achievements:earned", args=[attempt.pk])


class EarnedTestCase(TestCase):
    learner: User
    test: Test

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner, cls.test = make_learner(), make_test()

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def settle(self) -> None:
        settle_learner(self.learner.pk, now=timezone.now())

    def finished(self, *, mode: str = "practice", n_wrong: int = 0) -> Attempt:
        attempt = make_attempt(self.learner, self.test, mode=mode)
        return sit_and_finish(attempt, n_wrong=n_wrong)


class WaitingTests(EarnedTestCase):
    def test_until_it_is_counted_there_is_nothing_to_show(self) -> None:
        attempt = self.finished()
        response = self.client.get(url_of(attempt))
        self.assertEqual(response.status_code, 202)
        self.assertIn("no-store", response.headers["Cache-Control"])
        self.settle()
        self.assertEqual(self.client.get(url_of(attempt)).status_code, 200)

    def test_an_attempt_without_a_result_has_none(self) -> None:
        running = make_attempt(self.learner, self.test)
        self.assertEqual(self.client.get(url_of(running)).status_code, 409)
        services.start_attempt(
            learner=self.learner,
            test=self.test,
            mode="practice",
            length=25,
            now=timezone.now(),
            restart=True,
        )
        self.settle()
        self.assertEqual(self.client.get(url_of(running)).status_code, 409)

    def test_what_another_learner_owns_is_not_found(self) -> None:
        attempt = make_counted(make_learner(), self.test)
        self.assertEqual(self.client.get(url_of(attempt)).status_code, 404)


class SumTests(EarnedTestCase):
    def test_each_right_answer_counts_in_either_mode(self) -> None:
        for mode in ("practice", "exam"):
            with self.subTest(mode=mode):
                learner = make_learner()
                attempt = make_attempt(learner, self.test, mode=mode)
                sit_and_finish(attempt, n_wrong=5)
                settle_learner(learner.pk, now=timezone.now())
                self.client.force_login(learner)
                response = self.client.get(url_of(attempt))
                self.assertContains(response, "<strong>+200</strong> XP")
                self.assertContains(response, "<strong>+100</strong> coins")
                self.assertNotContains(response, "had brought it before")

    def test_what_was_earned_before_is_not_earned_again(self) -> None:
        self.finished(n_wrong=5)
        again = self.finished()
        self.settle()
        response = self.client.get(url_of(again))
        self.assertContains(response, "<strong>+50</strong> XP")
        self.assertContains(response, "20 of your right answers had brought it before")
        third = self.finished()
        self.settle()
        response = self.client.get(url_of(third))
        self.assertContains(response, "you had earned it for all that you got right")
        self.assertNotContains(response, "earned__sum")

    def test_nothing_right_is_said_kindly(self) -> None:
        attempt = self.finished(n_wrong=25)
        self.settle()
        self.assertContains(self.client.get(url_of(attempt)), "No XP this time")

    def test_a_correction_is_no_part_of_any_attempt(self) -> None:
        attempt = self.finished()
        self.settle()
        for model in (XpEntry, CoinEntry):
            model.objects.create(
                learner=self.learner,
                reason=model.Reason.CORRECTION,
                amount=-1000,
                at=timezone.now() - timedelta(days=1),
                note="A test.",
            )
        earnings = earnings_of(attempt)
        self.assertEqual((earnings.xp, earnings.coins), (250, 125))


class LevelTests(TestCase):
    """Which attempt made a level, however attempts were interleaved."""

    learner: User
    questions: list[Question]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        test = make_test()
        cls.questions = [make_question(test.certification) for _ in range(3)]
        cls.one, cls.two = (
            make_counted(cls.learner, test, n_wrong=25) for _ in range(2)
        )

    def pay(self, attempt: Attempt, amount: int, at: datetime, question: int) -> None:
        XpEntry.objects.create(
            learner=self.learner,
            reason=XpEntry.Reason.RIGHT_ANSWER,
            question=self.questions[question],
            attempt=attempt,
            amount=amount,
            at=at,
        )

    def levels(self) -> list[int | None]:
        found = [earnings_of(attempt).level for attempt in (self.one, self.two)]
        return [level.level if level else None for level in found]

    def test_one_point_below_is_no_level(self) -> None:
        self.pay(self.one, 499, timezone.now(), 0)
        self.assertEqual(self.levels(), [None, None])

    def test_the_attempt_that_reached_it_made_it(self) -> None:
        now = timezone.now()
        self.pay(self.one, 490, now, 0)
        self.pay(self.two, 10, now + timedelta(seconds=1), 1)
        self.assertEqual(self.levels(), [None, 2])

    def test_an_attempt_around_it_did_not(self) -> None:
        now = timezone.now()
        self.pay(self.one, 490, now, 0)
        self.pay(self.two, 10, now + timedelta(seconds=1), 1)
        self.pay(self.one, 10, now + timedelta(seconds=2), 2)
        self.assertEqual(self.levels(), [None, 2])

    def test_of_several_levels_the_last_is_shown(self) -> None:
        self.pay(self.one, 1200, timezone.now(), 0)
        level = earnings_of(self.one).level
        assert level is not None
        self.assertEqual((level.level, level.missing), (3, 300))


class GrantTests(EarnedTestCase):
    def test_the_achievements_of_this_attempt_are_listed(self) -> None:
        attempt = make_counted(self.learner, self.test)
        ours = make_grant(self.learner, attempt=attempt)
        other = make_grant(self.learner)
        revoked = make_grant(self.learner, attempt=attempt)
        Grant.objects.filter(pk=revoked.pk).update(
            revoked_at=timezone.now(), revoke_reason="By mistake."
        )
        response = self.client.get(url_of(attempt))
        self.assertContains(response, ours.achievement.title)
        self.assertContains(response, ours.achievement.text)
        self.assertNotContains(response, other.achievement.title)
        self.assertNotContains(response, revoked.achievement.title)

    def test_what_is_seen_here_is_told_and_nothing_else(self) -> None:
        attempt = make_counted(self.learner, self.test)
        ours = make_grant(self.learner, attempt=attempt, is_told=False)
        other = make_grant(self.learner, is_told=False)
        for _ in range(2):
            self.client.get(url_of(attempt))
            untold = Grant.objects.of(self.learner).untold()
            self.assertEqual([grant.pk for grant in untold], [other.pk])
            statistics = Statistics.objects.get(learner=self.learner)
            self.assertEqual(statistics.n_untold, 1)
        ours.refresh_from_db()
        self.assertIsNotNone(ours.told_at)

    def test_the_result_page_itself_tells_nothing(self) -> None:
        attempt = make_counted(self.learner, self.test)
        make_grant(self.learner, attempt=attempt, is_told=False)
        result = self.client.get(reverse("exams:result", args=[attempt.pk]))
        self.assertContains(result, f'data-earned="{url_of(attempt)}"')
        self.assertNotContains(result, "data-toasts")
        self.assertEqual(Grant.objects.of(self.learner).untold().count(), 1)

    def test_words_of_staff_are_escaped(self) -> None:
        attempt = make_counted(self.learner, self.test)
        grant = make_grant(self.learner, attempt=attempt)
        grant.achievement.text = "<b>x</b>"
        grant.achievement.save()
        response = self.client.get(url_of(attempt))
        self.assertContains(response, "&lt;b&gt;x&lt;/b&gt;")


class CostTests(EarnedTestCase):
    def test_it_asks_the_database_five_times(self) -> None:
        attempt = make_counted(self.learner, self.test)
        for _ in range(3):
            make_grant(self.learner, attempt=attempt)
        with self.assertNumQueries(5):
            # Learner, attempt, XP with its running sum, coins, achievements.
            self.client.get(url_of(attempt))

    def test_waiting_costs_two(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        sit(attempt)
        services.finish_attempt(attempt=attempt, now=timezone.now())
        with self.assertNumQueries(2):
            # Learner, attempt.
            self.client.get(url_of(attempt))
