"""The first page: what anybody sees, and where a learner goes on."""

from datetime import timedelta

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from exams.models import Certification, Test
from support.services.unread import n_unread
from tests.exams.factories import (
    make_attempt,
    make_certification,
    make_learner,
    make_test,
)
from tests.exams.sitting import minutes_ago, sit, sit_and_finish

HOME = reverse("home")


class WelcomeTests(TestCase):
    test: Test
    coming: Certification

    @classmethod
    def setUpTestData(cls) -> None:
        cls.test = make_test()
        cls.coming = make_certification(short_name="Later+")
        make_test(cls.test.certification, number=0, n_questions=3)

    def test_it_offers_three_questions_to_try(self) -> None:
        response = self.client.get(HOME)
        self.assertContains(response, "Check my answer", count=3)
        self.assertContains(response, reverse("exams:sample_answer", args=[2]))

    def test_it_tells_no_key_of_them(self) -> None:
        response = self.client.get(HOME)
        for secret in ("WHY-", "EXPLANATION-", "TIP-", "REFERENCE-"):
            self.assertNotContains(response, secret)

    def test_it_names_what_can_be_prepared_for_and_what_comes(self) -> None:
        response = self.client.get(HOME)
        self.assertContains(response, self.test.certification.get_absolute_url())
        self.assertContains(response, "Later+")
        self.assertNotContains(response, self.coming.get_absolute_url())

    def test_it_sets_no_cookie(self) -> None:
        self.assertFalse(self.client.get(HOME).cookies)

    def test_it_works_before_anything_is_published(self) -> None:
        self.test.certification.tests.update(current_release=None)
        response = self.client.get(HOME)
        self.assertEqual(response.status_code, 200)
        self.assertNotContains(response, "Check my answer")

    def test_it_asks_the_database_little(self) -> None:
        with self.assertNumQueries(4):
            # The certifications; once a minute the samples' release id, and once in a
            # process the release in two reads.
            self.client.get(HOME)
        with self.assertNumQueries(1):
            self.client.get(HOME)

    def test_it_refuses_to_be_posted_to(self) -> None:
        self.assertEqual(self.client.post(HOME).status_code, 405)


class DashboardTests(TestCase):
    learner: User
    test: Test

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner(display_name="Ada")
        cls.test = make_test(n_questions=50)

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def test_a_new_learner_is_led_to_a_certification(self) -> None:
        response = self.client.get(HOME)
        self.assertContains(response, "Welcome, Ada")
        self.assertContains(response, self.test.certification.get_absolute_url())

    def test_it_leads_back_to_a_running_attempt(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        sit(attempt, answered=12)
        response = self.client.get(HOME)
        self.assertContains(response, "12 of 25 answered")
        self.assertContains(response, attempt.get_absolute_url())

    def test_it_shows_nothing_of_other_learners(self) -> None:
        attempt = make_attempt(test=self.test)
        response = self.client.get(HOME)
        self.assertNotContains(response, attempt.get_absolute_url())

    def test_it_finishes_what_ran_out_of_time(self) -> None:
        attempt = make_attempt(
            self.learner, self.test, mode="exam", now=timezone.now() - timedelta(days=1)
        )
        response = self.client.get(HOME)
        self.assertNotContains(response, "Continue where you stopped")
        self.assertContains(response, "Your next step")
        attempt.refresh_from_db()
        self.assertEqual(attempt.finished_at, attempt.deadline)

    def test_the_next_step_after_a_result_is_what_was_missed(self) -> None:
        attempt = sit_and_finish(make_attempt(self.learner, self.test), n_wrong=10)
        response = self.client.get(HOME)
        self.assertContains(response, reverse("exams:practise", args=[attempt.pk]))
        self.assertContains(response, "60\u00a0%")

    def test_after_a_perfect_result_there_is_nothing_to_practise(self) -> None:
        attempt = sit_and_finish(make_attempt(self.learner, self.test))
        response = self.client.get(HOME)
        self.assertNotContains(response, reverse("exams:practise", args=[attempt.pk]))
        self.assertContains(response, "Take another test")

    def test_it_asks_the_database_as_little_for_many_attempts(self) -> None:
        for _ in range(3):
            make_attempt(self.learner, make_test(), now=minutes_ago(5))
        n_unread(self.learner)  # The frame's number is counted now and then.
        with self.assertNumQueries(5):
            # Learner, running attempts, their chunks, certifications; level and streak.
            self.client.get(HOME)
