"""A certification: facts, readiness and the test cards."""

from datetime import timedelta
from html import unescape
from typing import Any

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from exams import services
from exams.models import Certification, Test
from exams.presentation import TestCard
from support.services.unread import n_unread
from tests.exams.factories import (
    make_attempt,
    make_certification,
    make_learner,
    make_test,
    right_choices,
)
from tests.exams.sitting import minutes_ago, sit, sit_and_finish


def words(response: Any) -> str:
    """Return the page with every run of white space as one plain space."""
    return " ".join(unescape(response.content.decode()).split())


class CertificationPageTests(TestCase):
    learner: User
    test: Test
    certification: Certification
    url: str

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.test = make_test(n_questions=50)
        cls.certification = cls.test.certification
        cls.url = cls.certification.get_absolute_url()

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def card(self) -> TestCard:
        cards: list[TestCard] = self.client.get(self.url).context["cards"]
        return cards[0]

    def test_it_tells_the_facts_of_the_exam(self) -> None:
        response = self.client.get(self.url)
        for fact in (self.certification.exam_code, "90 minutes", "675 on a scale"):
            self.assertContains(response, fact)

    def test_an_unknown_one_is_not_found(self) -> None:
        url = reverse("exams:certification", args=["nothing"])
        self.assertEqual(self.client.get(url).status_code, 404)

    def test_a_visitor_signs_in_to_start(self) -> None:
        self.client.logout()
        response = self.client.get(self.url)
        self.assertContains(response, f"{reverse('account_login')}?next={self.url}")
        self.assertNotContains(response, "csrfmiddlewaretoken")

    def test_a_new_test_can_be_started_with_the_lengths_it_has(self) -> None:
        response = self.client.get(self.url)
        self.assertEqual(self.card().state, "new")
        self.assertContains(response, 'name="length"', count=2)
        self.assertContains(response, 'name="mode" value="exam"', count=1)
        self.assertIn("Start</button>", words(response))

    def test_a_running_attempt_shows_its_own_mode_and_length(self) -> None:
        attempt = make_attempt(self.learner, self.test, mode="exam", length=50)
        sit(attempt, answered=7)
        response = self.client.get(self.url)
        self.assertEqual(self.card().state, "running")
        self.assertIn("<strong>Exam</strong>, 50 questions: running", words(response))
        self.assertContains(response, "7 of 50 answered")
        self.assertContains(response, f'href="{attempt.get_absolute_url()}">Resume')

    def test_a_restart_asks_first(self) -> None:
        make_attempt(self.learner, self.test)
        response = self.client.get(self.url)
        self.assertContains(response, "<dialog", count=1)
        self.assertNotContains(response, " open>")
        # Without JavaScript the link brings the page with the question on it.
        self.assertContains(self.client.get(f"{self.url}?restart=1"), " open>")

    def test_a_taken_test_shows_best_and_last_and_its_trophy(self) -> None:
        best = make_attempt(self.learner, self.test, now=minutes_ago(20))
        sit_and_finish(best, n_wrong=5, now=minutes_ago(10))
        last = sit_and_finish(make_attempt(self.learner, self.test), n_wrong=10)
        page = words(self.client.get(self.url))
        self.assertEqual(self.card().state, "taken")
        self.assertIn("<dt>Best</dt><dd>80 %</dd>", page)
        self.assertIn("<dt>Last</dt><dd>60 %</dd>", page)
        self.assertIn("test__trophy", page)
        self.assertIn(reverse("exams:review", args=[last.pk]), page)

    def test_below_eighty_percent_there_is_no_trophy(self) -> None:
        sit_and_finish(make_attempt(self.learner, self.test), n_wrong=6)
        self.assertNotContains(self.client.get(self.url), "test__trophy")

    def test_readiness_says_how_sure_it_is(self) -> None:
        sit_and_finish(make_attempt(self.learner, self.test))
        page = words(self.client.get(self.url))
        self.assertIn("How ready you are", page)
        self.assertIn("100 % of 13 answered: fairly sure", page)

    def readiness(self) -> list[tuple[int, int]]:
        """Return (answered, right) by domain as the page has them."""
        rows = self.client.get(self.url).context["domains"]
        return [(row.readiness.n_answered, row.readiness.n_right) for row in rows]

    def test_readiness_counts_no_question_that_was_not_answered(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        sit_and_finish(attempt, n_skipped=15)
        answered = [answered for answered, _ in self.readiness()]
        self.assertEqual(sum(answered), 10)
        self.assertEqual(self.readiness(), [(n, n) for n in answered])

    def test_readiness_counts_a_question_once_and_as_it_was_answered_last(self) -> None:
        for n_wrong, ago in ((25, 30), (25, 20), (0, 10)):
            attempt = make_attempt(self.learner, self.test, now=minutes_ago(ago))
            sit_and_finish(attempt, n_wrong=n_wrong, now=minutes_ago(ago - 5))
        self.assertEqual(self.readiness(), [(13, 13), (12, 12)])

    def test_readiness_adds_up_the_tests(self) -> None:
        second = make_test(self.certification)
        sit_and_finish(make_attempt(self.learner, self.test))
        sit_and_finish(make_attempt(self.learner, second), n_wrong=25)
        self.assertEqual(self.readiness(), [(26, 13), (24, 12)])

    def test_an_attempt_with_nothing_answered_takes_no_readiness_away(self) -> None:
        sit_and_finish(make_attempt(self.learner, self.test), now=minutes_ago(5))
        sit_and_finish(make_attempt(self.learner, self.test), n_skipped=25)
        self.assertEqual(self.readiness(), [(13, 13), (12, 12)])

    def test_who_answered_nothing_has_tried_nothing(self) -> None:
        sit_and_finish(make_attempt(self.learner, self.test), n_skipped=25)
        response = self.client.get(self.url)
        self.assertFalse(response.context["has_results"])
        self.assertNotContains(response, "Needs work")

    def test_a_domain_without_an_answer_is_not_tried_yet(self) -> None:
        attempt = make_attempt(self.learner, self.test)
        second = self.certification.domains.last()
        in_first = [
            number
            for number, key in enumerate(attempt.release.keys[:25])
            if key["domain"] != second.pk
        ]
        answers = [
            services.AnswerIn(number, right_choices(attempt, number), seq=1)
            for number in in_first
        ]
        services.record_batch(attempt=attempt, answers=answers, now=timezone.now())
        services.finish_attempt(attempt=attempt, now=timezone.now())
        self.assertEqual(self.readiness(), [(13, 13), (0, 0)])
        self.assertContains(self.client.get(self.url), "Not tried yet", count=1)

    def test_results_of_others_do_not_show(self) -> None:
        sit_and_finish(make_attempt(test=self.test))
        self.assertFalse(self.client.get(self.url).context["has_results"])
        self.assertEqual(self.card().state, "new")

    def test_time_that_ran_out_counts_as_a_result_at_once(self) -> None:
        make_attempt(
            self.learner, self.test, mode="exam", now=timezone.now() - timedelta(days=1)
        )
        self.assertEqual(self.card().state, "taken")

    def test_tests_to_come_are_one_line(self) -> None:
        make_test(self.certification, number=2, published=False)
        page = words(self.client.get(self.url))
        self.assertIn("Nine more tests", page)
        self.assertNotIn('id="test-2"', page)

    def test_without_a_published_test_it_is_coming_soon(self) -> None:
        url = make_certification().get_absolute_url()
        self.assertContains(self.client.get(url), "Coming soon")

    def test_it_asks_the_database_as_little_for_ten_tests(self) -> None:
        for number in range(2, 11):
            test = make_test(self.certification, number=number)
            sit_and_finish(make_attempt(self.learner, test))
            make_attempt(self.learner, test)
        n_unread(self.learner)  # The frame's number is counted now and then.
        with self.assertNumQueries(8):
            # Learner, certification, running attempts, their chunks, tests
            # with results, domains, readiness; level and streak.
            self.client.get(self.url)

    def test_a_visitor_costs_three_queries(self) -> None:
        self.client.logout()
        with self.assertNumQueries(3):
            # The certification, its tests, its domains.
            self.client.get(self.url)
