"""Delete my account."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import privacy
from accounts.models import User
from tests.accounts.people import PASSWORD, last_mail, make_person, prove, sign_in
from tests.exams.factories import make_attempt, make_test
from tests.exams.racing import send

pytestmark = pytest.mark.django_db

URL = "/account/delete/"


def delete(
    client: Client, password: str = PASSWORD, confirmation: str = "delete"
) -> Any:
    return client.post(URL, {"password": password, "confirmation": confirmation})


def everything_stored() -> Iterator[str]:
    """Yield every value of every row of the database."""
    for model in apps.get_models():
        for row in model._default_manager.values_list():
            yield from map(str, row)


@pytest.fixture
def user() -> User:
    """Somebody who left a trace in every kind of table."""
    user = make_person(email="zaphod@example.com", display_name="Zaphod Beeblebrox")
    send(make_attempt(user, make_test()), 0, (1,))
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "s"})
    staff = make_person(is_staff=True)
    for row in (user, EmailAddress.objects.get(user=user)):
        LogEntry.objects.create(
            user=staff,
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=str(row),
            action_flag=CHANGE,
            change_message="Changed Zaphod",
        )
    return user


def browser_of(user: User) -> Client:
    """Sign in past the second step, which is not what is tested here."""
    Authenticator.objects.filter(user=user).delete()
    return sign_in(user, HTTP_USER_AGENT="Zaphod's browser")


def test_it_removes_every_trace(user: User) -> None:
    key = user.pk
    response = delete(browser_of(user))
    assert response["Location"] == "/"
    left = [value for value in everything_stored() if "zaphod" in value.lower()]
    assert left == []
    gone = User(pk=key)
    for table in privacy.tables():
        assert not table.rows_of(gone).exists(), table.model


def test_it_leaves_everybody_else_alone(user: User) -> None:
    other = make_person()
    attempt = make_attempt(other, make_test())
    delete(browser_of(user))
    other.refresh_from_db()
    attempt.refresh_from_db()
    assert EmailAddress.objects.filter(user=other).exists()


def test_it_signs_out_here_and_everywhere(user: User) -> None:
    here, elsewhere = browser_of(user), browser_of(user)
    delete(here)
    for browser in (here, elsewhere):
        assert browser.get("/account/").status_code == 302
    assert not Session.objects.exists()


def test_it_says_so_on_the_page_and_by_mail(user: User) -> None:
    browser = browser_of(user)
    response = browser.post(
        URL, {"password": PASSWORD, "confirmation": " Delete "}, follow=True
    )
    assert "Your account and everything in it is deleted." in response.text
    assert last_mail().to == ["zaphod@example.com"]
    assert "is deleted" in last_mail().subject


@pytest.mark.parametrize(
    ("password", "confirmation", "field"),
    [
        ("wrong", "delete", "password"),
        ("", "delete", "password"),
        (PASSWORD, "", "confirmation"),
        (PASSWORD, "yes", "confirmation"),
    ],
)
def test_without_password_and_word_nothing_happens(
    user: User, password: str, confirmation: str, field: str
) -> None:
    response = delete(browser_of(user), password, confirmation)
    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert User.objects.filter(pk=user.pk).exists()


def test_guessing_the_password_here_ends_after_five_attempts(user: User) -> None:
    browser = browser_of(user)
    for _ in range(5):
        delete(browser, "a guess")
    response = delete(browser)
    assert response.status_code == 422
    assert "Wait five minutes" in response.text
    assert User.objects.filter(pk=user.pk).exists()


def test_who_has_no_password_proves_it_another_way() -> None:
    user = make_person()
    client = sign_in(user)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    response = client.post(URL, {"confirmation": "delete"})
    assert response["Location"].startswith("/account/two-step/reauthenticate/")
    assert User.objects.filter(pk=user.pk).exists()


def test_the_page_itself_deletes_nothing(user: User) -> None:
    assert browser_of(user).get(URL).status_code == 200
    assert User.objects.filter(pk=user.pk).exists()


def test_strangers_are_asked_to_sign_in(client: Client) -> None:
    assert delete(client)["Location"].startswith("/account/login/")


def test_it_needs_the_token_of_the_form(user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert delete(strict).status_code == 403


def test_proving_who_one_is_is_not_enough(user: User) -> None:
    browser = browser_of(user)
    prove(browser)
    assert delete(browser, password="").status_code == 422
