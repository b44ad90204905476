"""Resetting, changing and choosing a password."""

import pytest
from django.core import mail
from django.test import Client

from tests.accounts.people import PASSWORD, last_mail, link_in, make_person, sign_in

pytestmark = pytest.mark.django_db

NEW = "another fine long password"


def ask_for_reset(client: Client, email: str) -> None:
    response = client.post("/account/password/reset/", {"email": email})
    assert response["Location"] == "/account/password/reset/done/"


def reset(client: Client, path: str) -> None:
    form = client.get(path, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW})


def test_the_link_in_the_mail_lets_choose_a_new_password(client: Client) -> None:
    user = make_person()
    ask_for_reset(client, user.email.upper())
    reset(client, link_in(last_mail().body))
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_the_link_works_once(client: Client) -> None:
    user = make_person()
    ask_for_reset(client, user.email)
    path = link_in(mail.outbox[0].body)
    reset(client, path)
    assert "does not work any more" in Client().get(path, follow=True).text


def test_the_owner_hears_of_the_change(client: Client) -> None:
    user = make_person()
    ask_for_reset(client, user.email)
    reset(client, link_in(last_mail().body))
    assert last_mail().to == [user.email]
    assert "reset" in last_mail().body
    assert "http://testserver/account/password/reset/" in last_mail().body


def test_an_unknown_address_gets_the_same_page_and_a_mail_of_its_own(
    client: Client,
) -> None:
    ask_for_reset(client, "nobody@example.com")
    assert "No account" in last_mail().subject


def test_a_reset_ends_the_sessions_on_other_devices(client: Client) -> None:
    user = make_person()
    elsewhere = sign_in(user)
    ask_for_reset(client, user.email)
    reset(client, link_in(last_mail().body))
    assert elsewhere.get("/account/").status_code == 302


def test_changing_it_takes_the_current_one() -> None:
    user = make_person()
    client = sign_in(user)
    url = "/account/password/change/"
    response = client.post(url, {"oldpassword": "wrong", "password1": NEW})
    assert "oldpassword" in response.context["form"].errors
    response = client.post(url, {"oldpassword": PASSWORD, "password1": NEW})
    assert response["Location"] == "/account/"
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_changing_it_keeps_this_session_and_ends_the_others() -> None:
    user = make_person()
    here, elsewhere = sign_in(user), sign_in(user)
    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW})
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_somebody_without_a_password_may_choose_one(client: Client) -> None:
    user = make_person(password=None)
    client.force_login(user)
    assert "Choose" in client.get("/account/").text
    response = client.post("/account/password/set/", {"password1": NEW})
    assert response["Location"] == "/account/"
    user.refresh_from_db()
    assert user.check_password(NEW)
