"""Help that appears while somebody writes: published topics that fit, and no more."""

from typing import Any
from unittest.mock import patch

from django.test import TestCase
from django.urls import reverse

from accounts.models import User
from support.models import HelpTopic
from tests.exams.factories import make_learner
from tests.support.factories import make_agent, make_thread, say

URL = reverse("support:suggestions")


def make_topic(title: str, text: str = "It is so.", **fields: Any) -> HelpTopic:
    slug = title.lower().replace(" ", "-").strip("?")
    defaults = {"slug": slug, "topic": "website", "is_published": True}
    return HelpTopic.objects.create(title=title, text=text, **defaults | fields)


class SuggestionTests(TestCase):
    learner: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def found(self, text: str, **query: str) -> list[str]:
        response = self.client.get(URL, {"q": text, **query})
        self.assertEqual(response.status_code, 200)
        return [topic.title for topic in response.context["topics"]]

    def test_what_fits_best_stands_first(self) -> None:
        make_topic("About colours", "The timer of an exam is blue.")
        make_topic("How does the exam timer work?")
        make_topic("Passwords")
        found = self.found("Why does the timer stop in my exam?")
        self.assertEqual(found, ["How does the exam timer work?", "About colours"])

    def test_words_that_everybody_writes_find_nothing(self) -> None:
        make_topic("What is this and why?", "How do I do it?")
        self.assertEqual(self.found("What is it, and how can I do this?"), [])

    def test_nothing_written_suggests_nothing(self) -> None:
        make_topic("Anything")
        for text in ("", " \r\n", "?", "\x00", "%", "_", "'"):
            with self.subTest(text=text):
                self.assertEqual(self.found(text), [])

    def test_at_most_five(self) -> None:
        for number in range(7):
            make_topic(f"Timer {number}")
        self.assertEqual(len(self.found("timer")), 5)

    def test_only_what_is_published(self) -> None:
        make_topic("Timer secrets", is_published=False)
        self.assertEqual(self.found("timer secrets"), [])

    def test_what_others_asked_is_never_shown(self) -> None:
        thread = make_thread(text="My timer is broken, says SOMEBODY")
        say(thread, make_agent(), "The timer is fine")
        response = self.client.get(URL, {"q": "timer broken fine"})
        self.assertEqual(response.content.strip(), b"")

    def test_titles_are_text(self) -> None:
        make_topic("Timer <script>alert(1)</script>", slug="timer")
        response = self.client.get(URL, {"q": "timer"})
        self.assertContains(response, "&lt;script&gt;")
        self.assertNotContains(response, "<html")

    def test_a_long_text_costs_no_more(self) -> None:
        make_topic("Timer")
        # The user and the topics.
        with self.assertNumQueries(2):
            self.found("timer " + "word" * 2_000 + " ".join(map(str, range(2_000))))

    def test_too_many_in_a_minute_wait(self) -> None:
        with patch("accounts.limits.get_usage") as usage:
            usage.return_value = {"should_limit": True, "time_left": 30}
            self.assertEqual(self.client.get(URL, {"q": "x"}).status_code, 429)

    def test_a_visitor_gets_none_here(self) -> None:
        self.client.logout()
        self.assertEqual(self.client.get(URL).status_code, 302)
        self.assertEqual(self.client.post(URL).status_code, 405)
