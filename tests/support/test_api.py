"""Threads through the API: own ones only, and by the rules of the pages."""

import json
import uuid
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from support import services
from support.models import Message, Thread
from support.services.messages import TEXT_LENGTH
from support.status import REOPEN_WITHIN, Author
from support.uploads import Upload
from tests.exams.factories import make_certification, make_learner
from tests.support.factories import NOW, make_agent, make_thread, say

pytestmark = pytest.mark.django_db
THREADS = "/api/threads"

# Characters that something on the way might change, and words that mean something
# elsewhere.
TEXTS = [
    "<script>alert(1)</script>",
    "' OR 1=1; DROP TABLE users; --",
    "{{ 7 * 7 }} {% debug %} ${7*7}",
    "../../etc/passwd\\..\\",
    "a\x00b\x10c\x100\x1bd\x7f",
    "\r\n line\rends \n\t",
    "\u202eright to left\u2066\u200b\ufeff",
    "e\u0301 is not \u00e9; \ufb01",
    "🧑‍🚀🇪🇺 \U0010ffff\uffff",
    "\u2028a\u2029\u0085",
]


@pytest.fixture
def learner() -> User:
    return make_learner()


@pytest.fixture
def api(learner: User) -> Client:
    client = Client()
    client.force_login(learner)
    return client


@pytest.fixture
def thread(learner: User) -> Thread:
    return make_thread(learner, now=timezone.now() - timedelta(days=1))


@pytest.fixture
def agent() -> User:
    return make_agent()


def post(client: Client, path: str, body: Any = None) -> Any:
    data = {} if body is None else body
    return client.post(f"{THREADS}{path}", data, content_type="application/json")


def closed(thread: Thread, agent: User, *, long_ago: bool = False) -> Thread:
    then = timezone.now() - (REOPEN_WITHIN * 2 if long_ago else timedelta(days=1))
    services.close_thread(thread=thread, by=agent, now=then)
    return thread


# --- reading --------------------------------------------------------------------------


def test_it_lists_own_threads_the_latest_first(api: Client, learner: User) -> None:
    certification = make_certification()
    old = make_thread(learner, "Old?", certification=certification)
    new = make_thread(learner, "New?", now=NOW + timedelta(hours=1))
    make_thread(text="Somebody else's")
    say(old, make_agent())
    found = api.get(THREADS).json()
    assert [one["id"] for one in found["threads"]] == [new.pk, old.pk]
    assert found["more"] is False
    assert found["threads"][1] == {
        "id": old.pk,
        "topic": "website",
        "subject": "Old?",
        "state": "answered",
        "certification": certification.slug,
        "created_at": int(NOW.timestamp() * 1000),
        "last_message_at": int(NOW.timestamp() * 1000),
        "is_unread": True,
        "url": f"/ask/{old.pk}/",
    }


def test_it_lists_fifty_at_a_time(api: Client, learner: User) -> None:
    with patch("support.api.PAGE", 2):
        threads = [make_thread(learner).pk for _ in range(5)]
        pages = [api.get(THREADS, {"page": page}).json() for page in (1, 2, 3, 4)]
    assert [one["id"] for page in pages for one in page["threads"]] == threads[::-1]
    assert [page["more"] for page in pages] == [True, True, False, False]
    assert api.get(THREADS, {"page": 0}).status_code == 422
    assert api.get(THREADS, {"page": 10**9}).status_code == 422


@pytest.mark.parametrize("n", [1, 7])
def test_lists_and_threads_cost_the_same_at_any_number_of_rows(
    n: int,
    api: Client,
    learner: User,
    thread: Thread,
    agent: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(n):
        make_thread(learner, certification=make_certification())
        say(thread, agent)
        say(
            thread,
            learner,
            files=[Upload(name="a", content_type="text/plain", content=b"a")],
        )
    api.get(THREADS)  # the session comes from the cache from now on
    # The user, the threads with their certifications.
    with django_assert_num_queries(2):
        api.get(THREADS)
    # The user, the thread, its messages with authors, attachments, what was seen.
    with django_assert_num_queries(5):
        assert len(api.get(f"{THREADS}/{thread.pk}").json()["messages"]) == 1 + 2 * n


def test_a_thread_has_its_messages_and_never_a_note(
    api: Client, learner: User, thread: Thread, agent: User
) -> None:
    answer = say(thread, agent, "Because.")
    secret = Upload(name="SECRET.txt", content_type="text/plain", content=b"SECRET")
    say(thread, agent, "SECRET", kind=Author.NOTE, files=[secret])
    file = Upload(name="a.txt", content_type="text/plain", content=b"abc")
    say(thread, learner, "Look:", files=[file])
    response = api.get(f"{THREADS}/{thread.pk}")
    assert "SECRET" not in response.text
    found = response.json()
    assert [one["by"] for one in found["messages"]] == ["learner", "agent", "learner"]
    assert found["messages"][1]["id"] == answer.pk
    assert found["messages"][1]["name"] == agent.display_name
    [attachment] = found["messages"][2]["attachments"]
    assert attachment["name"] == "a.txt"
    assert attachment["url"].startswith("/ask/attachments/")


def test_reading_a_thread_marks_it_as_read(
    api: Client, thread: Thread, agent: User
) -> None:
    say(thread, agent)
    assert api.get(THREADS).json()["threads"][0]["is_unread"] is True
    assert api.get(f"{THREADS}/{thread.pk}").json()["is_unread"] is False
    assert api.get(THREADS).json()["threads"][0]["is_unread"] is False


def test_what_somebody_else_asked_is_not_there(
    api: Client, agent: User, thread: Thread
) -> None:
    other = closed(make_thread(), agent)
    stranger = Client()
    stranger.force_login(agent)
    before = Thread.objects.filter(pk=other.pk).values().get()
    bodies = {
        "/messages": {"text": "Hi."},
        "/close": None,
        "/reopen": None,
        "/rating": {"rating": "helped"},
    }
    for client, pk in ((api, other.pk), (stranger, thread.pk), (api, 2**63 - 1)):
        assert client.get(f"{THREADS}/{pk}").status_code == 404
        for path, body in bodies.items():
            response = post(client, f"/{pk}{path}", body)
            assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert Thread.objects.filter(pk=other.pk).values().get() == before


# --- writing --------------------------------------------------------------------------


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back_as_it_was_written(api: Client, text: str) -> None:
    asked = post(api, "", {"topic": "other", "text": text})
    assert asked.status_code == 201
    pk = asked.json()["id"]
    post(api, f"/{pk}/messages", {"text": text})
    messages = api.get(f"{THREADS}/{pk}").json()["messages"]
    assert [one["text"] for one in messages] == [text, text]


@pytest.mark.parametrize("half", ["\ud800", "a\udfffb"])
def test_half_a_character_is_refused(api: Client, thread: Thread, half: str) -> None:
    agent = make_agent()
    closed(thread, agent)
    for path, body in (
        ("", {"topic": "other", "text": half}),
        ("", {"topic": "other", "text": "Why?", "certification": half}),
        ("", {"topic": "other", "text": "Why?", half: 1}),
        (f"/{thread.pk}/messages", {"text": half}),
        (f"/{thread.pk}/rating", {"rating": "helped", "comment": half}),
    ):
        response = post(api, path, json.dumps(body))
        assert (response.status_code, response.json()["code"]) == (
            422,
            "invalid_request",
        ), body
    assert Message.objects.filter(kind="learner").count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"topic": "other"},
        {"topic": "nothing", "text": "Why?"},
        {"topic": "other", "text": ""},
        {"topic": "other", "text": " \n"},
        {"topic": "other", "text": "x" * (TEXT_LENGTH + 1)},
        {"topic": "other", "text": 7},
        {"topic": "other", "text": "Why?", "token": "7"},
        {"topic": "other", "text": "Why?", "certification": "unknown"},
        {"topic": "other", "text": "Why?", "certification": "a\x00"},
        {"topic": "other", "text": "Why?", "status": "closed"},
    ],
)
def test_what_is_not_expected_is_refused(api: Client, body: Any) -> None:
    response = post(api, "", body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
    assert not Thread.objects.exists()


def test_what_is_too_big_is_refused(api: Client) -> None:
    response = post(api, "", {"topic": "other", "text": "x" * 1_100_000})
    assert (response.status_code, response.json()["code"]) == (413, "too_big")


def test_the_same_token_asks_and_says_once(api: Client) -> None:
    body = {"topic": "exam", "text": "Why?", "token": str(uuid.uuid4())}
    first, second = post(api, "", body), post(api, "", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    pk = first.json()["id"]
    body = {"text": "And?", "token": str(uuid.uuid4())}
    said = [post(api, f"/{pk}/messages", body).json() for _ in range(2)]
    assert said[0]["message"] == said[1]["message"]
    assert len(said[1]["thread"]["messages"]) == 2


def test_writing_shows_what_was_answered_meanwhile(
    api: Client, thread: Thread, agent: User
) -> None:
    say(thread, agent, "An answer you have not seen.")
    written = post(api, f"/{thread.pk}/messages", {"text": "And?"}).json()
    assert "An answer you have not seen." in str(written["thread"]["messages"])


def test_closing_and_opening_again_are_done_once(api: Client, thread: Thread) -> None:
    for state, path in (("closed", "close"), ("open", "reopen")):
        for _ in range(2):
            response = post(api, f"/{thread.pk}/{path}")
            assert (response.status_code, response.json()["state"]) == (200, state)
    kinds = [one["by"] for one in response.json()["messages"]]
    assert kinds == ["learner", "event", "event"]


def test_what_was_closed_too_long_ago_says_so_and_is_followed(
    api: Client, thread: Thread, agent: User
) -> None:
    closed(thread, agent, long_ago=True)
    assert api.get(f"{THREADS}/{thread.pk}").json()["reopens"] is False
    response = post(api, f"/{thread.pk}/reopen")
    assert response.status_code == 409
    assert (response.json()["code"], response.json()["state"]) == ("too_late", "closed")
    written = post(api, f"/{thread.pk}/messages", {"text": "One more."}).json()
    assert written["thread"]["follows"] == thread.pk
    assert written["thread"]["id"] != thread.pk
    old = api.get(f"{THREADS}/{thread.pk}").json()
    assert old["followed_by"] == written["thread"]["id"]
    assert old["state"] == "closed"


def test_what_was_closed_lately_opens_again_by_writing(
    api: Client, thread: Thread, agent: User
) -> None:
    closed(thread, agent)
    assert api.get(f"{THREADS}/{thread.pk}").json()["reopens"] is True
    written = post(api, f"/{thread.pk}/messages", {"text": "One more."}).json()
    assert (written["thread"]["id"], written["thread"]["state"]) == (thread.pk, "open")


def test_a_rating_is_for_what_is_closed(
    api: Client, thread: Thread, agent: User
) -> None:
    body = {"rating": "not-helped", "comment": "a\x00b"}
    response = post(api, f"/{thread.pk}/rating", body)
    assert response.status_code == 409
    assert response.json()["code"] == "not_closed"
    assert response.json()["state"] == "open"
    closed(thread, agent)
    found = post(api, f"/{thread.pk}/rating", body).json()
    assert (found["rating"], found["rating_comment"]) == ("not-helped", "a\x00b")
    bad = post(api, f"/{thread.pk}/rating", {"rating": ""})
    assert bad.status_code == 422


# --- limits ---------------------------------------------------------------------------


@pytest.fixture
def forms(learner: User) -> Client:
    """The same learner, in a browser."""
    browser = Client()
    browser.force_login(learner)
    return browser


def test_asking_is_limited_together_with_the_page(api: Client, forms: Client) -> None:
    body = {"topic": "other", "text": "Why?"}
    for _ in range(5):
        assert post(api, "", body).status_code == 201
        assert forms.post("/ask/new/", body).status_code == 302
    response = post(api, "", body)
    assert (response.status_code, response.json()["code"]) == (429, "too_fast")
    assert int(response.headers["Retry-After"]) > 0
    assert forms.post("/ask/new/", body).status_code == 429
    assert Thread.objects.count() == 10


def test_writing_is_limited_together_with_the_page(
    api: Client, forms: Client, thread: Thread
) -> None:
    for _ in range(15):
        assert post(api, f"/{thread.pk}/messages", {"text": "x"}).status_code == 200
        assert forms.post(f"/ask/{thread.pk}/", {"text": "x"}).status_code == 302
    assert post(api, f"/{thread.pk}/messages", {"text": "x"}).status_code == 429
    assert forms.post(f"/ask/{thread.pk}/", {"text": "x"}).status_code == 429
    assert post(api, "", {"topic": "other", "text": "New."}).status_code == 201


def test_a_form_elsewhere_cannot_post_here(learner: User, thread: Thread) -> None:
    victim = Client(enforce_csrf_checks=True)
    victim.force_login(learner)
    response = post(victim, f"/{thread.pk}/messages", {"text": "x"})
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")


# --- long threads ---------------------------------------------------------------------


def test_a_long_thread_comes_in_parts(
    api: Client, thread: Thread, learner: User, agent: User
) -> None:
    for number in range(4):
        say(thread, learner, f"Message {number}.")
    answer = say(thread, agent, "Because.")
    url = f"{THREADS}/{thread.pk}"
    with patch("support.api.MESSAGES_PAGE", 3):
        written = post(api, f"/{thread.pk}/close").json()
        newest = api.get(url).json()
        older = api.get(url, {"before": newest["earlier"]}).json()
        oldest = api.get(url, {"before": older["earlier"]}).json()
    pks = list(Message.objects.filter(thread=thread).values_list("pk", flat=True))
    parts = [[m["id"] for m in one["messages"]] for one in (oldest, older, newest)]
    assert parts == [sorted(pks)[:1], sorted(pks)[1:4], sorted(pks)[4:]]
    assert answer.pk in parts[2]
    assert [one["id"] for one in written["messages"]] == parts[2]
    assert oldest["earlier"] is None
    for before in (-1, 2**63, "9" * 5000):
        assert api.get(url, {"before": before}).status_code == 422


def test_older_messages_do_not_mark_newer_ones_as_read(
    api: Client, thread: Thread, agent: User
) -> None:
    answer = say(thread, agent)
    api.get(f"{THREADS}/{thread.pk}", {"before": answer.pk})
    thread.refresh_from_db()
    assert thread.is_unread
