"""Who may see which page of the back office, and under which policy."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from exams.models import Attempt, Test
from tests.exams.back_office import (
    make_agent,
    make_editor,
    make_superuser,
    signed_in,
)
from tests.exams.factories import make_attempt, make_learner, make_test

pytestmark = pytest.mark.django_db

LISTS = {
    #                     superuser editor agent
    "exams_certification": (200, 200, 403),
    "exams_question": (200, 200, 403),
    "exams_test": (200, 200, 403),
    "exams_release": (200, 200, 403),
    "exams_attempt": (200, 403, 403),
    "accounts_user": (200, 403, 403),
    "auth_group": (200, 403, 403),
}
ADDS = {
    "exams_certification": (200, 200, 403),
    "exams_question": (200, 200, 403),
    "exams_test": (200, 200, 403),
    "exams_release": (403, 403, 403),
    "exams_attempt": (403, 403, 403),
    "accounts_user": (200, 403, 403),
    "auth_group": (200, 403, 403),
}
OF_ONE_ROW = {
    "exams_certification_change": (200, 200, 403),
    "exams_question_change": (200, 200, 403),
    "exams_question_preview": (200, 200, 403),
    "exams_test_change": (200, 200, 403),
    "exams_test_preview": (200, 200, 403),
    "exams_test_publish": (200, 200, 403),
    "exams_release_change": (200, 200, 403),
    "exams_release_preview": (200, 200, 403),
    "exams_attempt_change": (200, 403, 403),
    "exams_certification_delete": (200, 403, 403),
    "exams_question_delete": (403, 403, 403),  # its certification has a release
    "exams_test_delete": (200, 403, 403),
    "exams_release_delete": (403, 403, 403),
    "exams_attempt_delete": (403, 403, 403),
}


@pytest.fixture
def attempt() -> Attempt:
    return make_attempt()


@pytest.fixture
def urls(attempt: Attempt) -> dict[str, tuple[str, tuple[int, int, int]]]:
    """Every page: its address and what it answers superuser, editor and agent."""
    test = attempt.test
    ids = {
        "certification": test.certification_id,
        "question": test.questions.values_list("pk", flat=True)[0],
        "test": test.pk,
        "release": attempt.release_id,
        "attempt": attempt.pk,
    }
    rows = {name: ids[name.split("_")[1]] for name in OF_ONE_ROW}
    return (
        {f"{n}_list": (reverse(f"admin:{n}_changelist"), s) for n, s in LISTS.items()}
        | {f"{n}_add": (reverse(f"admin:{n}_add"), s) for n, s in ADDS.items()}
        | {
            name: (reverse(f"admin:{name}", args=[rows[name]]), statuses)
            for name, statuses in OF_ONE_ROW.items()
        }
        | {"index": (reverse("admin:index"), (200, 200, 200))}
    )


def answers(client: Client, urls: dict[str, Any]) -> dict[str, int]:
    return {name: client.get(url).status_code for name, (url, _) in urls.items()}


@pytest.mark.parametrize("column", [0, 1, 2], ids=["superuser", "editor", "agent"])
def test_each_role_gets_its_pages(urls: dict[str, Any], column: int) -> None:
    user = (make_superuser, make_editor, make_agent)[column]()
    expected = {name: statuses[column] for name, (_, statuses) in urls.items()}
    assert answers(signed_in(user), urls) == expected


def test_a_learner_gets_no_page(urls: dict[str, Any], attempt: Attempt) -> None:
    assert set(answers(signed_in(attempt.learner), urls).values()) == {403}


def test_somebody_who_is_not_signed_in_is_sent_to_the_one_sign_in(
    urls: dict[str, Any],
) -> None:
    for url, _ in urls.values():
        response = Client().get(url, follow=True)
        *_, (address, status) = response.redirect_chain
        assert status == 302
        assert address == f"{reverse('account_login')}?next={url.replace('/', '%2F')}"


def test_staff_without_a_group_see_only_the_first_page(urls: dict[str, Any]) -> None:
    client = signed_in(make_learner(is_staff=True))
    got = answers(client, urls)
    assert got.pop("index") == 200
    assert set(got.values()) == {403}
    assert "nothing is open to you" in client.get(reverse("admin:index")).text


@pytest.mark.parametrize("name", ["preview", "publish"])
@pytest.mark.parametrize("pk", ["999999", "abc"])
def test_a_page_of_no_test_is_404(name: str, pk: str) -> None:
    response = signed_in(make_superuser()).get(f"/admin/exams/test/{pk}/{name}/")
    assert response.status_code == 404


# --- signing in and out ---------------------------------------------------------------


def test_django_s_own_sign_in_form_tries_no_password() -> None:
    make_learner(email="staff@example.com", password="a long one", is_staff=True)
    data = {"username": "staff@example.com", "password": "a long one"}
    client = Client()
    response = client.post(reverse("admin:login"), data)
    assert response.headers["Location"].startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_nor_for_staff_who_are_signed_in() -> None:
    other = make_learner(password="a long one", is_staff=True, is_superuser=True)
    client = signed_in(make_editor())
    before = client.session["_auth_user_id"]
    data = {"username": other.email, "password": "a long one"}
    response = client.post(reverse("admin:login"), data)
    assert response.headers["Location"] == reverse("admin:index")
    assert client.session["_auth_user_id"] == before


def test_the_way_on_never_leads_to_another_site() -> None:
    client = signed_in(make_editor())
    url = reverse("admin:login") + "?next=https://example.org/"
    assert client.get(url).headers["Location"] == reverse("admin:index")


def test_signing_out_needs_a_post_and_ends_the_session() -> None:
    client = signed_in(make_editor())
    assert client.get(reverse("admin:logout")).status_code == 405
    response = client.post(reverse("admin:logout"))
    assert response.headers["Location"] == reverse("home")
    assert "_auth_user_id" not in client.session


def test_the_password_is_changed_where_everybody_changes_it() -> None:
    response = signed_in(make_editor()).get(reverse("admin:password_change"))
    assert response.headers["Location"] == reverse("account_change_password")


# --- the content security policy ------------------------------------------------------


def policy(client: Client, url: str) -> dict[str, str]:
    header = client.get(url).headers["Content-Security-Policy"]
    parts = (part.strip().partition(" ") for part in header.split(";"))
    return {name: value for name, _, value in parts}


def test_only_the_back_office_may_evaluate_and_style_inline() -> None:
    client = signed_in(make_superuser())
    inside = policy(client, reverse("admin:index"))
    assert inside["script-src"] == "'self' 'unsafe-eval'"
    assert inside["style-src"] == "'self' 'unsafe-inline'"
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    strict = {name: " ".join(values) for name, values in directives.items()}
    loose = {"script-src", "style-src"}
    assert {n: v for n, v in inside.items() if n not in loose} == {
        n: v for n, v in strict.items() if n not in loose
    }


@pytest.mark.parametrize("page", ["question", "test", "release"])
def test_a_preview_has_the_policy_of_the_learner_s_pages(page: str) -> None:
    test: Test = make_test()
    assert test.current_release_id
    pk = {
        "question": test.questions.values_list("pk", flat=True)[0],
        "test": test.pk,
        "release": test.current_release_id,
    }[page]
    url = reverse(f"admin:exams_{page}_preview", args=[pk])
    got = policy(signed_in(make_editor()), url)
    assert got["script-src"] == got["style-src"] == "'self'"
