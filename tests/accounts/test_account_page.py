"""The account page and what it changes."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts import forms
from accounts.models import User
from tests.accounts.people import make_person

pytestmark = pytest.mark.django_db

URL = "/account/"


@pytest.fixture
def user(client: Client) -> User:
    user = make_person(display_name="Ann", email="ann@example.com")
    client.force_login(user)
    return user


def change(client: Client, setting: str, **data: str) -> Any:
    return client.post(f"/account/settings/{setting}/", data)


def test_strangers_are_asked_to_sign_in(client: Client) -> None:
    assert client.get(URL)["Location"] == "/account/login/?next=/account/"
    response = change(client, "theme", theme="dark")
    assert response["Location"].startswith("/account/login/")


@pytest.mark.usefixtures("user")
def test_it_shows_who_one_is(client: Client) -> None:
    text = client.get(URL).text
    assert 'value="Ann"' in text
    assert "ann@example.com" in text


def test_it_takes_four_queries(
    client: Client, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(URL)  # The session is cached from here on.
    # The user, the ways to sign in, an address that waits; level and streak.
    with django_assert_num_queries(4):
        client.get(URL)


@pytest.mark.parametrize(
    ("setting", "field", "value", "stored"),
    [
        ("name", "display_name", "Ann of Cleves", "Ann of Cleves"),
        ("name", "display_name", "ANN", "ANN"),
        ("time-zone", "time_zone", "Asia/Tokyo", "Asia/Tokyo"),
        ("theme", "theme", "dark", "dark"),
        ("extra-time", "extra_time", "150", 150),
    ],
)
def test_a_change_is_kept(
    client: Client, user: User, setting: str, field: str, value: str, stored: object
) -> None:
    response = change(client, setting, **{field: value})
    assert response["Location"] == f"/account/#{setting}"
    user.refresh_from_db()
    assert getattr(user, field) == stored


@pytest.mark.parametrize(
    ("setting", "field", "value"),
    [
        ("name", "display_name", ""),
        ("name", "display_name", "<b>"),
        ("time-zone", "time_zone", "Mars/Olympus"),
        ("theme", "theme", "pink"),
        ("extra-time", "extra_time", "500"),
        ("extra-time", "extra_time", "-1"),
    ],
)
def test_a_wrong_value_is_refused_with_its_reason(
    client: Client, user: User, setting: str, field: str, value: str
) -> None:
    before = getattr(user, field)
    response = change(client, setting, **{field: value})
    assert response.status_code == 422
    form = response.context["forms"][setting.replace("-", "_")]
    assert form.errors[field]
    assert form.errors[field][0].replace("“", "") in response.text.replace("&quot;", "")
    user.refresh_from_db()
    assert getattr(user, field) == before


def test_nobody_travels_more_often_than_a_few_times_a_day(
    client: Client, user: User
) -> None:
    zones = ["Asia/Tokyo", "Europe/Berlin"] * 3
    for zone in zones:
        # What is refused or changes nothing counts for nothing.
        assert change(client, "time-zone", time_zone="Mars/X").status_code == 422
        assert change(client, "time-zone", time_zone=zone).status_code == 302
        r = change(client, "time-zone", time_zone=zone)
        assert r.status_code == 302, r.context["forms"]["time_zone"].errors
    response = change(client, "time-zone", time_zone="Asia/Tokyo")
    assert response.status_code == 422
    assert "six changes within a day" in response.text
    user.refresh_from_db()
    assert user.time_zone == "Europe/Berlin"


def test_one_card_changes_nothing_of_another(client: Client, user: User) -> None:
    change(client, "theme", theme="dark", display_name="Mallory", is_staff="on")
    user.refresh_from_db()
    assert (user.theme, user.display_name, user.is_staff) == ("dark", "Ann", False)


@pytest.mark.parametrize("name", ["Bob", "BOB", " bob "])
def test_a_name_of_somebody_else_is_refused_plainly(
    client: Client, user: User, name: str
) -> None:
    make_person(display_name="Bob")
    response = change(client, "name", display_name=name)
    assert response.status_code == 422
    assert forms.NAME_TAKEN in response.text
    user.refresh_from_db()
    assert user.display_name == "Ann"


@pytest.fixture
def _blind_first_look() -> Iterator[None]:
    """Let the first look for the name find nobody: somebody is faster by a hair."""
    really = forms.require_free_name
    looks = iter([lambda name, **_: name])

    def look(name: str, *, user: User | None = None) -> str:
        return next(looks, really)(name, user=user)

    with (
        mock.patch.object(forms, "require_free_name", look),
        mock.patch.object(User, "validate_constraints"),
    ):
        yield


@pytest.mark.usefixtures("_blind_first_look")
def test_who_comes_second_by_a_hair_is_told_that_the_name_is_taken(
    client: Client, user: User
) -> None:
    make_person(display_name="Bob")
    response = change(client, "name", display_name="bob")
    assert response.status_code == 422
    assert forms.NAME_TAKEN in response.text
    user.refresh_from_db()
    assert user.display_name == "Ann"


@pytest.mark.usefixtures("user")
def test_no_cache_keeps_it(client: Client) -> None:
    assert "no-store" in client.get(URL)["Cache-Control"]


def test_the_theme_stands_on_the_page(client: Client, user: User) -> None:
    change(client, "theme", theme="dark")
    assert '<html lang="en" data-theme="dark">' in client.get(URL).text


@pytest.mark.usefixtures("user")
def test_an_unknown_setting_is_404_and_a_get_is_405(client: Client) -> None:
    assert change(client, "shoe-size", shoe_size="42").status_code == 404
    assert client.get("/account/settings/theme/").status_code == 405
    assert client.post(URL).status_code == 405


def test_changes_need_the_token_of_the_form(user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert change(strict, "theme", theme="dark").status_code == 403
