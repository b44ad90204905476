"""The inbox: what a learner asked, how far it is, and what is new."""

from django.core.cache import cache
from django.test import TestCase
from django.urls import reverse

from accounts.models import User
from support.models import Thread
from support.status import Author, Status
from tests.exams.factories import make_certification, make_learner
from tests.support.factories import NOW, make_agent, make_thread, say

INBOX = reverse("support:inbox")


class InboxTests(TestCase):
    learner: User
    agent: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.agent = make_agent()

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def test_nothing_asked_yet_invites_to_ask(self) -> None:
        page = self.client.get(INBOX)
        self.assertContains(page, "What would you like to know?")
        self.assertContains(page, reverse("support:ask"))

    def test_it_says_in_words_how_far_each_one_is(self) -> None:
        for status, words in (
            (None, "Waiting for an answer"),
            (Status.WAITING, "We asked you something"),
            (Status.ANSWERED, "Answered"),
            (Status.CLOSED, "Closed"),
        ):
            with self.subTest(status=status):
                Thread.objects.all().delete()
                thread = make_thread(self.learner)
                if status:
                    say(thread, self.agent, status=status)
                self.assertContains(self.client.get(INBOX), words, count=1)

    def test_an_unseen_answer_is_marked_until_it_is_seen(self) -> None:
        thread = make_thread(self.learner)
        self.assertNotContains(self.client.get(INBOX), "New answer")
        with self.captureOnCommitCallbacks(execute=True):
            say(thread, self.agent)
        self.assertContains(self.client.get(INBOX), "New answer", count=1)
        self.assertContains(self.client.get(INBOX), '<span class="nav__count">1<')
        with self.captureOnCommitCallbacks(execute=True):
            self.client.get(thread.get_absolute_url())
        page = self.client.get(INBOX)
        self.assertNotContains(page, "New answer")
        self.assertNotContains(page, "nav__count")

    def test_an_internal_note_marks_nothing(self) -> None:
        thread = make_thread(self.learner)
        say(thread, self.agent, "Secret", kind=Author.NOTE)
        page = self.client.get(INBOX)
        self.assertNotContains(page, "New answer")
        self.assertNotContains(page, "Secret")

    def test_others_threads_are_not_in_it(self) -> None:
        make_thread(make_learner(), "Of somebody else")
        self.assertNotContains(self.client.get(INBOX), "Of somebody else")

    def test_a_subject_is_text(self) -> None:
        make_thread(self.learner, "<b onclick=x>Bold</b>")
        self.assertContains(self.client.get(INBOX), "&lt;b onclick=x&gt;Bold&lt;/b&gt;")

    def test_pages_hold_twenty_each(self) -> None:
        for number in range(41):
            make_thread(self.learner, f"Number {number}.")
        subject = '<a class="threads__link"'
        self.assertContains(self.client.get(INBOX), subject, count=20)
        self.assertContains(self.client.get(INBOX), 'href="?page=2"')
        self.assertContains(self.client.get(INBOX, {"page": 3}), subject, count=1)
        self.assertNotContains(self.client.get(INBOX, {"page": 3}), 'rel="next"')
        for page in (4, "9" * 40, "x", -1, 0):
            with self.subTest(page=page):
                response = self.client.get(INBOX, {"page": page})
                self.assertEqual(response.status_code, 200)

    def test_it_costs_the_same_at_any_number(self) -> None:
        for number in range(2):
            for _ in range(1 + 25 * number):
                thread = make_thread(
                    self.learner, topic="exam", certification=make_certification()
                )
                say(thread, self.agent)
            cache.clear()
            self.client.force_login(self.learner)
            # The user, the threads with their certifications, the number of unread
            # ones, the standing of the frame.
            with self.subTest(number=number), self.assertNumQueries(4):
                self.client.get(INBOX)

    def test_it_takes_no_other_method(self) -> None:
        self.assertEqual(self.client.post(INBOX).status_code, 405)

    def test_a_visitor_is_led_to_the_sign_in(self) -> None:
        self.client.logout()
        response = self.client.get(INBOX, follow=True)
        self.assertRedirects(response, "/account/login/?next=%2Fask%2F")
        self.assertContains(response, reverse("support:help"))

    def test_who_writes_last_stands_first(self) -> None:
        older, newer = (
            make_thread(self.learner, "Older"),
            make_thread(self.learner, "N"),
        )
        say(older, self.agent, now=NOW.replace(hour=20))
        threads = self.client.get(INBOX).context["threads"]
        self.assertEqual(threads, [older, newer])
