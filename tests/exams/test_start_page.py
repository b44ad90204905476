"""Starting a test from its card."""

from html import unescape
from typing import Any

from django.contrib.messages import get_messages
from django.test import TestCase
from django.urls import reverse

from accounts.models import User
from exams.models import Attempt, Test
from tests.exams.factories import make_attempt, make_learner, make_test
from tests.exams.sitting import sit


class StartTests(TestCase):
    learner: User
    test: Test
    back: str
    url: str

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.test = make_test(n_questions=50)
        cls.back = cls.test.certification.get_absolute_url()
        cls.url = reverse("exams:start", args=[cls.test.certification.slug, 1])

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def post(self, **data: Any) -> Any:
        return self.client.post(self.url, {"length": 25} | data)

    def said(self, response: Any) -> str:
        return " ".join(str(one) for one in get_messages(response.wsgi_request))

    def test_it_starts_practice_when_exam_mode_is_off(self) -> None:
        response = self.post(length=50)
        attempt = Attempt.objects.get()
        self.assertEqual((attempt.mode, attempt.length), ("practice", 50))
        self.assertEqual(attempt.learner, self.learner)
        self.assertRedirects(
            response, attempt.get_absolute_url(), fetch_redirect_response=False
        )

    def test_it_starts_an_exam_with_a_deadline(self) -> None:
        self.post(mode="exam")
        self.assertIsNotNone(Attempt.objects.get(mode="exam").deadline)

    def test_a_running_attempt_is_resumed_as_it_is(self) -> None:
        running = make_attempt(self.learner, self.test, mode="exam")
        response = self.post(mode="exam", length=25)
        self.assertEqual(Attempt.objects.get(), running)
        self.assertRedirects(
            response, running.get_absolute_url(), fetch_redirect_response=False
        )
        self.assertIn("already started", self.said(response))

    def test_another_mode_or_length_than_the_running_one_asks_on_the_card(self) -> None:
        running = make_attempt(self.learner, self.test, length=50)
        sit(running, answered=12)
        for mode, length in (("exam", 50), ("practice", 25), ("exam", 25)):
            with self.subTest(mode=mode, length=length):
                response = self.post(mode=mode, length=length)
                asked = f"asked=1&mode={mode}&length={length}"
                card = f"{self.back}?{asked}#test-1"
                self.assertRedirects(response, card, fetch_redirect_response=False)
                self.assertEqual(Attempt.objects.get(), running)
                self.assertTrue(Attempt.objects.get().is_open)

    def ask_for_another(self) -> str:
        running = make_attempt(self.learner, self.test, length=50)
        sit(running, answered=12)
        response = self.client.post(
            self.url, {"length": 25, "mode": "exam"}, follow=True
        )
        return " ".join(unescape(response.content.decode()).split())

    def test_the_card_says_what_runs_and_what_was_asked_for(self) -> None:
        page = self.ask_for_another()
        said = (
            "A practice of 50 questions is running, 12 answered: resume it, or restart "
            "as an exam of 25."
        )
        self.assertIn(said, page)
        resume = f'href="{Attempt.objects.get().get_absolute_url()}">Resume'
        self.assertIn(f'class="button button--primary" {resume}', page)
        self.assertIn("Restart as an exam of 25</a>", page)

    def test_a_restart_asks_first_and_takes_what_was_asked_for(self) -> None:
        page = self.ask_for_another()
        dialog = page[page.index("<dialog") : page.index("</dialog>")]
        self.assertIn('value="25" checked', dialog)
        self.assertIn('value="exam" checked', dialog)
        # The script leaves what stands there; without it the link brings the page.
        self.assertIn(" data-asked>", dialog)
        link = "?restart=1&mode=exam&length=25"
        self.assertIn(f'href="{link}#test-1"', page)
        asking = self.client.get(f"{self.back}{link}").content.decode()
        self.assertIn(" open>", asking)
        self.assertIn('value="exam" checked', asking)
        self.assertTrue(Attempt.objects.get().is_open)

    def test_what_was_asked_for_is_no_news_once_it_runs(self) -> None:
        make_attempt(self.learner, self.test, mode="exam")
        response = self.client.get(f"{self.back}?asked=1&mode=exam&length=25")
        self.assertNotContains(response, "notice")

    def test_an_odd_address_is_the_plain_page(self) -> None:
        make_attempt(self.learner, self.test)
        for query in (
            "asked",
            "asked=1",
            "asked=1&length=30",
            "asked=1&length=100",  # more than this test has
            "asked=9&length=50",
        ):
            with self.subTest(query=query):
                response = self.client.get(f"{self.back}?{query}")
                self.assertNotContains(response, "notice")

    def test_a_restart_closes_the_running_one_and_keeps_it(self) -> None:
        running = make_attempt(self.learner, self.test)
        self.post(restart="1", mode="exam")
        running.refresh_from_db()
        self.assertEqual(running.state, "abandoned")
        self.assertEqual(Attempt.objects.open().get().mode, "exam")

    def test_what_is_not_offered_is_said(self) -> None:
        for data, expected in (
            ({"length": 75}, "25, 50 questions"),
            ({"length": 30}, "25, 50, 75 or 100"),
            ({"length": ""}, "how many questions"),
            ({"mode": "cheat"}, "practice or exam"),
        ):
            with self.subTest(data=data):
                response = self.post(**data)
                self.assertRedirects(response, self.back, fetch_redirect_response=False)
                self.assertIn(expected, self.said(response))
        self.assertFalse(Attempt.objects.exists())

    def test_the_samples_are_no_test(self) -> None:
        make_test(self.test.certification, number=0, n_questions=25)
        url = reverse("exams:start", args=[self.test.certification.slug, 0])
        self.client.post(url, {"length": 25})
        self.assertFalse(Attempt.objects.exists())

    def test_an_unknown_test_is_not_found(self) -> None:
        url = reverse("exams:start", args=[self.test.certification.slug, 9])
        self.assertEqual(self.client.post(url, {"length": 25}).status_code, 404)

    def test_it_cannot_be_got(self) -> None:
        self.assertEqual(self.client.get(self.url).status_code, 405)

    def test_a_visitor_signs_in_and_lands_on_the_card(self) -> None:
        self.client.logout()
        self.assertRedirects(
            self.post(),
            f"{reverse('account_login')}?next={self.back}",
            fetch_redirect_response=False,
        )
