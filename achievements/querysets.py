"""Every read of achievements, grants and standings that more than one caller needs."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User
    from achievements.models import Achievement, Grant, Standing  # noqa: F401
    from exams.models import Offer
    from exams.querysets import AttemptQuerySet


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

    def for_profile(self) -> Self:
        """What others see, latest first."""
        return (
            self.standing().select_related("achievement").order_by("-earned_at", "-pk")
        )


class StandingQuerySet(models.QuerySet["Standing"]):
    def on(self, board: str, starts_on: date) -> Self:
        return self.filter(board=board, starts_on=starts_on)

    def shown(self) -> Self:
        return self.filter(is_shown=True)

    def in_order(self) -> Self:
        """XP descending, then who reached it first, then id."""
        return self.order_by("-xp", "reached_at", "learner")

    # Who is around a place, in two parts each: one range of the index for either.

    def above(self, xp: int) -> Self:
        return self.filter(xp__gt=xp)

    def below(self, xp: int) -> Self:
        return self.filter(xp__lt=xp)

    def earlier(self, xp: int, reached_at: datetime, learner: int) -> Self:
        """Who has as much XP and comes before."""
        same_moment = Q(reached_at=reached_at, learner__lt=learner)
        before = Q(reached_at__lt=reached_at) | same_moment
        return self.filter(before, xp=xp, reached_at__lte=reached_at)

    def later(self, xp: int, reached_at: datetime, learner: int) -> Self:
        """Who has as much XP and comes after."""
        same_moment = Q(reached_at=reached_at, learner__gt=learner)
        after = Q(reached_at__gt=reached_at) | same_moment
        return self.filter(after, xp=xp, reached_at__gte=reached_at)


# --- people ---------------------------------------------------------------------------


def learners_with_profile() -> models.QuerySet[User]:
    """Open accounts whose learners let others see a profile, and what it shows."""
    from accounts.models import User

    learners = User.objects.filter(is_active=True, profile__is_public=True)
    return learners.select_related("statistics", "profile")


# --- what the exams have and we have not counted --------------------------------------


def uncounted_attempts() -> AttemptQuerySet:
    """What has, or may yet get, facts that are not counted.

    Not the exams that run: their answers are facts when they are finished.
    """
    from exams.models import Attempt
    from exams.models.attempt import IS_OPEN

    not_final = Q(counted=None) | Q(counted__is_final=False)
    running_exam = IS_OPEN & Q(mode=Attempt.Mode.EXAM)
    return Attempt.objects.filter(not_final).exclude(running_exam).order_by()


def published_tests() -> models.QuerySet[
    Offer, tuple[int, int, str, datetime, datetime | None]
]:
    """What learners can or could take: test, certification, its slug, since, until."""
    from exams.models import Offer, Test

    offers = Offer.objects.exclude(test__number=Test.SAMPLES).order_by("since", "pk")
    return offers.values_list(
        "test_id",
        "test__certification_id",
        "test__certification__slug",
        "since",
        "until",
    )
