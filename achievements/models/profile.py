"""What a learner lets others see."""

from django.conf import settings
from django.db import models


class Profile(models.Model):
    """Preferences; a learner without a row has the defaults."""

    learner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="profile",
    )
    on_leaderboard = models.BooleanField(
        "show me on the leaderboard",
        default=True,
        help_text="Your display name, level and XP. You always see your own rank.",
    )
    is_public = models.BooleanField(
        "have a public profile",
        default=False,
        help_text="A page with your display name and what you choose below.",
    )
    shows_level = models.BooleanField("level and XP", default=True)
    shows_streak = models.BooleanField("streak", default=True)
    shows_achievements = models.BooleanField("achievements", default=True)

    def __str__(self) -> str:
        return f"profile of {self.learner_id}"
