"""The cast of these tests: people who can sign in, one call each."""

from itertools import count
from typing import Any

from django.core import mail
from django.test import Client

from accounts import services
from accounts.models import User

PASSWORD = "correct horse battery staple"
_numbers = count(1)


def make_person(**fields: Any) -> User:
    number = next(_numbers)
    fields.setdefault("email", f"person{number}@example.com")
    fields.setdefault("display_name", f"Person {number}")
    fields.setdefault("password", PASSWORD)
    return services.create_learner(**fields)


def sign_in(user: User, **meta: Any) -> Client:
    """Return a browser in which the user typed their password."""
    client = Client(**meta)
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)
    return client


def prove(client: Client) -> None:
    """Answer the question whether it is you."""
    response = client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert response.status_code == 302


def link_in(text: object) -> str:
    """Return the path of the first link to a page of ours in a mail."""
    words = str(text)
    start = words.index("/account/", words.index("http://"))
    return words[start:].split()[0]


def last_mail() -> mail.EmailMessage:
    return mail.outbox[-1]
