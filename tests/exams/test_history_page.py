"""The history of a learner's attempts."""

from datetime import timedelta

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from exams import services
from exams.models import Test
from support.services.unread import n_unread
from tests.exams.factories import make_attempt, make_learner, make_test
from tests.exams.sitting import minutes_ago, sit_and_finish

PAGE = reverse("exams:history")


class HistoryTests(TestCase):
    learner: User
    test: Test

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.test = make_test(n_questions=50)

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def test_every_attempt_is_listed_latest_first(self) -> None:
        first = make_attempt(self.learner, self.test, now=minutes_ago(30))
        sit_and_finish(first, n_wrong=5)
        second = make_attempt(self.learner, self.test, mode="exam", now=minutes_ago(20))
        third, _ = services.start_attempt(
            learner=self.learner,
            test=self.test,
            mode="practice",
            length=50,
            now=minutes_ago(10),
            restart=True,
        )
        response = self.client.get(PAGE)
        self.assertEqual(response.context["attempts"], [third, second, first])
        for word in ("Running", "Abandoned", "80\u00a0%", "Practice", "Exam"):
            self.assertContains(response, word)
        self.assertContains(response, reverse("exams:result", args=[first.pk]))
        self.assertNotContains(response, reverse("exams:result", args=[second.pk]))

    def test_other_learners_are_not_in_it(self) -> None:
        make_attempt(test=self.test)
        self.assertContains(self.client.get(PAGE), "Nothing here yet")

    def test_it_can_be_narrowed_to_a_test(self) -> None:
        make_attempt(self.learner, make_test())
        mine = make_attempt(self.learner, self.test)
        for value, expected in ((self.test.pk, [mine]), (0, [])):
            response = self.client.get(PAGE, {"test": value})
            self.assertEqual(response.context["attempts"], expected)

    def test_nonsense_in_the_address_shows_everything(self) -> None:
        mine = make_attempt(self.learner, self.test)
        for query in ({"test": "x"}, {"test": "9" * 30}, {"page": "x"}, {"page": 99}):
            with self.subTest(query=query):
                response = self.client.get(PAGE, query)
                self.assertEqual(response.context["attempts"], [mine])

    def test_time_that_ran_out_shows_as_a_result(self) -> None:
        day_ago = timezone.now() - timedelta(days=1)
        make_attempt(self.learner, self.test, mode="exam", now=day_ago)
        self.assertNotContains(self.client.get(PAGE), "Running")

    def test_a_visitor_signs_in(self) -> None:
        self.client.logout()
        self.assertEqual(self.client.get(PAGE).status_code, 302)

    def test_pages_hold_twenty_at_the_same_cost(self) -> None:
        for minutes in range(45, 0, -2):
            attempt = make_attempt(self.learner, self.test, now=minutes_ago(minutes))
            services.finish_attempt(attempt=attempt, now=minutes_ago(minutes - 1))
        n_unread(self.learner)  # The frame's number is counted now and then.
        with self.assertNumQueries(4):
            # Learner, how many attempts, a page of them with their tests; level and
            # streak.
            response = self.client.get(PAGE)
        self.assertEqual(len(response.context["attempts"]), 20)
        self.assertContains(response, "Page 1 of 2")
        self.assertEqual(len(self.client.get(PAGE, {"page": 2}).context["attempts"]), 3)
