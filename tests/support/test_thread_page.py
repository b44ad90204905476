"""A thread as its learner sees it: who said what, what is new, and what can be done."""

import json
import uuid
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch

from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from exams.review import review_items
from support import services
from support.limits import CHANGES
from support.models import Attachment, Message, Thread
from support.status import Author, Status
from support.uploads import checked
from tests.exams.factories import make_attempt, make_learner
from tests.exams.sitting import sit_and_finish
from tests.support.factories import make_agent, make_thread, say


class Texts(HTMLParser):
    """Reads the sources of "Copy text"."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        source = dict(attrs).get("data-text")
        if source is not None:
            assert source.isascii()
            self.found.append(json.loads(source))


class ThreadCase(TestCase):
    learner: User
    agent: User
    thread: Thread

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.agent = make_agent(display_name="Grace")
        cls.thread = make_thread(cls.learner, "Why is `/30` right?")

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def path(self, name: str = "thread", thread: Thread | None = None) -> str:
        return reverse(f"support:{name}", args=[(thread or self.thread).pk])

    def page(self, thread: Thread | None = None) -> Any:
        return self.client.get(self.path(thread=thread))

    def write(self, text: str = "And then?", **fields: object) -> Any:
        data = {"text": text, "token": str(uuid.uuid4())} | fields
        return self.client.post(self.path(), data)

    def closed_since(self, **ago: int) -> None:
        now = timezone.now() - timedelta(**ago)
        services.close_thread(thread=self.thread, by=self.agent, now=now)


class ThreadPageTests(ThreadCase):
    def test_it_says_who_wrote_what(self) -> None:
        say(self.thread, self.agent, "Two **hosts** fit.")
        page = self.page()
        self.assertContains(page, "Why is <code>/30</code> right?")
        self.assertContains(page, "Two <strong>hosts</strong> fit.")
        self.assertContains(page, "<strong>You</strong>")
        self.assertContains(page, "<bdi>Grace</bdi>")
        self.assertContains(page, "TestPrep team")

    def test_an_agent_who_has_left_was_one_of_the_team(self) -> None:
        say(self.thread, self.agent)
        Message.objects.filter(author=self.agent).update(author=None)
        self.assertContains(self.page(), "<bdi>TestPrep team</bdi>", count=1)

    def test_an_internal_note_appears_nowhere(self) -> None:
        note = say(self.thread, self.agent, "SECRET-NOTE", kind=Author.NOTE)
        files = [checked("SECRET-FILE.txt", b"SECRET-BYTES")]
        say(self.thread, self.agent, "SECRET-2", kind=Author.NOTE, files=files)
        attachment = reverse(
            "support:attachment", args=[Message.objects.last().attachments.get().pk]
        )
        messages = self.path("messages")
        for path in (
            self.path(),
            f"{self.path()}?before={note.pk + 5}",
            f"{messages}?after=0",
            f"{messages}?after={note.pk - 1}",
            reverse("support:inbox"),
            attachment,
        ):
            with self.subTest(path=path):
                self.assertNotIn(b"SECRET", self.client.get(path).content)

    def test_the_first_unseen_answer_stands_below_a_line(self) -> None:
        say(self.thread, self.agent, "Old")
        self.page()
        say(self.thread, self.agent, "Fresh 1")
        say(self.thread, self.agent, "Fresh 2")
        html = self.page().content.decode()
        self.assertEqual(html.count('class="new-line"'), 1)
        self.assertLess(html.index(">Old<"), html.index('class="new-line"'))
        self.assertLess(html.index('class="new-line"'), html.index("Fresh 1"))
        self.assertNotContains(self.page(), "new-line")

    def test_what_a_browser_loads_ahead_or_asks_by_head_is_not_seen(self) -> None:
        say(self.thread, self.agent)
        self.client.head(self.path())
        self.assertTrue(Thread.objects.get().is_unread)

    def test_what_happened_is_said(self) -> None:
        services.close_thread(thread=self.thread, by=self.learner, now=timezone.now())
        self.assertContains(self.page(), "You closed this")
        services.reopen_thread(thread=self.thread, by=self.learner, now=timezone.now())
        self.assertContains(self.page(), "Opened again")
        services.close_thread(thread=self.thread, by=None, now=timezone.now())
        self.assertContains(self.page(), "Closed because nobody wrote for 10 days")
        services.reopen_thread(thread=self.thread, by=self.learner, now=timezone.now())
        services.close_thread(thread=self.thread, by=self.agent, now=timezone.now())
        self.assertContains(self.page(), "The TestPrep team closed this")

    def test_copying_gives_the_exact_text(self) -> None:
        texts = ["\x00 \r \r\n \n <b>&amp;\"'", "\u202eabc\u202c \U0001f469", "a" * 10]
        for text in texts:
            say(self.thread, self.learner, text)
        found = Texts(self.page().content.decode()).found
        self.assertEqual(found, [self.thread.subject, *texts])

    def test_attachments_are_shown(self) -> None:
        say(self.thread, self.agent, files=[checked("<log>.txt", b"a line")])
        page = self.page()
        self.assertContains(page, "<bdi>&lt;log&gt;.txt</bdi>")
        self.assertContains(page, "Text, 6\xa0bytes")

    def test_long_threads_show_the_newest_and_lead_to_the_earlier(self) -> None:
        with patch("support.views.threads.MESSAGES_PAGE", 3):
            messages = [say(self.thread, self.learner, f"M{n}.") for n in range(6)]
            page = self.page()
            self.assertContains(page, "bubble--own", count=3)
            self.assertContains(page, "M5.")
            earlier = f"?before={messages[3].pk}"
            self.assertContains(page, earlier)
            before = self.client.get(self.path() + earlier)
            self.assertContains(before, "M0.")
            self.assertContains(before, "M2.")
            self.assertNotContains(before, "<textarea")

    def test_it_costs_the_same_at_any_number(self) -> None:
        attempt = sit_and_finish(make_attempt(self.learner), n_wrong=1)
        item = review_items(attempt)[0]
        carried = services.Carried(attempt=attempt, question=item.question)
        thread = make_thread(self.learner, topic="exam", carried=carried)
        self.page(thread)
        for number in (1, 30):
            for n in range(number):
                files = [checked(f"{n}.txt", b"text")]
                say(thread, self.learner, files=files)
                say(thread, make_agent(), files=files)
            # The number of unread threads is known to nobody.
            cache.clear()
            self.client.force_login(self.learner)
            # The user, the thread with all it names, its messages with their authors,
            # their attachments, what was seen, the standing of the frame.
            with self.subTest(number=number), self.assertNumQueries(6):
                self.page(thread)

    def test_another_ones_thread_is_not_found(self) -> None:
        for person in (make_learner(), self.agent, make_learner(is_superuser=True)):
            self.client.force_login(person)
            for name in ("thread", "messages"):
                self.assertEqual(self.client.get(self.path(name)).status_code, 404)
            for name in ("thread", "close", "reopen", "rate"):
                response = self.client.post(self.path(name), {"text": "x"})
                self.assertEqual(response.status_code, 404)
        self.assertEqual(Message.objects.count(), 1)

    def test_wrong_methods_are_refused(self) -> None:
        for name in ("close", "reopen", "rate"):
            self.assertEqual(self.client.get(self.path(name)).status_code, 405)
        self.assertEqual(self.client.post(self.path("messages")).status_code, 405)
        self.assertEqual(self.client.delete(self.path()).status_code, 405)

    def test_visitors_sign_in(self) -> None:
        self.client.logout()
        for name in ("thread", "messages"):
            self.assertEqual(self.client.get(self.path(name)).status_code, 302)


class WritingTests(ThreadCase):
    def test_it_is_said_and_waited_for(self) -> None:
        say(self.thread, self.agent)
        token = str(uuid.uuid4())
        response = self.write("Thanks, but\r\nwhy?", token=token)
        message = Message.objects.last()
        place = f"/ask/{self.thread.pk}/?sent={token}#message-{message.pk}"
        self.assertRedirects(response, place, fetch_redirect_response=False)
        self.assertEqual(message.text, "Thanks, but\r\nwhy?")
        self.assertEqual(Thread.objects.get().status, Status.OPEN)

    def test_the_same_form_twice_says_it_once(self) -> None:
        token = str(uuid.uuid4())
        urls = {self.write(token=token).url for _ in range(3)}
        self.assertEqual(len(urls), 1)
        self.assertEqual(Message.objects.count(), 2)

    def test_another_text_in_the_same_form_is_said_too(self) -> None:
        token = str(uuid.uuid4())
        self.write("One", token=token)
        self.write("Two", token=token)
        self.assertEqual(Message.objects.count(), 3)

    def test_another_file_in_the_same_form_is_said_too(self) -> None:
        token = str(uuid.uuid4())
        for name in ("one.txt", "two.txt"):
            file = SimpleUploadedFile(name, name.encode())
            self.write("See this", token=token, attachments=file)
        names = Attachment.objects.values_list("name", flat=True)
        self.assertEqual(list(names), ["one.txt", "two.txt"])

    def test_who_deletes_the_account_meanwhile_finds_nothing(self) -> None:
        for change in ("close", "reopen", "rate"):
            with (
                self.subTest(change),
                patch(
                    f"support.services.{change}_thread", side_effect=services.PersonGone
                ),
            ):
                url = reverse(f"support:{change}", args=[self.thread.pk])
                response = self.client.post(url, {"rating": "helped"})
                self.assertEqual(response.status_code, 404)

    def test_closing_and_opening_have_a_limit(self) -> None:
        count, _ = CHANGES[1].split("/")
        url = reverse("support:close", args=[self.thread.pk])
        codes = [self.client.post(url).status_code for _ in range(int(count) + 1)]
        self.assertEqual(codes, [302] * int(count) + [429])

    def test_nothing_is_refused(self) -> None:
        self.assertContains(self.write(" \r\n"), "Write something.", status_code=422)

    def test_too_much_in_a_short_time_keeps_the_text(self) -> None:
        with patch("support.views.threads.MESSAGES", ("ask-messages", "2/10m")):
            self.write()
            self.write()
            response = self.write("Third & kept")
        self.assertContains(response, "Third &amp; kept", status_code=429)
        self.assertContains(response, "Nothing is lost", status_code=429)
        self.assertTrue(response.headers["Retry-After"].isdigit())
        self.assertEqual(Message.objects.count(), 3)

    def test_writing_into_a_closed_one_opens_it_again(self) -> None:
        self.closed_since(days=13)
        self.assertContains(self.page(), "Writing opens it again")
        self.write()
        self.assertEqual(Thread.objects.get().status, Status.OPEN)

    def test_after_two_weeks_it_goes_on_in_another_and_says_so_before(self) -> None:
        self.closed_since(days=15)
        page = self.page()
        self.assertContains(page, "begins a new thread that follows this one")
        self.assertNotContains(page, "Open again")
        response = self.write("Once more")
        later = Thread.objects.get(follows=self.thread)
        self.assertTrue(response.url.startswith(f"/ask/{later.pk}/?sent="))
        self.assertContains(self.page(later), self.thread.get_absolute_url())
        page = self.page()
        self.assertContains(page, "Goes on in")
        self.assertContains(page, later.get_absolute_url())
        self.assertContains(page, "What you write here is sent there")


class ArrivingTests(ThreadCase):
    def ask(self, after: object) -> Any:
        return self.client.get(self.path("messages"), {"after": after})

    def test_nothing_new_is_an_empty_answer_for_two_queries(self) -> None:
        last = self.thread.messages.last().pk
        say(self.thread, self.agent, kind=Author.NOTE)
        # The user, and the thread with the newest message.
        with self.assertNumQueries(2):
            response = self.ask(last)
        self.assertEqual(response.status_code, 204)
        self.assertEqual(response.content, b"")

    def test_what_is_new_comes_once_and_is_seen(self) -> None:
        last = self.thread.messages.last().pk
        answer = say(self.thread, self.agent, "Here it is")
        response = self.ask(last)
        self.assertContains(response, "Here it is", count=2)  # shown, and to copy
        self.assertContains(response, f'data-message="{answer.pk}"', count=1)
        self.assertNotContains(response, "<html")
        self.assertFalse(Thread.objects.get().is_unread)
        self.assertEqual(self.ask(answer.pk).status_code, 204)

    def test_a_closing_brings_the_new_state_with_it(self) -> None:
        last = self.thread.messages.last().pk
        say(self.thread, self.agent, "Done", status=Status.CLOSED)
        response = self.ask(last)
        self.assertContains(response, "Did it help?")
        self.assertContains(response, 'hx-swap-oob="true"', count=3)

    def test_nonsense_means_from_the_beginning(self) -> None:
        for after in ("", "x", "-1", "9" * 40):
            with self.subTest(after=after):
                self.assertContains(self.ask(after), "Why is <code>")


class ClosingTests(ThreadCase):
    def test_the_learner_closes_and_opens_it(self) -> None:
        self.client.post(self.path("close"))
        self.assertEqual(Thread.objects.get().status, Status.CLOSED)
        self.assertContains(self.page(), "Open again")
        self.client.post(self.path("reopen"))
        self.assertEqual(Thread.objects.get().status, Status.OPEN)

    def test_too_late_it_stays_closed_and_says_so(self) -> None:
        self.closed_since(days=15)
        response = self.client.post(self.path("reopen"), follow=True)
        self.assertContains(response, "closed too long ago")
        self.assertEqual(Thread.objects.get().status, Status.CLOSED)

    def test_after_closing_the_learner_says_whether_it_helped(self) -> None:
        self.assertNotContains(self.page(), "Did it help?")
        self.closed_since(days=1)
        self.assertContains(self.page(), "Did it help?")
        data = {"rating": "helped", "comment": " Thanks \U0001f600 "}
        response = self.client.post(self.path("rate"), data, follow=True)
        self.assertContains(response, "You said: it helped.")
        thread = Thread.objects.get()
        self.assertEqual(thread.rating, "helped")
        self.assertEqual(thread.rating_comment, " Thanks \U0001f600 ")

    def test_a_wrong_rating_is_said(self) -> None:
        self.closed_since(days=1)
        for data in (
            {},
            {"rating": "great"},
            {"rating": "helped", "comment": "x" * 10_001},
        ):
            response = self.client.post(self.path("rate"), data)
            self.assertContains(response, "field__error", status_code=422)
        self.assertEqual(Thread.objects.get().rating, "")

    def test_an_open_thread_is_not_rated(self) -> None:
        data = {"rating": "helped"}
        response = self.client.post(self.path("rate"), data, follow=True)
        self.assertContains(response, "This is open")
        self.assertEqual(Thread.objects.get().rating, "")
