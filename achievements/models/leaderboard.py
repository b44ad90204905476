"""The leaderboards' roll-up of the XP ledger."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from achievements.querysets import StandingQuerySet


class Standing(models.Model):
    """A learner's XP in a period, and when they reached it.

    Weeks begin on Monday and months on the first, by UTC, so that there is one board
    for everybody. The board of all time begins on 1 January 1970.
    """

    class Board(models.TextChoices):
        WEEK = "week", "This week"
        MONTH = "month", "This month"
        ALL_TIME = "all-time", "All time"

    board = models.CharField(max_length=8, choices=Board)
    starts_on = models.DateField()
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    xp = models.PositiveIntegerField("XP")
    reached_at = models.DateTimeField()
    # False for those who do not want to be seen, and for closed accounts.
    is_shown = models.BooleanField(default=True)

    objects: ClassVar[StandingQuerySet] = StandingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "board", "starts_on"], name="standing_unique"
            ),
            models.CheckConstraint(condition=Q(xp__gt=0), name="standing_earned"),
        ]
        indexes = [
            # A page of a board, and how many are ahead of somebody.
            models.Index(
                fields=["board", "starts_on", "-xp", "reached_at", "learner"],
                condition=Q(is_shown=True),
                name="standing_board",
            )
        ]

    def __str__(self) -> str:
        return f"{self.xp} XP, {self.get_board_display().lower()}"
