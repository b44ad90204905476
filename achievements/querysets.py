"""Every read of achievements, grants and standings that more than one caller needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from accounts.models import User
    from achievements.models import Achievement, Grant, Standing  # noqa: F401


class AchievementQuerySet(models.QuerySet["Achievement"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def open_to(self, learner_id: int) -> Self:
        """What the learner can still earn. Once revoked is not earned again."""
        return self.active().exclude(grants__learner=learner_id)


class GrantQuerySet(models.QuerySet["Grant"]):
    def standing(self) -> Self:
        """What was granted and not revoked."""
        return self.filter(revoked_at=None)

    def of(self, learner: User | int) -> Self:
        return self.filter(learner=learner)

    def untold(self) -> Self:
        return self.standing().filter(told_at=None)


class StandingQuerySet(models.QuerySet["Standing"]):
    def shown(self) -> Self:
        return self.filter(is_shown=True)

    def in_order(self) -> Self:
        """XP descending, then who reached it first, then id."""
        return self.order_by("-xp", "reached_at", "learner")
