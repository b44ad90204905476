"""Answering at the desk: what each button does, and where one lands afterwards."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from support import services
from support.models import Message, Thread
from support.status import Author
from tests.exams.back_office import signed_in
from tests.exams.factories import make_learner
from tests.support.factories import NOW, make_agent, make_thread, say

pytestmark = pytest.mark.django_db


def desk(thread: Thread) -> str:
    return reverse("admin:support_thread_change", args=[thread.pk])


def reply_to(thread: Thread, client: Any, way: str = "answer", **data: Any) -> Any:
    thread.refresh_from_db()
    defaults = {
        "text": "Because.",
        "token": uuid.uuid4(),
        "seen": thread.last_learner_message,
        "way": way,
    }
    url = reverse("admin:support_thread_reply", args=[thread.pk])
    return client.post(url, defaults | data)


@pytest.mark.parametrize(
    ("way", "status"),
    [("answer", "answered"), ("answer-close", "closed"), ("ask", "waiting")],
)
def test_each_button_leaves_its_status_behind(way: str, status: str) -> None:
    thread, agent = make_thread(now=timezone.now()), make_agent()
    response = reply_to(thread, signed_in(agent), way)
    assert response.headers["Location"] == reverse("admin:support_thread_changelist")
    thread.refresh_from_db()
    said = thread.messages.get(kind="agent")
    assert (thread.status, said.text, said.author) == (status, "Because.", agent)


def test_a_note_stays_here_and_changes_nothing() -> None:
    thread = make_thread()
    response = reply_to(thread, signed_in(make_agent()), "note")
    assert response.headers["Location"] == desk(thread)
    before = thread.status
    thread.refresh_from_db()
    assert thread.status == before
    assert thread.messages.filter(kind="note").count() == 1


def test_after_an_answer_one_goes_on_to_who_waits_longest() -> None:
    now = timezone.now()
    newer = make_thread(now=now - timedelta(hours=1))
    longest = make_thread(now=now - timedelta(hours=3))
    thread = make_thread(now=now - timedelta(hours=2))
    client = signed_in(make_agent())
    assert reply_to(thread, client).headers["Location"] == desk(longest)
    assert reply_to(longest, client).headers["Location"] == desk(newer)


def test_what_others_were_given_is_left_to_them() -> None:
    now = timezone.now()
    theirs = make_thread(now=now - timedelta(hours=3))
    other = make_agent()
    services.assign_thread(thread=theirs, to=other, by=other)
    thread = make_thread(now=now)
    response = reply_to(thread, signed_in(make_agent()))
    assert response.headers["Location"] == reverse("admin:support_thread_changelist")


def test_next_passes_over_this_one_and_begins_again_at_the_front() -> None:
    now = timezone.now()
    threads = [make_thread(now=now - timedelta(hours=3 - n)) for n in range(3)]
    client, url = signed_in(make_agent()), reverse("admin:support_thread_next")

    def after(thread: Thread) -> str:
        return client.get(url, {"after": thread.pk}).headers["Location"]

    assert after(threads[0]) == desk(threads[1])
    assert after(threads[2]) == desk(threads[0])
    assert client.get(url).headers["Location"] == desk(threads[0])


def test_what_came_meanwhile_is_shown_before_anything_is_sent() -> None:
    thread, client = make_thread(), signed_in(make_agent())
    seen = thread.last_learner_message
    say(thread, thread.learner, "Forget it, I found it.")
    response = reply_to(thread, client, seen=seen, text="Press <the> button.")
    assert response.status_code == 409
    assert not thread.messages.filter(kind="agent").exists()
    page = response.text
    assert "wrote meanwhile" in page
    assert "Forget it, I found it." in page
    assert "Press &lt;the&gt; button.</textarea>" in page
    # The form that is shown now has seen it, and sends.
    context: Any = response.context
    reply_to(thread, client, seen=context["seen"], token=context["token"])
    assert thread.messages.filter(kind="agent").count() == 1


def test_a_note_needs_no_second_look() -> None:
    thread, client = make_thread(), signed_in(make_agent())
    seen = thread.last_learner_message
    say(thread, thread.learner, "One more thing.")
    reply_to(thread, client, "note", seen=seen)
    assert thread.messages.filter(kind="note").count() == 1


def test_sending_twice_says_it_once() -> None:
    thread, client, token = make_thread(), signed_in(make_agent()), uuid.uuid4()
    for _ in range(2):
        reply_to(thread, client, token=token)
    assert thread.messages.filter(kind="agent").count() == 1


def test_a_note_sent_again_as_an_answer_is_an_answer_too() -> None:
    thread, client, token = make_thread(), signed_in(make_agent()), uuid.uuid4()
    reply_to(thread, client, "note", token=token)
    reply_to(thread, client, token=token)
    kinds = thread.messages.exclude(kind="learner").values_list("kind", flat=True)
    assert list(kinds) == ["note", "agent"]


def test_a_text_is_kept_as_it_was_typed() -> None:
    thread = make_thread()
    text = "  two spaces\r\n<b>no</b> \x00 \u202e {{ learner }}\n"
    reply_to(thread, signed_in(make_agent()), text=text)
    assert thread.messages.get(kind="agent").text == text


@pytest.mark.parametrize(
    "data", [{"text": " "}, {"way": "delete"}, {"text": "x" * 10_001}, {"seen": "-1"}]
)
def test_what_cannot_be_sent_is_kept_and_explained(data: dict[str, Any]) -> None:
    thread = make_thread()
    response = reply_to(thread, signed_in(make_agent()), **data)
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert not thread.messages.filter(kind="agent").exists()


def test_files_go_along_and_come_back_as_what_they_are() -> None:
    thread, client = make_thread(), signed_in(make_agent())
    file = SimpleUploadedFile("../a.txt", b"plain <script>", "text/html")
    reply_to(thread, client, attachments=[file])
    attachment = thread.messages.get(kind="agent").attachments.get()
    url = attachment.get_absolute_url()
    assert url in client.get(desk(thread)).text
    response = client.get(url)
    assert response.content == b"plain <script>"
    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["Content-Disposition"] == 'attachment; filename="a.txt"'


def test_a_file_of_an_unknown_kind_is_refused_and_the_text_kept() -> None:
    thread = make_thread()
    file = SimpleUploadedFile("a.png", b"\x00\x01\x02")
    response = reply_to(
        thread, signed_in(make_agent()), attachments=[file], text="See this"
    )
    assert response.status_code == 422
    assert "See this</textarea>" in response.text
    assert "Choose your files again" in response.text


def test_an_old_closed_thread_goes_on_in_one_that_follows_it() -> None:
    now = timezone.now()
    thread, agent = make_thread(now=now - timedelta(days=30)), make_agent()
    services.close_thread(thread=thread, by=agent, now=now - timedelta(days=15))
    client = signed_in(agent)
    assert "begins a thread that follows it" in client.get(desk(thread)).text
    response = reply_to(thread, client)
    later = Thread.objects.get(follows=thread)
    assert response.headers["Location"] == desk(later)
    assert later.messages.get(kind="agent").text == "Because."
    thread.refresh_from_db()
    assert thread.is_closed


def test_a_thread_closed_lately_opens_again_for_an_answer() -> None:
    now = timezone.now()
    thread, agent = make_thread(now=now - timedelta(days=20)), make_agent()
    services.close_thread(thread=thread, by=agent, now=now - timedelta(days=13))
    reply_to(thread, signed_in(agent))
    thread.refresh_from_db()
    assert (thread.status, Thread.objects.count()) == ("answered", 1)


def test_only_agents_answer() -> None:
    thread = make_thread()
    for user, status in (
        (thread.learner, 403),
        (make_learner(is_staff=True), 403),
    ):
        assert reply_to(thread, signed_in(user)).status_code == status
    assert reply_to(thread, signed_in(None)).status_code == 302
    assert not Message.objects.filter(kind="agent").exists()


def test_opening_marks_as_seen_by_agents() -> None:
    thread, client = make_thread(), signed_in(make_agent())
    thread.refresh_from_db()
    assert thread.is_unread_by_agents
    assert "desk-new" in client.get(desk(thread)).text
    thread.refresh_from_db()
    assert not thread.is_unread_by_agents
    assert "desk-new" not in client.get(desk(thread)).text


def test_it_is_given_to_agents_and_to_nobody() -> None:
    thread, me, other = make_thread(), make_agent(), make_agent()
    client, url = (
        signed_in(me),
        reverse("admin:support_thread_assign", args=[thread.pk]),
    )
    for to, expected in (
        (me.pk, me),
        (other.pk, other),
        (thread.learner_id, other),
        ("x", other),
        ("", None),
    ):
        assert client.post(url, {"to": to}).headers["Location"] == desk(thread)
        thread.refresh_from_db()
        assert thread.assigned_to == expected


def test_closing_and_reopening() -> None:
    thread, client = make_thread(now=timezone.now()), signed_in(make_agent())
    for name, status in (("close", "closed"), ("reopen", "open")):
        client.post(reverse(f"admin:support_thread_{name}", args=[thread.pk]))
        thread.refresh_from_db()
        assert thread.status == status


def test_reopening_too_late_says_what_to_do_instead() -> None:
    now = timezone.now()
    thread, agent = make_thread(now=now - timedelta(days=30)), make_agent()
    services.close_thread(thread=thread, by=agent, now=now - timedelta(days=15))
    url = reverse("admin:support_thread_reopen", args=[thread.pk])
    response = signed_in(agent).post(url, follow=True)
    assert "closed too long ago" in response.text
    thread.refresh_from_db()
    assert thread.is_closed


@pytest.mark.parametrize("name", ["reply", "assign", "close", "reopen"])
def test_what_changes_a_thread_is_sent_and_not_linked(name: str) -> None:
    thread = make_thread()
    url = reverse(f"admin:support_thread_{name}", args=[thread.pk])
    assert signed_in(make_agent()).get(url).status_code == 405
    missing = reverse(f"admin:support_thread_{name}", args=[thread.pk + 1])
    assert signed_in(make_agent()).post(missing).status_code == 404


def test_the_desk_itself_takes_no_changes_of_columns() -> None:
    thread = make_thread()
    response = signed_in(make_agent()).post(desk(thread), {"subject": "Mine now"})
    assert response.status_code == 403
    assert Message.objects.filter(thread=thread, kind=Author.AGENT).count() == 0


def test_who_is_given_to_an_agent_that_left_is_offered_to_all() -> None:
    gone, thread = make_agent(), make_thread()
    services.assign_thread(thread=thread, to=gone, by=gone)
    client = signed_in(make_agent())
    page = reverse("admin:support_thread_change", args=[thread.pk])
    next_one = reverse("admin:support_thread_next")
    assert client.get(next_one).url != page  # type: ignore[attr-defined]
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    assert client.get(next_one).url == page  # type: ignore[attr-defined]


def test_what_follows_is_not_given_to_an_agent_that_left() -> None:
    gone, thread = make_agent(), make_thread()
    say(thread, gone)
    services.close_thread(thread=thread, by=gone, now=NOW)
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    later = say(thread, thread.learner, now=NOW + timedelta(days=30)).thread
    assert later.follows == thread
    assert later.assigned_to is None


def test_a_long_thread_opens_at_its_newest_messages() -> None:
    thread = make_thread(text="The very first")
    for number in range(105):
        say(thread, thread.learner, f"Message {number}.")
    client = signed_in(make_agent())
    page = reverse("admin:support_thread_change", args=[thread.pk])
    response: Any = client.get(page)
    assert "Message 104." in response.text
    assert "The very first</p>" not in response.text
    older: Any = client.get(page, {"before": response.context["earlier"]})
    assert "The very first</p>" in older.text
    assert older.context["earlier"] == 0


def test_numbers_that_are_none_are_nobody() -> None:
    thread, client = make_thread(), signed_in(make_agent())
    assert client.get(reverse("admin:support_thread_next"), {"after": "9" * 5000})
    url = reverse("admin:support_thread_assign", args=[thread.pk])
    assert client.post(url, {"to": "9" * 5000}).status_code == 302
    thread.refresh_from_db()
    assert thread.assigned_to is None
