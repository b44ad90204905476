"""Export my data."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.http import StreamingHttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.export import export_of
from accounts.models import User
from exams import services
from tests.accounts.people import make_person, sign_in
from tests.exams.factories import make_attempt, make_test
from tests.exams.racing import send

pytestmark = pytest.mark.django_db

URL = "/account/export/"


def text_of(response: Any) -> str:
    assert isinstance(response, StreamingHttpResponse)
    assert not response.is_async
    return b"".join(response).decode()


def read(response: Any) -> Any:
    return json.loads(text_of(response))


def exported(user: User) -> Any:
    return json.loads("".join(export_of(user, now=timezone.now())))


def test_it_comes_as_a_file_that_nobody_keeps() -> None:
    response = sign_in(make_person()).post(URL)
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"].startswith("attachment; filename=")
    assert response["Cache-Control"] == "no-store"
    read(response)


def test_it_tells_who_one_is_and_where_one_is_signed_in() -> None:
    user = make_person(display_name="Zoë “Z”", time_zone="Asia/Tokyo")
    data = read(sign_in(user, HTTP_USER_AGENT="Firefox/150").post(URL))
    assert data["site"] == "TestPrep"
    assert data["profile"][0]["display_name"] == "Zoë “Z”"
    assert data["profile"][0]["time_zone"] == "Asia/Tokyo"
    assert data["email_addresses"][0]["email"] == user.email
    assert data["sessions"][0]["user_agent"] == "Firefox/150"


def test_it_tells_every_answer_in_words() -> None:
    user = make_person()
    attempt = make_attempt(user, make_test())
    send(attempt, 4, (0, 2))
    services.finish_attempt(attempt=attempt, now=timezone.now())
    question = attempt.release.questions[4]
    told = exported(user)["attempts"][0]
    assert told["test"].startswith(attempt.test.certification.short_name)
    assert told["state"] == "finished"
    assert told["answers"][0]["number"] == 5
    assert told["answers"][0]["question"] in question["stem"]
    assert told["answers"][0]["chosen"] == [question["choices"][n] for n in (0, 2)]


def test_it_tells_no_keys() -> None:
    user = make_person()
    attempt = make_attempt(user, make_test(), mode="exam")
    send(attempt, 0, (1,))
    text = "".join(export_of(user, now=timezone.now()))
    for secret in (
        "EXPLANATION",
        "WHY",
        "TIP",
        "REFERENCE",
        '"key"',
        '"right_choices"',
    ):
        assert secret not in text


def test_it_tells_no_secrets() -> None:
    user = make_person()
    client = sign_in(user)
    Authenticator.objects.create(
        user=user, type="totp", data={"secret": "THE-TOTP-SECRET"}
    )
    text = text_of(client.post(URL))
    assert "THE-TOTP-SECRET" not in text
    assert user.password not in text
    assert str(client.session.session_key) not in text


def test_it_tells_how_one_s_passkeys_and_groups_are_called() -> None:
    user = make_person()
    user.groups.add(Group.objects.get(name="Content editors"))
    data = {"name": "Zaphod's phone", "credential": {"id": "THE-CREDENTIAL"}}
    Authenticator.objects.create(user=user, type="webauthn", data=data)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "SECRET"})
    told = exported(user)
    assert told["profile"][0]["groups"] == ["Content editors"]
    passkey, app = told["second_steps"]
    assert set(passkey) == {"type", "name", "created_at", "last_used_at"}
    assert (passkey["type"], passkey["name"]) == ("webauthn", "Zaphod's phone")
    assert (app["type"], app["name"]) == ("totp", None)


def test_it_tells_nothing_of_anybody_else() -> None:
    other = make_person()
    sign_in(other)
    make_attempt(other, make_test())
    data = exported(make_person())
    assert other.email not in json.dumps(data)
    assert data["attempts"] == data["sessions"] == []


def test_its_queries_do_not_grow_with_the_attempts(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    user = make_person()
    tests = [make_test() for _ in range(3)]
    for test in tests:
        make_attempt(user, test)
    exported(user)  # Releases are kept from here on.
    # Profile, groups, addresses, sessions, second steps, attempts, chunks, results; and
    # of the rewards XP, coins, statistics, misses, active days, time zones, choices,
    # leaderboards, achievements; and of the desk threads, mail, bookmarks, suggestions.
    with django_assert_num_queries(21):
        exported(user)


def test_strangers_get_nothing(client: Client) -> None:
    assert client.post(URL)["Location"].startswith("/account/login/")


def test_a_get_is_405() -> None:
    assert sign_in(make_person()).get(URL).status_code == 405


def test_asking_too_often_is_429() -> None:
    client = sign_in(make_person())
    statuses = [client.post(URL).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
