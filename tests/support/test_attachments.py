"""Attached files: who gets them, and that no browser takes them for a page."""

import io
import uuid
from typing import Any
from unittest.mock import patch

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse
from PIL import Image

from accounts.models import User
from support import middleware
from support.models import Attachment, Message, Thread
from support.status import Author
from support.uploads import MAX_SIZE, checked
from tests.exams.factories import make_learner
from tests.support.factories import make_agent, make_thread, say

HTML = b"<!doctype html><script>alert(1)</script>"


def picture(kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(made, kind)
    return made.getvalue()


class AttachmentCase(TestCase):
    learner: User
    thread: Thread

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.thread = make_thread(cls.learner)

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def send(self, *files: tuple[str, bytes], text: str = "See this") -> Any:
        uploads = [
            SimpleUploadedFile(name, content, "text/html") for name, content in files
        ]
        data = {"text": text, "token": str(uuid.uuid4()), "attachments": uploads}
        return self.client.post(self.thread.get_absolute_url(), data)

    def get(self, name: str, content: bytes) -> Any:
        message = say(self.thread, self.learner, files=[checked(name, content)])
        return self.client.get(message.attachments.get().get_absolute_url())


class ServingTests(AttachmentCase):
    def test_an_image_is_shown_as_what_its_bytes_are(self) -> None:
        for kind, content_type in (
            ("PNG", "image/png"),
            ("JPEG", "image/jpeg"),
            ("GIF", "image/gif"),
            ("WEBP", "image/webp"),
        ):
            with self.subTest(kind=kind):
                response = self.get("page.html", picture(kind))
                self.assertEqual(response.headers["Content-Type"], content_type)
                disposition = response.headers["Content-Disposition"]
                self.assertEqual(disposition, 'inline; filename="page.html"')
                self.assertEqual(response.content, picture(kind))

    def test_everything_else_is_a_download_and_never_a_page(self) -> None:
        for name, content, content_type in (
            ("a.html", HTML, "text/plain"),
            ("a.png", HTML, "text/plain"),
            ("a.svg", b"<svg onload='alert(1)'/>", "text/plain"),
            ("a.html", b"%PDF-1.7" + HTML, "application/pdf"),
        ):
            with self.subTest(name=name, content=content[:8]):
                response = self.get(name, content)
                self.assertEqual(response.headers["Content-Type"], content_type)
                disposition = response.headers["Content-Disposition"]
                self.assertEqual(disposition, f'attachment; filename="{name}"')
                self.assertEqual(response.content, content)

    def test_a_browser_is_told_to_run_and_guess_nothing(self) -> None:
        headers = self.get("a.txt", HTML).headers
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        policy = headers["Content-Security-Policy"]
        self.assertEqual(policy, "default-src 'none'; sandbox")
        self.assertIn("private", headers["Cache-Control"])

    def test_a_name_breaks_no_header(self) -> None:
        for name in ('a"b;c.txt', "a\r\nSet-Cookie: x=1.txt", "日本語.txt", "‮gpj.txt"):
            with self.subTest(name=name):
                response = self.get(name, b"text")
                self.assertEqual(response.status_code, 200)
                self.assertNotIn("Set-Cookie", response.headers)
                self.assertNotIn("\n", response.headers["Content-Disposition"])

    def test_a_lost_file_is_not_found(self) -> None:
        message = say(self.thread, self.learner, files=[checked("a.txt", b"a")])
        file = message.attachments.get()
        default_storage.delete(file.file.name)
        response = self.client.get(file.get_absolute_url())
        self.assertEqual(response.status_code, 404)

    def test_only_the_threads_people_get_it(self) -> None:
        mine = say(self.thread, self.learner, files=[checked("a.txt", b"a")])
        agent = make_agent()
        files = [checked("n.txt", b"n")]
        note = say(self.thread, agent, kind=Author.NOTE, files=files)
        for person, of_message, of_note in (
            (self.learner, 200, 404),
            (make_learner(), 404, 404),
            (make_learner(is_staff=True), 404, 404),
            (agent, 200, 200),
        ):
            self.client.force_login(person)
            got = [
                self.client.get(one.attachments.get().get_absolute_url()).status_code
                for one in (mine, note)
            ]
            self.assertEqual(got, [of_message, of_note])
        self.client.logout()
        url = mine.attachments.get().get_absolute_url()
        self.assertEqual(self.client.get(url).status_code, 302)
        self.assertEqual(self.client.post(url).status_code, 405)

    def test_what_is_not_there_is_not_found(self) -> None:
        for pk in (0, 999_999, 2**63, 10**30):
            url = reverse("support:attachment", args=[pk])
            self.assertEqual(self.client.get(url).status_code, 404)


class AttachingTests(AttachmentCase):
    def test_files_go_with_the_message_and_stand_in_the_page(self) -> None:
        response = self.send(("shot.png", picture()), ("my log.txt", b"a line"))
        self.assertEqual(response.status_code, 302)
        image, log = Attachment.objects.all()
        self.assertEqual((image.content_type, log.content_type)[0], "image/png")
        page = self.client.get(self.thread.get_absolute_url())
        self.assertContains(page, f'<img src="/ask/attachments/{image.pk}/"')
        self.assertContains(page, f'href="/ask/attachments/{log.pk}/"')
        self.assertContains(page, "<bdi>my log.txt</bdi>")

    def test_a_file_alone_is_a_message(self) -> None:
        self.assertEqual(self.send(("a.txt", b"a"), text="").status_code, 302)

    def test_what_cannot_be_attached_is_named_and_the_text_kept(self) -> None:
        for files, words in (
            ([("virus.exe", b"MZ\x00\x01")], "“virus.exe” cannot be attached. Images"),
            ([("empty.txt", b"")], "“empty.txt” is empty"),
            ([("big.txt", b"a" * (MAX_SIZE + 1))], "“big.txt” is larger than 5 MB"),
            ([(f"{n}.txt", b"a") for n in range(5)], "you chose 5"),
            ([("a.txt", b"a"), ("b.exe", b"\x00")], "“b.exe” cannot be attached"),
        ):
            with self.subTest(words=words):
                response = self.send(*files, text="Kept & shown")
                self.assertContains(response, words, status_code=422)
                self.assertContains(response, "Kept &amp; shown", status_code=422)
        self.assertEqual(Message.objects.count(), 1)
        self.assertEqual(Attachment.objects.count(), 0)

    def test_the_largest_files_that_are_allowed_pass(self) -> None:
        files = [(f"{n}.txt", b"a" * MAX_SIZE) for n in range(4)]
        self.assertEqual(self.send(*files).status_code, 302)
        self.assertEqual(Attachment.objects.count(), 4)


class LargeBodyTests(AttachmentCase):
    def test_a_far_too_large_body_is_refused_unread(self) -> None:
        class Unreadable(io.BytesIO):
            def read(self, *_: object) -> bytes:
                raise AssertionError("The body was read.")

        for path in (self.thread.get_absolute_url(), "/ask/new/", "/account/login/"):
            for content_type in (
                "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded",
            ):
                with self.subTest(path=path, content_type=content_type):
                    response = self.client.generic(
                        "POST",
                        path,
                        b"x",
                        content_type=content_type,
                        CONTENT_LENGTH=str(middleware.MAX_BODY + 1),
                        **{"wsgi.input": Unreadable()},
                    )
                    self.assertContains(response, "too large", status_code=413)
                    self.assertContains(response, "</html>", status_code=413)

    def test_a_text_that_the_memory_does_not_take_is_refused(self) -> None:
        response = self.send(text="a" * 1_100_000)
        self.assertContains(response, "too large", status_code=413)

    def test_a_length_that_is_no_number_breaks_nothing(self) -> None:
        response = self.client.post("/ask/new/", {"text": "x"}, CONTENT_LENGTH="x")
        self.assertLess(response.status_code, 500)

    def test_many_fields_and_files_are_refused(self) -> None:
        many = {f"f{n}": "x" for n in range(1_100)}
        response = self.client.post("/ask/new/", many)
        self.assertEqual(response.status_code, 413)
        with patch("django.conf.settings.DATA_UPLOAD_MAX_NUMBER_FILES", 3):
            response = self.send(*[(f"{n}.txt", b"a") for n in range(5)])
        self.assertEqual(response.status_code, 413)
