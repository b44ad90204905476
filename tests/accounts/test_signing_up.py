"""Making an account."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.core import mail
from django.test import Client

from accounts import forms
from accounts.models import User
from tests.accounts.people import PASSWORD, last_mail, link_in, make_person, sign_in

pytestmark = pytest.mark.django_db

URL = "/account/signup/"


def sign_up(client: Client, **fields: Any) -> Any:
    data = {
        "email": "ann@example.com",
        "display_name": "Ann",
        "password1": PASSWORD,
        "time_zone": "Europe/Berlin",
    }
    return client.post(URL, data | fields)


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def test_an_account_is_made_with_name_and_time_zone(client: Client) -> None:
    response = sign_up(client, email="Ann@Example.com")
    assert response["Location"] == "/account/confirm-email/"
    user = User.objects.get()
    assert (user.email, user.display_name) == ("ann@example.com", "Ann")
    assert user.time_zone == "Europe/Berlin"
    assert user.check_password(PASSWORD)
    assert not user.is_staff


def test_nobody_is_signed_in_before_the_address_is_confirmed(client: Client) -> None:
    sign_up(client)
    assert "_auth_user_id" not in client.session
    response = client.post(
        "/account/login/", {"login": "ann@example.com", "password": PASSWORD}
    )
    assert response["Location"] == "/account/confirm-email/"
    assert "_auth_user_id" not in client.session


def test_the_link_in_the_mail_confirms_and_signs_in(client: Client) -> None:
    sign_up(client)
    path = link_in(last_mail().body)
    assert b"Yes, it is mine" in client.get(path).content
    assert client.post(path)["Location"] == "/"
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_the_link_alone_signs_nobody_in_on_another_device(client: Client) -> None:
    sign_up(client)
    elsewhere = Client()
    elsewhere.post(link_in(last_mail().body))
    assert "_auth_user_id" not in elsewhere.session
    sign_in(User.objects.get())


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "x" * 5000])
def test_an_unknown_time_zone_becomes_utc(client: Client, zone: str) -> None:
    sign_up(client, time_zone=zone)
    assert User.objects.get().time_zone == "UTC"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("email", "no address", "invalid"),
        ("email", "", "required"),
        ("display_name", "", "required"),
        ("display_name", "ab", "min_length"),
        ("display_name", "x" * 31, "max_length"),
        ("display_name", "<script>", "invalid"),
        ("display_name", " .. ", "min_length"),
        ("password1", "", "required"),
        ("password1", "too short", "password_too_short"),
        ("password1", "password1234", "password_too_common"),
        ("password1", "839201746553", "password_entirely_numeric"),
        ("password1", "ann@example.com", "password_too_similar"),
    ],
)
def test_a_wrong_value_is_refused_with_its_reason(
    client: Client, field: str, value: str, code: str
) -> None:
    response = sign_up(client, **{field: value})
    assert code in {e.code for e in response.context["form"].errors.as_data()[field]}
    assert not User.objects.exists()


def test_a_password_like_the_name_is_refused(client: Client) -> None:
    response = sign_up(client, display_name="Annabella S", password1="annabella-s")
    assert "password1" in errors(response)


@pytest.mark.parametrize("name", ["ann", "ANN", " Ann ", "\uff21nn"])
def test_a_name_that_looks_the_same_is_taken(client: Client, name: str) -> None:
    make_person(display_name="Ann")
    response = sign_up(client, display_name=name)
    assert errors(response) == {"display_name": [forms.NAME_TAKEN]}


def test_spaces_in_a_name_count_once(client: Client) -> None:
    sign_up(client, display_name="Ann   of \t Cleves")
    assert User.objects.get().display_name == "Ann of Cleves"


def test_an_address_with_an_account_looks_like_any_other(client: Client) -> None:
    make_person(email="ann@example.com", display_name="Somebody")
    response = sign_up(client, email="ANN@example.com")
    assert response["Location"] == "/account/confirm-email/"
    assert User.objects.count() == 1
    assert "already have an account" in last_mail().subject
    assert "/account/password/reset/" in last_mail().body


@pytest.fixture
def _blind_first_look() -> Iterator[None]:
    """Let the first look for the name find nobody: somebody is faster by a hair."""
    really = forms.require_free_name
    looks = iter([lambda name, **_: name])

    def look(name: str, **options: Any) -> str:
        return next(looks, really)(name, **options)

    with mock.patch.object(forms, "require_free_name", look):
        yield


@pytest.mark.usefixtures("_blind_first_look")
def test_who_comes_second_by_a_hair_is_told_that_the_name_is_taken(
    client: Client,
) -> None:
    make_person(display_name="Ann")
    response = sign_up(client, display_name="ANN")
    assert errors(response) == {"display_name": [forms.NAME_TAKEN]}
    assert User.objects.count() == 1
    assert not mail.outbox


def test_somebody_who_is_signed_in_is_sent_on(client: Client) -> None:
    assert sign_in(make_person()).get(URL)["Location"] == "/"


def test_too_many_sign_ups_from_one_address_get_a_429_page(client: Client) -> None:
    statuses = [sign_up(client, email="").status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    response = sign_up(client)
    assert int(response["Retry-After"]) >= 1
    assert b"That was too fast" in response.content
