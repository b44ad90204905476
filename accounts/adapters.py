"""Where allauth asks us: words, mails, addresses, and what a new account knows."""

import ipaddress
import logging
from collections.abc import Sequence
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse

from accounts import services
from accounts.limits import client_address
from accounts.models import User
from accounts.signals import access_ended

logger = logging.getLogger(__name__)

MAIL_FAILED = "We could not send the mail just now. Try again in a few minutes."
ADDRESS_TAKEN = "Another account already uses this e-mail address."
# Stands for an address that nobody could tell us.
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104


WAYS_TO_PROVE_IT = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code from your app",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed. Write to us if that is a mistake.",
        "duplicate_email": "This is the e-mail address you already have.",
        "email_password_mismatch": (
            "We know no account with this e-mail and password. Check both, or reset "
            "your password."
        ),
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your password.",
        "rate_limited": "That was too fast. Wait a few minutes, then try again.",
        "too_many_login_attempts": (
            "Too many attempts that failed. Wait five minutes, then try again."
        ),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        try:
            return str(ipaddress.ip_address(client_address(request)))
        except ValueError:
            return UNKNOWN_ADDRESS

    def save_user(
        self, request: HttpRequest, user: User, form: Form, commit: bool = True
    ) -> User:
        user.display_name = form.cleaned_data["display_name"]
        user.time_zone = form.cleaned_data["time_zone"]
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        if not services.free_unproven_address(email_address):
            messages.error(request, ADDRESS_TAKEN)
            return False
        return bool(super().confirm_email(request, email_address))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        return [
            method | {"description": WAYS_TO_PROVE_IT[method["id"]]}
            for method in super().get_reauthentication_methods(user)
        ]

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        if context.request.user.is_authenticated:
            return reverse("account")
        return str(super().get_email_verification_redirect_url(email_address))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send it; a mail server that is away is no reason to show an error page."""
        try:
            super().send_mail(template_prefix, email, context | site_context())
        except (SMTPException, OSError):
            logger.exception("Could not send %s", template_prefix)
            if (request := current_request()) is not None:
                messages.error(request, MAIL_FAILED)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That did not match. Try once more, with the newest code.",
        "unverified_email": "Confirm your e-mail address first: we sent you a link.",
    }

    def generate_authenticator_name(
        self,
        user: User,
        type: Authenticator.Type,  # noqa: A002
    ) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": settings.SITE_NAME}


class UserSessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions: Sequence[UserSession]) -> None:
        super().end_sessions(sessions)
        for user in {session.user for session in sessions}:
            access_ended.send(sender=UserSession, user=user)


def current_request() -> HttpRequest | None:
    request: HttpRequest | None = context.request
    return request


def site_context() -> dict[str, Any]:
    """What every mail knows, its subject too, which context processors do not see."""
    request = current_request()
    url = request.build_absolute_uri("/") if request else f"{settings.SITE_URL}/"
    return {"site_name": settings.SITE_NAME, "site_url": url}
