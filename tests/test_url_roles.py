"""Who gets what at each address: one table of route and role.

The back office has its own table (tests/exams/test_admin_access.py).
Each row has a route, a method, and the status for an anonymous visitor, a stranger (a
learner who owns nothing of it), the owner, a content editor and a superuser. A route
without a row fails.
"""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from achievements.models import Profile
from exams import services
from support.mailing import mail_token
from support.models import Attachment, HelpTopic
from support.uploads import checked
from tests.exams.factories import make_attempt, make_learner, make_test
from tests.support.factories import make_thread
from tests.url_patterns import every_route, path_of

ROLES = ("anonymous", "stranger", "owner", "editor", "superuser")

# What most addresses do, in the order of ROLES. 302 leads an anonymous visitor to the
# sign-in; what another learner owns is 404 for everybody else, staff as well.
ALL = (200, 200, 200, 200, 200)
SIGNED_IN = (302, 200, 200, 200, 200)
SIGNED_OUT = (200, 302, 302, 302, 302)
ELSEWHERE = (302, 302, 302, 302, 302)
OWN = (302, 404, 200, 404, 404)
API_OWN = (401, 404, 200, 404, 404)
API_SIGNED_IN = (401, 200, 200, 200, 200)
MISSING = (302, 404, 404, 404, 404)

TABLE: dict[str, list[tuple[str, tuple[int, ...]]]] = {
    "/": [("get", ALL), ("post", (405,) * 5)],
    "/livez": [("get", ALL)],
    "/readyz": [("get", ALL)],
    "/certifications/": [("get", ALL)],
    "/certifications/<slug>/": [("get", ALL)],
    "/certifications/<slug>/tests/<number>/start/": [
        ("post", ELSEWHERE),
        ("get", (405,) * 5),
    ],
    "/attempts/": [("get", SIGNED_IN)],
    "/attempts/<pk>/": [("get", (302, 404, 302, 404, 404)), ("post", (405,) * 5)],
    "/attempts/<pk>/result/": [("get", OWN)],
    "/attempts/<pk>/review/": [("get", OWN)],
    "/attempts/<pk>/practise/": [("get", OWN)],
    # Nobody has counted it yet.
    "/attempts/<pk>/earned/": [
        ("get", (302, 404, 202, 404, 404)),
        ("post", (405,) * 5),
    ],
    "/achievements/": [("get", SIGNED_IN), ("post", (405,) * 5)],
    "/leaderboard/": [("get", SIGNED_IN), ("post", (405,) * 5)],
    # What everybody may see of the owner.
    "/learners/<pk>/": [("get", ALL), ("post", (405,) * 5)],
    "/account/profile/": [("get", SIGNED_IN), ("post", ELSEWHERE)],
    "/samples/<index>/": [("post", (404,) * 5), ("get", (405,) * 5)],
    "/api/": [("get", (404,) * 5)],
    "/api/docs": [("get", ALL)],
    "/api/openapi.json": [("get", ALL)],
    "/api/attempts": [("post", (401, 422, 422, 422, 422)), ("get", (405,) * 5)],
    "/api/attempts/<attempt_id>": [("get", API_OWN)],
    "/api/attempts/<attempt_id>/answers": [("post", (401,) * 5)],
    "/api/attempts/<attempt_id>/sync": [("post", (401, 404, 409, 404, 404))],
    "/api/attempts/<attempt_id>/finish": [("post", API_OWN)],
    "/api/attempts/<attempt_id>/review": [("get", API_OWN)],
    "/api/releases/<release_id>/questions": [("get", (401, 422, 422, 422, 422))],
    "/account/": [("get", SIGNED_IN)],
    "/account/settings/<setting>/": [("post", (302, 404, 404, 404, 404))],
    "/account/export/": [("post", SIGNED_IN), ("get", (405,) * 5)],
    "/account/delete/": [("get", SIGNED_IN)],
    "/account/signup/": [("get", SIGNED_OUT)],
    "/account/login/": [("get", SIGNED_OUT)],
    "/account/logout/": [("get", SIGNED_IN)],
    "/account/inactive/": [("get", ALL)],
    "/account/email/": [("get", SIGNED_IN)],
    "/account/confirm-email/": [("get", ALL)],
    "/account/confirm-email/<key>/": [("get", ALL)],
    # These people have no password yet: they are led to choosing one.
    "/account/password/change/": [("get", ELSEWHERE)],
    "/account/password/reset/": [("get", ALL)],
    "/account/password/reset/done/": [("get", ALL)],
    "/account/password/reset/key/<uidb36>-<key>/": [("get", ALL)],
    "/account/password/reset/key/done/": [("get", ALL)],
    "/account/two-step/": [("get", SIGNED_IN)],
    "/account/sessions/": [("get", SIGNED_IN)],
    "/resources/": [("get", ALL), ("post", (405,) * 5)],
    "/resources/suggest/": [
        ("get", SIGNED_IN),
        ("post", (302, 422, 422, 422, 422)),
    ],
    # Every learner may keep what is shown to all; the id is none of these here.
    "/resources/<pk>/bookmark/": [("post", MISSING), ("get", (405,) * 5)],
    "/help/": [("get", ALL), ("post", (405,) * 5)],
    "/help/<slug>/": [("get", ALL), ("post", (405,) * 5)],
    "/account/mail/": [("get", SIGNED_IN), ("post", ELSEWHERE)],
    # The signed link is the proof, whoever has it.
    "/mail/<token>/": [("get", ALL), ("post", ALL), ("put", (405,) * 5)],
    "/api/threads": [
        ("get", API_SIGNED_IN),
        ("post", (401, 422, 422, 422, 422)),
    ],
    "/api/threads/<thread_id>": [("get", API_OWN)],
    "/api/threads/<thread_id>/messages": [("post", (401, 422, 422, 422, 422))],
    "/api/threads/<thread_id>/close": [("post", API_OWN), ("get", (405,) * 5)],
    "/api/threads/<thread_id>/reopen": [("post", API_OWN), ("get", (405,) * 5)],
    "/api/threads/<thread_id>/rating": [("post", (401, 422, 422, 422, 422))],
    "/ask/": [("get", SIGNED_IN), ("post", (405,) * 5)],
    "/ask/new/": [("get", SIGNED_IN), ("post", (302, 422, 422, 422, 422))],
    "/ask/suggestions/": [("get", SIGNED_IN), ("post", (405,) * 5)],
    "/ask/<pk>/": [("get", OWN), ("post", (302, 404, 422, 404, 404))],
    "/ask/<pk>/messages/": [("get", OWN), ("post", (405,) * 5)],
    "/ask/<pk>/close/": [("post", (302, 404, 302, 404, 404)), ("get", (405,) * 5)],
    "/ask/<pk>/reopen/": [("post", (302, 404, 302, 404, 404)), ("get", (405,) * 5)],
    "/ask/<pk>/rate/": [("post", (302, 404, 422, 404, 404)), ("get", (405,) * 5)],
    # Who may answer threads gets what stands in them; a superuser may.
    "/ask/attachments/<pk>/": [
        ("get", (302, 404, 200, 404, 200)),
        ("post", (405,) * 5),
    ],
    "/admin/": [("get", (302, 403, 403, 200, 200))],
}

# Only in the middle of something, or after a fresh sign-in: their tests are in
# tests/accounts. Here they must not show anything to who is not signed in.
STEPS = {
    "/account/reauthenticate/",
    "/account/password/set/",
    "/account/login/code/confirm/",
    "/account/two-step/authenticate/",
    "/account/two-step/reauthenticate/",
    "/account/two-step/totp/activate/",
    "/account/two-step/totp/deactivate/",
    "/account/two-step/recovery-codes/",
    "/account/two-step/recovery-codes/generate/",
    "/account/two-step/recovery-codes/download/",
    "/account/two-step/webauthn/",
    "/account/two-step/webauthn/add/",
    "/account/two-step/webauthn/reauthenticate/",
    "/account/two-step/webauthn/keys/<pk>/remove/",
    "/account/two-step/webauthn/keys/<pk>/edit/",
}
# Answers a script with the challenge of a passkey; tests/accounts covers it.
CHALLENGE = {"/account/two-step/webauthn/login/"}

ROWS = [(route, *row) for route, rows in TABLE.items() for row in rows]


@pytest.fixture
def world(db: None) -> dict[str, Any]:
    """Everybody, and a finished attempt of the owner's."""
    owner = make_learner()
    test = make_test()
    attempt = make_attempt(owner, test)
    services.finish_attempt(attempt=attempt, now=attempt.started_at)
    editor = make_learner(is_staff=True)
    editor.groups.add(Group.objects.get(name="Content editors"))
    people = {
        "stranger": make_learner(),
        "owner": owner,
        "editor": editor,
        "superuser": make_learner(is_staff=True, is_superuser=True),
    }
    values = {
        "attempt_id": attempt.pk,
        "pk": attempt.pk,
        "release_id": attempt.release_id,
        "slug": test.certification.slug,
        "number": test.number,
        "index": 0,
        "setting": "nothing",
        "key": "nonsense",
        "uidb36": "1",
        "token": mail_token(owner.pk, "answers"),
    }
    Profile.objects.create(learner=owner, is_public=True)
    thread = make_thread(owner, files=[checked("a.txt", b"text")])
    values["thread_id"] = thread.pk
    asked = {"pk": thread.pk}
    file = {"pk": Attachment.objects.get().pk}
    other_values = {"/learners/<pk>/": {"pk": owner.pk}}
    other_values |= {route: asked for route in TABLE if route.startswith("/ask/<pk>/")}
    other_values |= {"/ask/attachments/<pk>/": file}
    topic = HelpTopic.objects.create(
        slug="why", topic="other", title="Why?", text="So.", is_published=True
    )
    other_values |= {"/help/<slug>/": {"slug": topic.slug}}
    return {"people": people, "values": values, "other_values": other_values}


def client_of(world: dict[str, Any], role: str) -> Client:
    client = Client()
    if role != "anonymous":
        client.force_login(world["people"][role])
    return client


@pytest.mark.parametrize(
    ("route", "method", "expected"), ROWS, ids=[f"{m} {r}" for r, m, _ in ROWS]
)
def test_everybody_gets_what_the_table_says(
    route: str, method: str, expected: tuple[int, ...], world: dict[str, Any]
) -> None:
    values = world["values"] | world["other_values"].get(route, {})
    path = path_of(route, values)
    got = {}
    for role in ROLES:
        send = getattr(client_of(world, role), method)
        body = {"data": "{}", "content_type": "application/json"}
        as_json = method == "post" and path.startswith("/api/")
        got[role] = send(path, **(body if as_json else {})).status_code
    assert got == dict(zip(ROLES, expected, strict=True))


@pytest.mark.parametrize("route", sorted(STEPS))
def test_a_step_of_an_account_leads_visitors_away(
    route: str, world: dict[str, Any]
) -> None:
    response = Client().get(path_of(route, world["values"]))
    assert response.status_code == 302


def test_every_address_has_its_row() -> None:
    known = {*TABLE, *STEPS, *CHALLENGE}
    routes = {route for route in every_route() if not route.startswith("/admin/")}
    assert routes <= known
    assert known - {"/admin/"} <= routes
