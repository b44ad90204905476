"""The result of a finished attempt."""

from datetime import timedelta

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from exams import services
from exams.models import Attempt, Test
from support.services.unread import n_unread
from tests.exams.factories import make_attempt, make_learner, make_test
from tests.exams.sitting import sit_and_finish


class ResultTests(TestCase):
    learner: User
    test: Test
    attempt: Attempt
    url: str

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.test = make_test(n_questions=50)
        now = timezone.now() - timedelta(hours=1)
        cls.attempt = make_attempt(cls.learner, cls.test, mode="exam", now=now)
        finish = now + timedelta(minutes=18, seconds=20)
        sit_and_finish(cls.attempt, n_wrong=3, n_skipped=1, now=finish)
        cls.url = reverse("exams:result", args=[cls.attempt.pk])

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def test_it_says_the_score_in_numbers_and_words(self) -> None:
        response = self.client.get(self.url)
        for shown in ("84\u00a0%", "Excellent", "Passed.", "21 of 25", "18 min 20 s"):
            self.assertContains(response, shown)

    def test_each_domain_stands_against_the_pass_mark(self) -> None:
        domains = self.client.get(self.url).context["domains"]
        self.assertEqual(sum(one.n_questions for one in domains), 25)
        self.assertEqual(sum(one.n_right for one in domains), 21)

    def test_it_offers_three_ways_on(self) -> None:
        response = self.client.get(self.url)
        self.assertContains(response, reverse("exams:review", args=[self.attempt.pk]))
        self.assertContains(response, "Practise the 4 you missed")
        self.assertContains(response, "Go on to 50 questions")

    def test_at_full_length_the_way_on_is_another_test(self) -> None:
        attempt = make_attempt(self.learner, make_test())
        sit_and_finish(attempt)
        response = self.client.get(reverse("exams:result", args=[attempt.pk]))
        self.assertContains(response, "Choose the next test")
        self.assertNotContains(response, "you missed")

    def test_while_another_attempt_at_the_test_runs_the_way_on_is_to_resume(
        self,
    ) -> None:
        running = make_attempt(self.learner, self.test, length=50)
        response = self.client.get(self.url)
        self.assertContains(response, "Resume a practice of 50 questions")
        self.assertContains(response, f'href="{running.get_absolute_url()}"')
        self.assertNotContains(response, "Go on to")

    def test_what_runs_elsewhere_or_no_more_is_nothing_to_resume(self) -> None:
        make_attempt(self.learner, make_test(self.test.certification))
        make_attempt(make_learner(), self.test)
        long_ago = timezone.now() - timedelta(days=1)
        make_attempt(self.learner, self.test, mode="exam", now=long_ago)
        response = self.client.get(self.url)
        self.assertContains(response, "Go on to 50 questions")
        self.assertNotContains(response, "Resume")

    def test_practice_counts_the_time_on_the_questions(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        sit_and_finish(attempt, n_skipped=13)
        response = self.client.get(reverse("exams:result", args=[attempt.pk]))
        self.assertContains(response, "<dt>Time used</dt><dd>2 min</dd>", html=True)
        self.assertContains(response, "Not yet a pass.")

    def test_nothing_answered_has_a_result_too(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        services.finish_attempt(attempt=attempt, now=timezone.now())
        response = self.client.get(reverse("exams:result", args=[attempt.pk]))
        self.assertContains(response, "Keep practising")
        self.assertNotContains(response, "ring__fill")

    def test_a_running_attempt_goes_back_to_its_questions(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        response = self.client.get(reverse("exams:result", args=[attempt.pk]))
        self.assertRedirects(
            response, attempt.get_absolute_url(), fetch_redirect_response=False
        )

    def test_an_abandoned_attempt_has_none(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        services.start_attempt(
            learner=self.learner,
            test=self.test,
            mode="practice",
            length=25,
            now=timezone.now(),
            restart=True,
        )
        response = self.client.get(
            reverse("exams:result", args=[attempt.pk]), follow=True
        )
        self.assertContains(response, "has no result")

    def test_out_of_time_is_finished_by_looking(self) -> None:
        now = timezone.now() - timedelta(days=1)
        attempt = make_attempt(self.learner, self.test, mode="exam", now=now)
        response = self.client.get(attempt.get_absolute_url())
        self.assertRedirects(response, reverse("exams:result", args=[attempt.pk]))

    def test_a_stranger_does_not_find_it(self) -> None:
        self.client.force_login(make_learner())
        self.assertEqual(self.client.get(self.url).status_code, 404)

    def test_a_visitor_signs_in(self) -> None:
        self.client.logout()
        self.assertRedirects(
            self.client.get(self.url),
            f"{reverse('account_login')}?next={self.url}",
            fetch_redirect_response=False,
        )

    def test_it_asks_the_database_five_times(self) -> None:
        n_unread(self.learner)  # The frame's number is counted now and then.
        with self.assertNumQueries(5):
            # Learner, attempt with its test, what runs, results by domain; level and
            # streak.
            self.client.get(self.url)
