"""Every page about accounts: in our frame, and good under the strict policy."""

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.accounts.people import make_person, prove, sign_in

pytestmark = pytest.mark.django_db

FOR_STRANGERS = [
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/done/",
    "/account/password/reset/key/1-abc/",
    "/account/confirm-email/",
    "/account/confirm-email/abc/",
    "/account/inactive/",
]
FOR_LEARNERS = [
    "/account/",
    "/account/delete/",
    "/account/email/",
    "/account/logout/",
    "/account/password/change/",
    "/account/reauthenticate/",
    "/account/sessions/",
    "/account/two-step/",
    "/account/two-step/recovery-codes/",
    "/account/two-step/recovery-codes/generate/",
    "/account/two-step/totp/deactivate/",
    "/account/two-step/reauthenticate/",
    "/account/two-step/webauthn/",
    "/account/two-step/webauthn/add/",
]
INLINE = re.compile(r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:""", re.IGNORECASE)
SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>")


@pytest.fixture
def learner() -> Client:
    """Somebody with everything set up, who has just proved who they are."""
    user = make_person()
    client = sign_in(user)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    prove(client)
    return client


def check(client: Client, path: str) -> None:
    response = client.get(path, follow=True)
    assert response.status_code == 200
    text = response.text
    assert 'class="brand"' in text
    assert text.count("<h1") == 1
    assert "<title>" in text
    assert " | TestPrep</title>" in text
    assert not INLINE.search(text)
    assert "<style" not in text
    for script in SCRIPT.finditer(text):
        attributes = script["attributes"]
        assert "src=" in attributes or 'type="application/json"' in attributes


@pytest.mark.parametrize("path", FOR_STRANGERS)
def test_a_page_for_strangers_is_one_of_ours(client: Client, path: str) -> None:
    check(client, path)


@pytest.mark.parametrize("path", FOR_LEARNERS)
def test_a_page_for_learners_is_one_of_ours(learner: Client, path: str) -> None:
    check(learner, path)


@pytest.mark.parametrize("path", FOR_LEARNERS)
def test_a_page_for_learners_sends_strangers_to_sign_in(
    client: Client, path: str
) -> None:
    response = client.get(path, follow=True)
    assert response.redirect_chain
    assert response.request["PATH_INFO"] in ("/account/login/", "/")


def test_no_page_is_forgotten_here() -> None:
    """allauth may bring new ones: look at them, then name them."""
    known = set(FOR_STRANGERS + FOR_LEARNERS)
    elsewhere = {
        "/account/settings/<slug:setting>/": "takes a POST",
        "/account/export/": "takes a POST",
        "/account/password/set/": "for people without a password",
        "/account/login/code/confirm/": "we send no codes",
        "/account/two-step/authenticate/": "in the middle of signing in",
        "/account/two-step/totp/activate/": "once it is set up it leads elsewhere",
        "/account/two-step/recovery-codes/download/": "a file",
        "/account/two-step/webauthn/reauthenticate/": "for people with a passkey",
        "/account/two-step/webauthn/keys/<int:pk>/remove/": "the same",
        "/account/two-step/webauthn/keys/<int:pk>/edit/": "the same",
        "/account/two-step/webauthn/login/": "answers with JSON",
    }
    # The regular expressions are the links of mails, which stand above as examples.
    found = {path for path in paths_below("account/") if "(?P" not in path}
    assert found == {*elsewhere, *(known - {EXAMPLE_RESET, EXAMPLE_CONFIRM})}


EXAMPLE_RESET, EXAMPLE_CONFIRM = FOR_STRANGERS[5], FOR_STRANGERS[7]


def paths_below(prefix: str) -> list[str]:
    top = next(p for p in get_resolver().url_patterns if str(p.pattern) == prefix)
    return [f"/{path}" for path in _paths(top, "")]


def _paths(pattern: URLPattern | URLResolver, start: str) -> list[str]:
    path = start + str(pattern.pattern)
    if isinstance(pattern, URLPattern):
        return [path]
    return [one for inner in pattern.url_patterns for one in _paths(inner, path)]
