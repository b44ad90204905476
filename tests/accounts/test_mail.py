"""Mails on their way through a real SMTP server on this machine."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from ops.local.processes import free_port
from tests.accounts.people import PASSWORD, link_in, make_person, prove, sign_in

pytestmark = pytest.mark.django_db

SIGN_UP = {
    "email": "ann@example.com",
    "display_name": "Ann",
    "password1": PASSWORD,
    "time_zone": "UTC",
}


class Mailbox:
    """Takes every message that comes in."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(  # noqa: N802  as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def text(self, number: int = -1) -> str:
        return str(self.messages[number].get_content())


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield box
    controller.stop()


def test_the_verification_mail_arrives_and_its_link_works(
    client: Client, mailbox: Mailbox
) -> None:
    client.post("/account/signup/", SIGN_UP)
    message = mailbox.messages[0]
    assert message["To"] == "ann@example.com"
    assert message["Subject"] == "Confirm your e-mail for TestPrep"
    assert message.get_content_type() == "text/plain"
    assert "http://testserver/account/confirm-email/" in mailbox.text()
    client.post(link_in(mailbox.text()))
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_the_reset_mail_arrives_and_its_link_works(
    client: Client, mailbox: Mailbox
) -> None:
    user = make_person()
    client.post("/account/password/reset/", {"email": user.email})
    assert mailbox.messages[0]["To"] == user.email
    form = client.get(link_in(mailbox.text(0)), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "a fine new password"})
    user.refresh_from_db()
    assert user.check_password("a fine new password")


def test_links_lead_to_the_host_that_was_asked(
    mailbox: Mailbox, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["prep.example"]
    client = Client(SERVER_NAME="prep.example", SERVER_PORT="443")
    client.post("/account/signup/", SIGN_UP, secure=True)
    assert "https://prep.example/account/confirm-email/" in mailbox.text()


def test_a_host_that_is_not_ours_gets_no_mail_sent(mailbox: Mailbox) -> None:
    client = Client(SERVER_NAME="evil.example")
    assert client.post("/account/signup/", SIGN_UP).status_code == 400
    assert not mailbox.messages


def test_a_mail_server_that_is_away_is_said_on_the_page(
    client: Client, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    response = client.post("/account/signup/", SIGN_UP, follow=True)
    assert response.status_code == 200
    assert "could not send the mail" in response.text


def all_mails(client: Client) -> list[Any]:
    """Do what sends most of our mails."""
    user = make_person()
    client.post("/account/signup/", SIGN_UP)
    again = {"email": user.email, "display_name": "Bob"}
    client.post("/account/signup/", SIGN_UP | again)
    for email in (user.email, "nobody@example.com"):
        Client().post("/account/password/reset/", {"email": email})
    browser = sign_in(user)
    prove(browser)
    browser.post("/account/email/", {"email": "new@example.com", "action_add": ""})
    browser.post("/account/email/", {"email": "new@example.com", "action_remove": ""})
    change = {"oldpassword": PASSWORD, "password1": "a fine new password"}
    browser.post("/account/password/change/", change)
    delete = {"password": "a fine new password", "confirmation": "delete"}
    browser.post("/account/delete/", delete)
    return mail.outbox


def test_every_mail_is_plain_text_in_our_words(client: Client) -> None:
    mails = all_mails(client)
    assert len(mails) == 8
    assert len({message.subject for message in mails}) == 7
    for message in mails:
        assert "TestPrep" in message.subject
        assert message.body.rstrip().endswith("TestPrep\nhttp://testserver/")
        assert not message.alternatives
        assert "&#" not in message.body
        assert "Hello ," not in message.body
        assert "{" not in message.body
