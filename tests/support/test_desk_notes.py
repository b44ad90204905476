"""An internal note appears in no response that a learner can get."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.export import export_of
from support import services, uploads
from support.models import Attachment, Message, Thread
from support.models.thread import Topic
from support.services import Carried
from support.status import Author
from tests.exams.back_office import signed_in
from tests.exams.factories import make_attempt, make_learner
from tests.exams.sitting import sit_and_finish
from tests.support.factories import make_agent, make_thread, say
from tests.url_patterns import every_route, path_of

pytestmark = pytest.mark.django_db

NOTE = "NOTE-THAT-NOBODY-SEES"
FILE = "note-file-that-nobody-sees.txt"
BYTES = b"the bytes of a note"
ANSWER = "ANSWER-THAT-IS-SEEN"


@pytest.fixture
def thread() -> Thread:
    """A thread of somebody with an attempt; its newest message is a note."""
    learner, agent = make_learner(), make_agent()
    attempt = sit_and_finish(make_attempt(learner))
    thread = make_thread(
        learner,
        topic=Topic.EXAM,
        carried=Carried(attempt=attempt, question=0),
        now=timezone.now(),
    )
    say(thread, agent, ANSWER, now=timezone.now())
    upload = uploads.checked(FILE, BYTES)
    say(thread, agent, NOTE, kind=Author.NOTE, files=[upload], now=timezone.now())
    return thread


def values_of(thread: Thread) -> dict[str, Any]:
    """Return an id for every parameter of a route that belongs to this thread."""
    assert thread.attempt is not None
    assert thread.certification is not None
    file = Attachment.objects.get(message__kind="note")
    return {
        "pk": thread.pk,
        "thread": thread.pk,
        "thread_id": thread.pk,
        "attempt": thread.attempt.pk,
        "attempt_id": thread.attempt.pk,
        "attachment": file.pk,
        "message": file.message_id,
        "question": 0,
        "place": 0,
        "slug": thread.certification.slug,
    }


def is_for_learners(route: str) -> bool:
    return not route.startswith("/admin/")


def text_of(response: Any) -> str:
    content = b"".join(response) if response.streaming else response.content
    found: str = content.decode("utf-8", "replace")
    return found + json.dumps(dict(response.headers))


def everything_a_learner_gets(client: Client, thread: Thread) -> dict[str, str]:
    """Walk every route with the ids that could lead to the note; return what came."""
    values = values_of(thread)
    got = {}
    for route in filter(is_for_learners, every_route()):
        names = re.findall(r"<(\w+)>", route)
        for pk in {values["pk"], values["attachment"], values["message"]}:
            path = path_of(route, dict.fromkeys(names, 1) | values | {"pk": pk})
            for query in ("", "?after=0", f"?q={NOTE}"):
                got[path + query] = text_of(client.get(path + query))
            if "/ask/" in route or "/threads" in route:
                sent = {"text": "More.", "rating": "helped"}
                kind = "application/json"
                got[f"POST {path}"] = text_of(client.post(path, sent))
                got[f"JSON {path}"] = text_of(client.post(path, sent, kind))
    return got


def test_a_note_is_in_no_response_of_a_learner(thread: Thread) -> None:
    client = signed_in(thread.learner)
    got = everything_a_learner_gets(client, thread)
    own = f"/ask/{thread.pk}/"
    # It can fail: what is for the learner is found on the way.
    assert ANSWER in got[own]
    assert thread.messages.filter(text=NOTE).exists()
    leaks = [
        path
        for path, text in got.items()
        # Somebody who searches for these words sees them in the box again.
        if (NOTE in text and "?q=" not in path)
        or FILE in text
        or BYTES.decode() in text
    ]
    assert leaks == []


def test_nor_does_it_show_after_the_thread_changed(thread: Thread) -> None:
    client, learner = signed_in(thread.learner), thread.learner
    services.close_thread(thread=thread, by=learner, now=timezone.now())
    for path in (f"/ask/{thread.pk}/", f"/ask/{thread.pk}/messages/?after=0", "/ask/"):
        assert NOTE not in text_of(client.get(path))


def test_its_file_is_not_there_for_the_learner(thread: Thread) -> None:
    file = Attachment.objects.get(message__kind="note")
    agent = make_agent()
    path = file.get_absolute_url()
    assert signed_in(thread.learner).get(path).status_code == 404
    assert signed_in(agent).get(path).status_code == 200


def test_no_mail_and_no_export_has_it(thread: Thread) -> None:
    later = timezone.now() + timedelta(minutes=10)
    services.mail_answers(now=later)
    services.mail_new_threads(now=later)
    assert mail.outbox
    for one in mail.outbox:
        assert NOTE not in one.message().as_string()
    text = "".join(export_of(thread.learner, now=later))
    assert ANSWER in text
    assert NOTE not in text
    assert FILE not in text


def test_the_desk_shows_it_as_what_it_is(thread: Thread) -> None:
    page = signed_in(make_agent()).get(f"/admin/support/thread/{thread.pk}/change/")
    assert "Internal note: learners never see it" in page.text
    assert NOTE in page.text
    assert FILE in page.text
    assert Message.objects.filter(kind="note").count() == 1
