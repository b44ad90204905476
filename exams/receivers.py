"""What the exams do when something happens elsewhere."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import access_ended
from exams import services
from exams.models import Attempt


@receiver(
    [user_logged_out, password_changed, password_reset, password_set, access_ended]
)
def end_capabilities(sender: Any, user: User | None, **kwargs: Any) -> None:
    """A capability must not outlive the session or the password it came from."""
    if user is not None:
        services.end_capabilities(user)


@receiver(pre_delete, sender=User)
def lock_attempts(sender: Any, instance: User, **kwargs: Any) -> None:
    """Take a leaving learner's attempts before their chunks, as finishing does.

    Deleting goes from the chunks up; meeting a finish half-way would be a deadlock.
    The deletion's own transaction keeps the locks.
    """
    own = Attempt.objects.taken_by(instance).order_by("pk").select_for_update()
    list(own.values_list("pk", flat=True))
