"""What mail people want from the desk."""

from django.conf import settings
from django.db import models


class MailPreference(models.Model):
    """What somebody chose; without a row, everything is sent."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="+",
    )
    answers = models.BooleanField(
        default=True, help_text="Mail when a person answered a thread of mine."
    )
    new_threads = models.BooleanField(
        default=True, help_text="For agents: mail when somebody asks something new."
    )

    def __str__(self) -> str:
        return f"Mail for user {self.user_id}"
