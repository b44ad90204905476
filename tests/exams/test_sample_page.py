"""Trying a sample question without an account."""

from typing import Any

from django.test import Client, TestCase
from django.urls import reverse

from exams.models import Attempt, Test
from tests.exams.factories import make_test


class SampleTests(TestCase):
    test: Test

    @classmethod
    def setUpTestData(cls) -> None:
        cls.test = make_test(number=0, n_questions=5)

    def post(self, index: int, *choices: Any, **headers: str) -> Any:
        url = reverse("exams:sample_answer", args=[index])
        return self.client.post(url, {"choices": choices}, headers=headers)

    def key(self, index: int) -> list[int]:
        release = self.test.current_release
        assert release is not None
        right: list[int] = release.keys[index]["right"]
        return right

    def test_a_right_answer_is_told_and_explained(self) -> None:
        response = self.post(0, *self.key(0))
        self.assertContains(response, "Your choice, right")
        self.assertContains(response, "WHY-", count=4)
        self.assertContains(response, "<html", count=1)

    def test_a_wrong_answer_shows_the_key(self) -> None:
        wrong = next(n for n in range(4) if n not in self.key(0))
        response = self.post(0, wrong)
        self.assertContains(response, "Not quite.")
        self.assertContains(response, "The right answer")

    def test_the_pages_script_gets_the_card_alone(self) -> None:
        response = self.post(0, *self.key(0), **{"X-Fragment": "1"})
        self.assertNotContains(response, "<html")
        self.assertContains(response, "#sample-2")
        self.assertIn("X-Fragment", response["Vary"])

    def test_the_last_one_leads_to_an_account(self) -> None:
        response = self.post(4, *self.key(4))
        self.assertContains(response, reverse("account_signup"))

    def test_an_answer_that_the_question_does_not_take_is_explained(self) -> None:
        for index, choices, expected in (
            (0, [], "Choose one"),
            (0, [0, 1], "Choose one"),
            (4, [1], "Choose two"),
            (0, [9], "valid choice"),
            (0, ["x"], "valid choice"),
        ):
            with self.subTest(index=index, choices=choices):
                response = self.post(index, *choices)
                self.assertContains(response, expected, status_code=422)
                self.assertNotContains(response, "WHY-", status_code=422)

    def test_an_unknown_one_is_not_found(self) -> None:
        self.assertEqual(self.post(5, 0).status_code, 404)

    def test_it_cannot_be_got(self) -> None:
        url = reverse("exams:sample_answer", args=[0])
        self.assertEqual(self.client.get(url).status_code, 405)

    def test_it_needs_no_cookie_and_leaves_none(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        url = reverse("exams:sample_answer", args=[0])
        response = strict.post(url, {"choices": self.key(0)})
        self.assertEqual(response.status_code, 200)
        self.assertFalse(response.cookies)

    def test_nothing_is_stored(self) -> None:
        choices = self.key(0)
        with self.assertNumQueries(3):
            # The samples' release id and the release in two reads, then all is cached.
            self.post(0, *choices)
        self.assertFalse(Attempt.objects.exists())
