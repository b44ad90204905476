"""Signing in and out."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.accounts.people import PASSWORD, make_person, sign_in

pytestmark = pytest.mark.django_db

URL = "/account/login/"


def post(client: Client, email: str, password: str, **more: str) -> Any:
    return client.post(URL, {"login": email, "password": password, **more})


def test_e_mail_and_password_sign_in(client: Client) -> None:
    user = make_person(email="ann@example.com")
    response = post(client, "Ann@Example.com", PASSWORD)
    assert response["Location"] == "/"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_it_goes_on_to_the_page_that_was_wanted(client: Client) -> None:
    user = make_person()
    wanted = client.get("/account/")["Location"]
    assert wanted == "/account/login/?next=/account/"
    assert (
        post(client, user.email, PASSWORD, next="/account/")["Location"] == "/account/"
    )


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example"])
def test_it_goes_to_no_other_site(client: Client, elsewhere: str) -> None:
    user = make_person()
    assert post(client, user.email, PASSWORD, next=elsewhere)["Location"] == "/"


def test_it_stays_signed_in_for_a_month(client: Client) -> None:
    post(client, make_person().email, PASSWORD)
    assert client.session.get_expiry_age() == timedelta(days=30).total_seconds()


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_password_says_no_more_than_an_unknown_address(
    client: Client, known: bool
) -> None:
    email = make_person().email if known else "nobody@example.com"
    response = post(client, email, "not the password")
    assert "We know no account with this e-mail and password" in response.text
    assert "_auth_user_id" not in client.session


def test_guessing_a_password_ends_after_five_attempts(client: Client) -> None:
    user = make_person()
    for _ in range(5):
        post(client, user.email, "a guess")
    response = post(client, user.email, PASSWORD)
    assert "Wait five minutes" in response.text
    assert "_auth_user_id" not in client.session


def test_another_account_is_unaffected_by_guesses(client: Client) -> None:
    user, other = make_person(), make_person()
    for _ in range(6):
        post(client, user.email, "a guess")
    assert post(client, other.email, PASSWORD).status_code == 302


def test_a_closed_account_cannot_sign_in(client: Client) -> None:
    user = make_person(is_active=False)
    response = post(client, user.email, PASSWORD)
    assert "_auth_user_id" not in client.session
    assert response.status_code in (200, 302)


def test_signing_out_takes_a_post() -> None:
    client = sign_in(make_person())
    assert client.get("/account/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post("/account/logout/")["Location"] == "/"
    assert "_auth_user_id" not in client.session


def test_signing_out_needs_the_token_of_the_form() -> None:
    user = make_person()
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post("/account/logout/").status_code == 403
    assert "_auth_user_id" in client.session
