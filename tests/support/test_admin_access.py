"""Who may open which page of the desk; and that an agent opens no other one."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from support.models import CannedReply, HelpTopic, Resource, Thread
from tests.exams.back_office import make_editor, make_superuser, signed_in
from tests.support.factories import make_agent, make_resource, make_thread, say
from tests.url_patterns import every_route, path_of

pytestmark = pytest.mark.django_db

AGENTS, EDITORS, NOBODY = "agents", "editors", "nobody"
#            superuser editor agent
OPENS = {
    AGENTS: (200, 403, 200),
    EDITORS: (200, 200, 403),
    "both": (200, 200, 200),
    "boss": (200, 403, 403),
    NOBODY: (403, 403, 403),
    # What changes something is posted; who may not is told so first.
    "sent by agents": (405, 403, 405),
    "leads agents on": (302, 403, 302),
}
THREAD = "/admin/support/thread/"
CANNED = "/admin/support/cannedreply/"
TOPIC = "/admin/support/helptopic/"
RESOURCE = "/admin/support/resource/"
ROUTES = {
    THREAD: AGENTS,
    f"{THREAD}metrics/": AGENTS,
    f"{THREAD}next/": "leads agents on",
    f"{THREAD}add/": NOBODY,
    f"{THREAD}<thread>/change/": AGENTS,
    f"{THREAD}<thread>/history/": AGENTS,
    f"{THREAD}<thread>/delete/": NOBODY,
    f"{THREAD}<thread>/reply/": "sent by agents",
    f"{THREAD}<thread>/assign/": "sent by agents",
    f"{THREAD}<thread>/close/": "sent by agents",
    f"{THREAD}<thread>/reopen/": "sent by agents",
    f"{THREAD}<thread>/publish/<message>/": AGENTS,
    CANNED: AGENTS,
    f"{CANNED}add/": AGENTS,
    f"{CANNED}<canned>/change/": AGENTS,
    f"{CANNED}<canned>/history/": AGENTS,
    f"{CANNED}<canned>/delete/": "boss",
    TOPIC: "both",
    f"{TOPIC}add/": "both",
    f"{TOPIC}<topic>/change/": "both",
    f"{TOPIC}<topic>/history/": "both",
    f"{TOPIC}<topic>/delete/": "boss",
    f"{TOPIC}<topic>/preview/": "both",
    RESOURCE: EDITORS,
    f"{RESOURCE}add/": EDITORS,
    f"{RESOURCE}<resource>/change/": EDITORS,
    f"{RESOURCE}<resource>/history/": EDITORS,
    f"{RESOURCE}<resource>/delete/": "boss",
}
# Pages of the frame: they show staff what they may see, and nothing else.
FRAME = {
    "/admin/": 200,
    "/admin/login/": 302,
    "/admin/logout/": 405,
    "/admin/jsi18n/": 200,
    "/admin/search/": 200,
    "/admin/password_change/": 302,
    "/admin/password_change/done/": 200,
}


@pytest.fixture
def paths() -> dict[str, str]:
    """Every page of the table, by its route, with the ids of rows that are there."""
    thread = make_thread()
    answer = say(thread, make_agent())
    canned = CannedReply.objects.create(title="Thanks", text="Thank you!")
    topic = HelpTopic.objects.create(slug="a", topic="other", title="A?", text="B.")
    values = {
        "thread": thread.pk,
        "message": answer.pk,
        "canned": canned.pk,
        "topic": topic.pk,
        "resource": make_resource().pk,
    }
    return {route: path_of(route, values) for route in ROUTES}


def answers(client: Client, paths: dict[str, str]) -> dict[str, int]:
    return {route: client.get(path).status_code for route, path in paths.items()}


@pytest.mark.parametrize("column", [0, 1, 2], ids=["superuser", "editor", "agent"])
def test_each_role_gets_its_pages(paths: dict[str, str], column: int) -> None:
    user = (make_superuser, make_editor, make_agent)[column]()
    expected = {route: OPENS[whose][column] for route, whose in ROUTES.items()}
    assert answers(signed_in(user), paths) == expected


def test_learners_get_none_and_strangers_are_asked_to_sign_in(
    paths: dict[str, str],
) -> None:
    learner = Thread.objects.get().learner
    assert set(answers(signed_in(learner), paths).values()) == {403}
    for path in paths.values():
        response = Client().get(path)
        assert response.status_code == 302
        assert "/login/" in response.headers["Location"]


@pytest.mark.parametrize("name", ["reply", "assign", "close", "reopen"])
def test_editors_and_learners_change_nothing(paths: dict[str, str], name: str) -> None:
    path = paths[f"{THREAD}<thread>/{name}/"]
    thread = Thread.objects.get()
    before = (thread.status, thread.assigned_to_id, thread.messages.count())
    data = {"text": "x", "way": "answer", "to": ""}
    for user in (make_editor(), thread.learner):
        assert signed_in(user).post(path, data).status_code == 403
    assert Client().post(path, data).status_code == 302
    thread.refresh_from_db()
    after = (thread.status, thread.assigned_to_id, thread.messages.count())
    assert after == before


# --- nothing beyond the desk ----------------------------------------------------------


def shape(route: str) -> str:
    """Return a route without the names of its parameters."""
    return "/".join("<>" if part.startswith("<") else part for part in route.split("/"))


def routes_of_the_back_office() -> Iterator[str]:
    return (route for route in every_route() if route.startswith("/admin/"))


def is_catch_all(route: str) -> bool:
    # Old addresses without "change", wrong ones, and the way to a row's own page.
    return route.endswith(("/<object_id>/", "<url>")) or route.startswith("/admin/r/")


def test_the_table_has_every_page_of_the_desk() -> None:
    known = {shape(route) for route in ROUTES}
    routes = routes_of_the_back_office()
    own = {shape(one) for one in routes if "/support/" in one and not is_catch_all(one)}
    assert own - known == set()
    assert known - own == set()


def test_an_agent_opens_nothing_else() -> None:
    client, opened = signed_in(make_agent()), {}
    known = {shape(route) for route in ROUTES}
    for route in routes_of_the_back_office():
        if shape(route) in known or is_catch_all(route):
            continue
        path = "/".join("1" if "<" in part else part for part in route.split("/"))
        response = client.get(path)
        # The history of a row that is not there leads back to the first page.
        back = response.headers.get("Location") == "/admin/" and "<" in route
        if response.status_code not in (403, 404) and not back:
            opened[route] = response.status_code
    assert opened == FRAME


def test_the_nav_and_the_first_page_show_an_agent_the_desk_only() -> None:
    make_thread()
    response = signed_in(make_agent()).get(reverse("admin:index"))
    context: Any = response.context
    groups = {one["title"]: one["items"] for one in context["sidebar_navigation"]}
    assert list(groups) == ["Desk"]
    assert [one["title"] for one in groups["Desk"]] == [
        "Questions of learners",
        "Canned replies",
        "Help topics",
        "Desk in numbers",
    ]
    assert [one.title for one in context["tiles"]] == [
        "Waiting threads",
        "First response",
    ]


def test_an_agent_sees_the_desk_s_models_and_no_others() -> None:
    client = signed_in(make_agent())
    assert client.get("/admin/support/").status_code == 200
    for app in ("exams", "accounts", "achievements", "auth"):
        assert client.get(f"/admin/{app}/").status_code == 404
    registered = (
        one for one in admin.site._registry if one._meta.app_label == "support"
    )
    assert set(registered) == {Thread, CannedReply, HelpTopic, Resource}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("changelist", "Questions of learners"), ("metrics", "Desk in numbers")],
)
def test_one_entry_of_the_nav_is_the_one_that_is_open(name: str, expected: str) -> None:
    response = signed_in(make_agent()).get(reverse(f"admin:support_thread_{name}"))
    context: Any = response.context
    items = [one for group in context["sidebar_navigation"] for one in group["items"]]
    assert [one["title"] for one in items if one["active"]] == [expected]
