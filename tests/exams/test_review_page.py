"""The review of a finished attempt, and practising what was missed."""

import json
import re
from typing import Any

from django.test import TestCase
from django.urls import reverse

from accounts.models import User
from exams.models import Attempt, Test
from tests.exams.factories import make_attempt, make_learner, make_test
from tests.exams.sitting import sit_and_finish


class ReviewTests(TestCase):
    learner: User
    test: Test
    attempt: Attempt
    url: str

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.test = make_test(n_questions=50)
        cls.attempt = make_attempt(cls.learner, cls.test, mode="exam")
        sit_and_finish(cls.attempt, n_wrong=6, n_skipped=2, n_flagged=4)
        cls.url = reverse("exams:review", args=[cls.attempt.pk])

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def show(self, name: str) -> Any:
        return self.client.get(self.url, {"show": name})

    def test_the_counts_of_the_filters_add_up(self) -> None:
        counts = self.client.get(self.url).context["counts"]
        self.assertEqual(
            counts, {"all": 25, "wrong": 6, "right": 17, "flagged": 4, "skipped": 2}
        )
        self.assertEqual(
            counts["all"], counts["wrong"] + counts["right"] + counts["skipped"]
        )

    def test_each_filter_shows_as_many_as_it_counts(self) -> None:
        for name, count in self.client.get(self.url).context["counts"].items():
            with self.subTest(show=name):
                self.assertContains(self.show(name), "<article", count=count)

    def test_it_opens_on_what_went_wrong(self) -> None:
        response = self.client.get(self.url)
        self.assertContains(response, "<article", count=6)
        self.assertContains(
            response, '<a href="?show=wrong" aria-current="page">Wrong', count=1
        )
        self.assertContains(self.show("all"), "<article", count=25)

    def test_with_nothing_wrong_it_opens_on_all(self) -> None:
        attempt = sit_and_finish(make_attempt(self.learner, make_test()), n_skipped=2)
        url = reverse("exams:review", args=[attempt.pk])
        self.assertContains(self.client.get(url), "<article", count=25)

    def test_practice_stands_beside_the_score(self) -> None:
        page = self.client.get(self.url).content.decode()
        practise = reverse("exams:practise", args=[self.attempt.pk])
        self.assertLess(page.index(practise), page.index("<article"))

    def test_the_numbers_lead_to_each_question_shown(self) -> None:
        for name in ("all", "wrong", "skipped"):
            with self.subTest(show=name):
                page = self.show(name).content.decode()
                places = re.findall(r'href="#(question-\d+)"', page)
                self.assertEqual(places, re.findall(r'<article.*id="(.*?)"', page))
                self.assertGreater(len(places), 0)

    def test_only_of_what_was_missed_the_reasons_are_open(self) -> None:
        for name, count in (("wrong", 6), ("skipped", 2), ("right", 0)):
            with self.subTest(show=name):
                response = self.show(name)
                opened = '<details class="item__why" open>'
                self.assertContains(response, opened, count=count)
        self.assertContains(self.show("right"), '<details class="item__why">', 17)

    def test_outside_the_reasons_stand_the_own_choice_and_the_key_alone(self) -> None:
        for item in self.show("wrong").context["page"]:
            chosen = {one.index for one in item.choices if one.is_chosen}
            key = {one.index for one in item.choices if one.is_key}
            self.assertEqual({one.index for one in item.marked}, chosen | key)
            self.assertTrue(chosen - key)

    def test_an_unknown_filter_shows_all(self) -> None:
        self.assertContains(self.show("everything"), "<article", count=25)

    def test_each_item_explains_every_choice(self) -> None:
        response = self.show("wrong")
        # Four choices to each question.
        self.assertContains(response, "WHY-", count=6 * 4)
        for part in ("EXPLANATION-", "TIP-", "REFERENCE-"):
            self.assertContains(response, part, count=6)
        # In sight, and again among the reasons.
        self.assertContains(response, "Your choice, wrong", count=2 * 6)

    def test_a_filter_that_shows_nothing_says_so(self) -> None:
        attempt = sit_and_finish(make_attempt(self.learner, make_test()))
        url = reverse("exams:review", args=[attempt.pk])
        for name, words in (
            ("wrong", "Nothing wrong"),
            ("skipped", "Nothing skipped"),
            ("flagged", "Nothing flagged"),
        ):
            with self.subTest(show=name):
                self.assertContains(self.client.get(url, {"show": name}), words)

    def test_long_reviews_have_pages_of_25_that_keep_the_filter(self) -> None:
        attempt = make_attempt(self.learner, self.test, length=50)
        sit_and_finish(attempt, n_wrong=30)
        url = reverse("exams:review", args=[attempt.pk])
        first = self.client.get(url, {"show": "wrong"})
        self.assertContains(first, "<article", count=25)
        # From the numbers, and from the foot of the page.
        self.assertContains(first, "?show=wrong&amp;page=2", count=2)
        second = self.client.get(f"{url}?show=wrong&page=2")
        self.assertContains(second, "<article", count=5)

    def test_before_the_finish_there_is_none(self) -> None:
        running = make_attempt(self.learner, self.test, mode="exam")
        for name in ("exams:review", "exams:practise", "exams:result"):
            with self.subTest(page=name):
                self.assertRedirects(
                    self.client.get(reverse(name, args=[running.pk])),
                    running.get_absolute_url(),
                    fetch_redirect_response=False,
                )

    def test_a_stranger_does_not_find_it(self) -> None:
        self.client.force_login(make_learner())
        for name in ("exams:review", "exams:practise", "exams:attempt"):
            url = reverse(name, args=[self.attempt.pk])
            self.assertEqual(self.client.get(url).status_code, 404)

    def test_a_visitor_signs_in(self) -> None:
        self.client.logout()
        self.assertEqual(self.client.get(self.url).status_code, 302)

    def test_it_asks_the_database_as_little_for_many_questions(self) -> None:
        self.client.get(self.url)
        with self.assertNumQueries(4):
            # Learner, attempt with its test, answers; level and streak.
            self.client.get(self.url)

    def drill(self, **query: int) -> list[dict[str, object]]:
        url = reverse("exams:practise", args=[self.attempt.pk])
        page = self.client.get(url, query).content.decode()
        found = re.search(r'<script id="drill-questions"[^>]*>(.*?)</script>', page)
        assert found is not None
        questions: list[dict[str, object]] = json.loads(found[1])
        return questions

    def test_practice_asks_the_wrong_and_the_skipped_ones(self) -> None:
        questions = self.drill()
        self.assertEqual(
            [one["place"] for one in questions], [1, 2, 3, 4, 5, 6, 24, 25]
        )

    def test_practice_costs_no_more_queries_than_the_review(self) -> None:
        self.drill()
        with self.assertNumQueries(4):
            # Learner, attempt with its test, answers; level and streak.
            self.drill()

    def test_with_nothing_missed_practice_says_so(self) -> None:
        attempt = sit_and_finish(make_attempt(self.learner, make_test()))
        url = reverse("exams:practise", args=[attempt.pk])
        self.assertContains(self.client.get(url), "You missed nothing")
