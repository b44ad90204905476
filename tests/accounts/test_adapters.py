"""Where allauth asks us: addresses, names of passkeys, the words of a proof."""

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client, RequestFactory
from pytest_django import Settings

from tests.accounts.people import make_person, sign_in


@pytest.mark.parametrize(
    ("address", "shown"), [("203.0.113.7", "203.0.113.7"), ("", "0.0.0.0")]
)
def test_an_address_that_nobody_knows_stops_nothing(address: str, shown: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    assert get_adapter().get_client_ip(request) == shown


@pytest.mark.django_db
def test_a_session_keeps_the_address_behind_our_proxy(settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    sign_in(make_person(), HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.7")
    assert UserSession.objects.get().ip == "203.0.113.7"


@pytest.mark.django_db
def test_a_forged_address_opens_no_new_guesses(client: Client) -> None:
    user = make_person()
    for number in range(6):
        response = client.post(
            "/account/login/",
            {"login": user.email, "password": "a guess"},
            HTTP_X_FORWARDED_FOR=f"203.0.113.{number}",
        )
    assert "Wait five minutes" in response.text


@pytest.mark.django_db
def test_passkeys_get_names_that_tell_them_apart() -> None:
    user = make_person()
    kind = Authenticator.Type.WEBAUTHN
    assert get_mfa_adapter().generate_authenticator_name(user, kind) == "Passkey"
    Authenticator.objects.create(user=user, type=kind, data={})
    assert get_mfa_adapter().generate_authenticator_name(user, kind) == "Passkey 2"
