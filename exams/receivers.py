"""What the exams do when something happens elsewhere."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from accounts.models import User
from exams import services


@receiver([user_logged_out, password_changed, password_reset, password_set])
def end_capabilities(sender: Any, user: User | None, **kwargs: Any) -> None:
    """A capability must not outlive the session or the password it came from."""
    if user is not None:
        services.end_capabilities(user)
