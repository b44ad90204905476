"""Changing one's e-mail address."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.people import (
    PASSWORD,
    last_mail,
    link_in,
    make_person,
    prove,
    sign_in,
)

pytestmark = pytest.mark.django_db

URL = "/account/email/"
NEW = "new@example.com"


@pytest.fixture
def user() -> User:
    return make_person(email="old@example.com")


@pytest.fixture
def browser(user: User) -> Client:
    client = sign_in(user)
    prove(client)
    return client


def ask_for(browser: Client, email: str) -> None:
    browser.post(URL, {"email": email, "action_add": ""})


def test_it_asks_who_you_are_first(user: User) -> None:
    response = sign_in(user).post(URL, {"email": NEW, "action_add": ""})
    assert response["Location"].startswith("/account/reauthenticate/")
    assert not mail.outbox


def test_the_old_address_stays_until_the_new_one_is_confirmed(
    browser: Client, user: User
) -> None:
    ask_for(browser, "New@Example.com")
    user.refresh_from_db()
    assert user.email == "old@example.com"
    assert NEW in browser.get("/account/").text
    browser.post(link_in(last_mail().body))
    user.refresh_from_db()
    assert user.email == NEW
    addresses = EmailAddress.objects.values_list("email", "verified", "primary")
    assert list(addresses) == [(NEW, True, True)]


def test_the_old_address_hears_of_the_change(browser: Client) -> None:
    ask_for(browser, NEW)
    browser.post(link_in(last_mail().body))
    assert last_mail().to == ["old@example.com"]
    assert NEW in last_mail().body


def test_the_change_can_be_called_off(browser: Client, user: User) -> None:
    ask_for(browser, NEW)
    path = link_in(last_mail().body)
    browser.post(URL, {"email": NEW, "action_remove": ""})
    assert Client().post(path).status_code == 404
    user.refresh_from_db()
    assert user.email == "old@example.com"


def test_an_address_of_somebody_else_is_never_taken(
    browser: Client, user: User
) -> None:
    owner = make_person(email=NEW)
    ask_for(browser, NEW)
    for message in mail.outbox:
        if "/account/confirm-email/" in message.body:
            browser.post(link_in(message.body))
    user.refresh_from_db()
    assert user.email == "old@example.com"
    assert User.objects.get(email=NEW) == owner


def test_an_account_that_never_proved_its_address_gives_way(
    browser: Client, user: User
) -> None:
    squatter = User.objects.create_user(NEW, "x", display_name="Squatter")
    ask_for(browser, NEW)
    browser.post(link_in(last_mail().body))
    user.refresh_from_db()
    assert user.email == NEW
    assert not User.objects.filter(pk=squatter.pk).exists()


def test_staff_keep_an_address_that_they_have_not_proved_yet(
    browser: Client, user: User
) -> None:
    User.objects.create_superuser(NEW, "x", display_name="Staff")
    ask_for(browser, NEW)
    response = browser.post(link_in(last_mail().body), follow=True)
    assert response.status_code == 200
    user.refresh_from_db()
    assert user.email == "old@example.com"


def test_somebody_with_a_second_step_can_change_it_too(
    browser: Client, user: User
) -> None:
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    ask_for(browser, NEW)
    browser.post(link_in(last_mail().body))
    user.refresh_from_db()
    assert user.email == NEW


def test_wanting_an_address_keeps_nobody_from_signing_up_with_it(
    browser: Client, user: User
) -> None:
    ask_for(browser, NEW)
    owner = {"email": NEW, "display_name": "Owner", "password1": PASSWORD}
    Client().post("/account/signup/", owner)
    assert User.objects.get(email=NEW).display_name == "Owner"
    assert EmailAddress.objects.filter(user=user).count() == 1


@pytest.mark.parametrize("email", ["no address", "", "old@example.com"])
def test_a_wrong_address_is_refused_with_its_reason(
    browser: Client, email: str
) -> None:
    response = browser.post(URL, {"email": email, "action_add": ""})
    assert response.context["form"].errors["email"]
