"""Authenticator app, recovery codes and sessions, without a browser."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from tests.accounts.people import PASSWORD, last_mail, make_person, prove, sign_in

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXP"


def code() -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(SECRET, counter))


@pytest.fixture
def user() -> User:
    """Somebody whose app is set up."""
    user = make_person()
    TOTP.activate(user, SECRET)
    return user


def give_password(user: User) -> Client:
    client = Client()
    response = client.post(
        "/account/login/", {"login": user.email, "password": PASSWORD}
    )
    assert response["Location"] == "/account/two-step/authenticate/"
    assert "_auth_user_id" not in client.session
    return client


def test_the_code_of_the_app_is_the_second_step(user: User) -> None:
    client = give_password(user)
    client.post("/account/two-step/authenticate/", {"code": code()})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_code_works_once(user: User) -> None:
    once = code()
    give_password(user).post("/account/two-step/authenticate/", {"code": once})
    client = give_password(user)
    client.post("/account/two-step/authenticate/", {"code": once})
    assert "_auth_user_id" not in client.session


def test_guessing_codes_ends_after_five_attempts(user: User) -> None:
    client = give_password(user)
    for _ in range(5):
        client.post("/account/two-step/authenticate/", {"code": "000000"})
    response = client.post("/account/two-step/authenticate/", {"code": code()})
    assert "Wait five minutes" in response.text
    assert "_auth_user_id" not in client.session


def test_setting_the_app_up_asks_who_one_is_first() -> None:
    client = sign_in(make_person())
    response = client.get("/account/two-step/totp/activate/")
    assert response["Location"].startswith("/account/reauthenticate/")


def test_setting_up_shows_a_qr_code_and_brings_recovery_codes() -> None:
    user = make_person()
    client = sign_in(user)
    prove(client)
    page = client.get("/account/two-step/totp/activate/")
    assert 'src="data:image/svg+xml;base64,' in page.text
    session = client.session
    session["mfa.totp.secret"] = SECRET
    session.save()
    response = client.post("/account/two-step/totp/activate/", {"code": code()})
    assert response["Location"] == "/account/two-step/recovery-codes/"
    assert "10 of 10 are left" in client.get(response["Location"]).text


def test_a_recovery_code_lets_in_once(user: User) -> None:
    client = give_password(user)
    client.post("/account/two-step/authenticate/", {"code": code()})
    prove(client)
    client.post("/account/two-step/recovery-codes/generate/")
    saved = Authenticator.objects.get(user=user, type="recovery_codes")
    spare = saved.wrap().get_unused_codes()[0]
    client = give_password(user)
    client.post("/account/two-step/authenticate/", {"code": spare})
    assert "_auth_user_id" in client.session
    client = give_password(user)
    client.post("/account/two-step/authenticate/", {"code": spare})
    assert "_auth_user_id" not in client.session


def test_turning_it_off_tells_the_owner(user: User) -> None:
    client = give_password(user)
    client.post("/account/two-step/authenticate/", {"code": code()})
    prove(client)
    client.post("/account/two-step/totp/deactivate/")
    assert not Authenticator.objects.filter(user=user).exists()
    assert "turned off" in last_mail().subject


# --- sessions -------------------------------------------------------------------------


def test_all_devices_are_listed_and_others_can_be_signed_out() -> None:
    user = make_person()
    here = sign_in(user, HTTP_USER_AGENT="Mozilla/5.0 (Windows) Firefox/150")
    elsewhere = sign_in(user, HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Safari/604")
    text = here.get("/account/sessions/").text
    assert "Firefox on Windows" in text
    assert "Safari on iPhone" in text
    here.post("/account/sessions/")
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_devices_of_others_are_not_listed() -> None:
    sign_in(make_person(), HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Safari/604")
    assert "iPhone" not in sign_in(make_person()).get("/account/sessions/").text


def test_each_device_costs_two_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    user = make_person()
    here, _ = sign_in(user), sign_in(user)
    here.get("/account/sessions/")
    # The user and the devices, and of each device its owner: allauth looks whether the
    # session is still good. The sessions themselves come from the cache. And level and
    # streak.
    with django_assert_num_queries(2 + 2 + 1):
        here.get("/account/sessions/")
