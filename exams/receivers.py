"""What the exams do when something happens elsewhere."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import access_ended, account_leaving
from exams import services
from exams.models import Attempt


@receiver(
    [user_logged_out, password_changed, password_reset, password_set, access_ended]
)
def end_capabilities(sender: Any, user: User | None, **kwargs: Any) -> None:
    """A capability must not outlive the session or the password it came from."""
    if user is not None:
        services.end_capabilities(user)


@receiver(account_leaving)
def lock_attempts(sender: Any, user: User, **kwargs: Any) -> None:
    """Take a leaving learner's attempts before their chunks, as finishing does.

    Deleting goes from the chunks up; meeting a finish half-way would be a deadlock.
    And before the person: a restart has the old attempt in hand when it comes to them.
    """
    own = Attempt.objects.taken_by(user).order_by("pk").select_for_update()
    list(own.values_list("pk", flat=True))
