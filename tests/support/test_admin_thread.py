"""The agents' queue: its order, its filters, what is found in it, and what it costs."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from support import services
from support.models import Thread
from support.models.thread import Topic
from support.status import Author, Status
from tests.exams.back_office import make_superuser, signed_in
from tests.exams.factories import make_certification, make_learner
from tests.support.factories import NOW, make_agent, make_thread, say

pytestmark = pytest.mark.django_db
LIST = "/admin/support/thread/"


def found(client: Client, **query: Any) -> list[Thread]:
    return list(client.get(LIST, query).context["cl"].result_list)


@pytest.fixture
def client() -> Client:
    return signed_in(make_agent())


def test_who_waits_longest_stands_first_and_nobody_else(client: Client) -> None:
    hours = (2, 9, 5)
    threads = [make_thread(now=NOW - timedelta(hours=n)) for n in hours]
    say(make_thread(now=NOW - timedelta(hours=20)), make_agent())
    assert found(client) == [threads[1], threads[2], threads[0]]


def test_writing_again_does_not_lose_the_place(client: Client) -> None:
    first = make_thread(now=NOW - timedelta(hours=2))
    second = make_thread(now=NOW - timedelta(hours=1))
    say(first, first.learner, "Hello?")
    assert found(client) == [first, second]


def test_filters_narrow_the_list() -> None:
    agent, other = make_agent(), make_agent()
    client = signed_in(agent)
    open_one = make_thread()
    waiting = make_thread(topic=Topic.ACCOUNT, now=NOW - timedelta(hours=1))
    say(waiting, agent, status=Status.WAITING)
    certification = make_certification()
    about = make_thread(topic=Topic.EXAM, certification=certification)
    services.assign_thread(thread=about, to=other, by=agent)
    closed = make_thread()
    services.close_thread(thread=closed, by=agent, now=NOW)
    everything = {open_one, waiting, about, closed}
    assert set(found(client, status="all")) == everything
    assert found(client, status="waiting") == [waiting]
    assert found(client, status="closed") == [closed]
    assert set(found(client, status="nonsense")) == everything
    assert found(client, status="all", topic__exact="account") == [waiting]
    by_exam = {"certification__id__exact": certification.pk}
    assert found(client, **by_exam) == [about]
    assert found(client, status="all", assigned="me") == [waiting]
    assert found(client, assigned="nobody") == [open_one]
    assert found(client, assigned="others") == [about]


def test_it_is_found_by_words_people_and_number(client: Client) -> None:
    lena = make_learner(display_name="Lena Lark", email="lena@example.com")
    thread = make_thread(lena, "Where is the TIMER shown?")
    say(thread, make_agent(), "Above the question.")
    say(thread, make_agent(), "Asked Otto as well.", kind=Author.NOTE)
    other = make_thread(text="Nothing to see")
    for words in (
        "timer",
        "shown above",
        "otto",
        "lark",
        "LENA@example.com",
        "lena timer",
        f"#{thread.pk}",
    ):
        assert found(client, q=words) == [thread], words
    # A number may also stand in words and names.
    assert thread in found(client, q=str(thread.pk))
    for words in ("lena@", "example.com", "timer nothing", "0" * 30, "' OR 1=1 --"):
        assert found(client, q=words) == [], words
    assert found(client, q="timer", status="open") == []
    assert found(client, q="see") == [other]


@pytest.mark.parametrize("lookup", ["learner__email__startswith", "learner__password"])
def test_the_address_bar_gives_no_address_away(client: Client, lookup: str) -> None:
    assert client.get(LIST, {lookup: "l"}).status_code in {302, 400}


def test_a_row_says_what_is_new_and_how_long_it_waits(client: Client) -> None:
    since = timezone.now() - timedelta(hours=3)
    thread = make_thread(text="<b>Bold</b>?", now=since)
    page = client.get(LIST).text
    assert "&lt;b&gt;Bold&lt;/b&gt;?" in page
    assert ">3 h<" in page
    assert '<span class="desk-new">New</span>' in page
    assert thread.learner.email not in page
    client.get(reverse("admin:support_thread_change", args=[thread.pk]))
    assert "desk-new" not in client.get(LIST).text


def test_notes_and_events_are_no_messages_that_count(client: Client) -> None:
    thread, agent = make_thread(), make_agent()
    say(thread, agent, kind=Author.NOTE)
    services.close_thread(thread=thread, by=agent, now=NOW)
    say(thread, thread.learner)
    (row,) = found(client)
    assert row.n_said == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize("n_threads", [1, 30])
def test_the_queue_costs_the_same_at_any_number_of_rows(n_threads: int) -> None:
    certification = make_certification()
    agent = make_agent()
    for n in range(n_threads):
        thread = make_thread(topic=Topic.EXAM, certification=certification)
        services.assign_thread(thread=thread, to=agent, by=agent)
        say(thread, thread.learner, f"More {n}")
    client = signed_in(agent)
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(LIST)
    assert len(response.context["cl"].result_list) == n_threads
    # Session, user, the group's rights and their own, the certifications of the filter
    # and the rows with people, certification and counts.
    assert len(queries) <= 10, [one["sql"][:90] for one in queries]


def test_the_desk_costs_the_same_for_any_number_of_messages() -> None:
    counts = []
    for n_messages in (1, 20):
        thread, agent = make_thread(), make_agent()
        for _ in range(n_messages):
            say(thread, thread.learner)
            say(thread, agent)
        client = signed_in(agent)
        url = reverse("admin:support_thread_change", args=[thread.pk])
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "name", ["support_thread", "support_cannedreply", "support_helptopic"]
)
def test_every_list_opens(name: str) -> None:
    make_thread()
    client = signed_in(make_superuser())
    assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
    assert (
        client.get(reverse(f"admin:{name}_changelist"), {"q": "a"}).status_code == 200
    )


def test_nobody_adds_deletes_or_edits_threads() -> None:
    thread, client = make_thread(), signed_in(make_superuser())
    for name, args in (("add", []), ("delete", [thread.pk])):
        url = reverse(f"admin:support_thread_{name}", args=args)
        assert client.get(url).status_code == 403
        assert client.post(url, {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [thread.pk]}
    client.post(LIST, data)
    assert Thread.objects.filter(pk=thread.pk).exists()
    assert admin.site.is_registered(Thread)
