"""Asking something new: the form, what is carried along, and the limits."""

import uuid
from unittest.mock import patch

from django.test import TestCase
from django.urls import reverse

from accounts.models import User
from exams.models import Attempt
from exams.review import ReviewItem, review_items
from support.models import Message, Thread
from tests.exams.factories import make_attempt, make_certification, make_learner
from tests.exams.factories import make_test as make_exam
from tests.exams.sitting import sit_and_finish

ASK = reverse("support:ask")


class AskPageTests(TestCase):
    learner: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def ask(self, **fields: object) -> object:
        data = {"topic": "website", "text": "Why?", "token": str(uuid.uuid4())}
        return self.client.post(ASK, data | fields)

    def test_it_starts_a_thread_and_goes_there(self) -> None:
        token = str(uuid.uuid4())
        response = self.ask(text="  Where is\r\nthe timer? ", token=token)
        thread = Thread.objects.get()
        self.assertEqual(response.status_code, 302)
        self.assertEqual(response.url, f"/ask/{thread.pk}/?sent={token}")
        self.assertEqual(thread.learner, self.learner)
        self.assertEqual(thread.topic, "website")
        self.assertEqual(thread.messages.get().text, "  Where is\r\nthe timer? ")

    def test_the_same_form_twice_asks_once(self) -> None:
        token = str(uuid.uuid4())
        first, second = (self.ask(token=token) for _ in range(2))
        self.assertEqual(first.url, second.url)
        self.assertEqual(Message.objects.count(), 1)

    def test_another_text_in_the_same_form_is_not_lost(self) -> None:
        token = str(uuid.uuid4())
        self.ask(token=token, text="One")
        self.ask(token=token, text="Another")
        texts = Message.objects.values_list("text", flat=True)
        self.assertEqual(set(texts), {"One", "Another"})

    def test_an_exam_brings_its_certification_and_nothing_else_does(self) -> None:
        certification = make_certification()
        self.ask(topic="exam", certification=certification.pk)
        self.ask(topic="account", certification=certification.pk)
        of = dict(Thread.objects.values_list("topic", "certification"))
        self.assertEqual(of, {"exam": certification.pk, "account": None})

    def test_what_is_wrong_is_said_and_the_text_kept(self) -> None:
        for fields, words in (
            ({"text": " \r\n\t"}, "Write something."),
            ({"text": "a" * 10_001}, "10,000 is the most"),
            ({"topic": "", "text": "Kept & shown"}, "Choose what it is about."),
            ({"topic": "nothing", "text": "Kept & shown"}, "not one of the available"),
            ({"token": "nonsense", "text": "Kept & shown"}, "Send it again."),
            ({"topic": "exam", "certification": "9" * 30}, "not one of the available"),
        ):
            with self.subTest(fields=str(fields)[:60]):
                response = self.ask(**fields)
                self.assertContains(response, words, status_code=422)
                if "Kept" in fields.get("text", ""):
                    self.assertContains(response, "Kept &amp; shown", status_code=422)
        self.assertEqual(Thread.objects.count(), 0)

    def test_what_is_asked_too_often_is_refused_with_the_text_kept(self) -> None:
        for number in range(10):
            self.assertEqual(self.ask(text=f"{number}").status_code, 302)
        response = self.ask(text="The eleventh <one>")
        self.assertContains(response, "The eleventh &lt;one&gt;", status_code=429)
        self.assertContains(response, "Nothing is lost", status_code=429)
        self.assertLessEqual(int(response.headers["Retry-After"]), 3601)
        self.assertGreater(int(response.headers["Retry-After"]), 0)
        self.assertEqual(Thread.objects.count(), 10)

    def test_one_who_asked_too_often_stops_nobody_else(self) -> None:
        with patch("support.views.threads.NEW_THREADS", ("ask-threads", "1/h")):
            self.ask()
            self.assertEqual(self.ask().status_code, 429)
            self.client.force_login(make_learner())
            self.assertEqual(self.ask().status_code, 302)

    def test_a_visitor_is_led_to_the_sign_in_and_told_of_the_help(self) -> None:
        self.client.logout()
        response = self.client.get(ASK, {"attempt": 1}, follow=True)
        self.assertRedirects(
            response, "/account/login/?next=%2Fask%2Fnew%2F%3Fattempt%3D1"
        )
        self.assertContains(response, f'<a href="{reverse("support:help")}">help</a>')

    def test_other_methods_are_refused(self) -> None:
        self.assertEqual(self.client.put(ASK).status_code, 405)
        self.assertEqual(self.client.delete(ASK).status_code, 405)


class CarriedQuestionTests(TestCase):
    learner: User
    attempt: Attempt
    item: ReviewItem

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.attempt = sit_and_finish(make_attempt(cls.learner, mode="exam"), n_wrong=3)
        cls.item = review_items(cls.attempt)[0]

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def url(self, attempt: object = None, question: object = None) -> str:
        attempt = self.attempt.pk if attempt is None else attempt
        question = self.item.question if question is None else question
        return f"{ASK}?attempt={attempt}&question={question}"

    def test_the_review_offers_it_at_each_question(self) -> None:
        review = reverse("exams:review", args=[self.attempt.pk])
        page = self.client.get(review, {"show": "all"})
        self.assertContains(page, "Ask a person", count=25)
        self.assertContains(page, self.url().replace("&", "&amp;"))

    def test_the_page_shows_the_question_with_choice_key_and_reasons(self) -> None:
        page = self.client.get(self.url())
        self.assertContains(page, self.item.stem)
        self.assertContains(page, "Your choice, wrong")
        self.assertContains(page, "The right answer")
        for choice in self.item.choices:
            self.assertContains(page, choice.why)
        self.assertNotContains(page, 'name="topic"')

    def test_the_question_and_the_choice_go_with_the_thread(self) -> None:
        self.client.post(self.url(), {"text": "Why not?"})
        thread = Thread.objects.get()
        self.assertEqual(thread.topic, "exam")
        self.assertEqual(thread.attempt, self.attempt)
        self.assertEqual(thread.certification, self.attempt.test.certification)
        self.assertEqual(thread.question, self.item.question)
        chosen = [one.index for one in self.item.choices if one.is_chosen]
        self.assertEqual(thread.chosen, chosen)
        page = self.client.get(thread.get_absolute_url())
        self.assertContains(page, self.item.stem)
        self.assertContains(page, "Your choice, wrong")

    def test_what_is_not_there_is_not_found(self) -> None:
        for attempt, question in (
            (self.attempt.pk, 25),
            (self.attempt.pk, -1),
            (self.attempt.pk, "x"),
            (self.attempt.pk, "9" * 40),
            ("x", 0),
            ("9" * 40, 0),
            (0, 0),
        ):
            with self.subTest(attempt=attempt, question=question):
                for send in (self.client.get, self.client.post):
                    response = send(self.url(attempt, question))
                    self.assertEqual(response.status_code, 404)

    def test_another_ones_attempt_is_not_found(self) -> None:
        self.client.force_login(make_learner())
        self.assertEqual(self.client.get(self.url()).status_code, 404)
        response = self.client.post(self.url(), {"text": "Tell me"})
        self.assertEqual(response.status_code, 404)

    def test_a_running_attempt_gives_nothing_away(self) -> None:
        running = make_attempt(self.learner, make_exam())
        for question in range(3):
            response = self.client.get(self.url(running.pk, question))
            self.assertEqual(response.status_code, 404)
            self.assertNotIn(b"WHY-", response.content)
