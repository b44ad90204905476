"""Achievements as staff edit them, and who was granted which, and why."""

from difflib import get_close_matches
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from achievements import criteria
from achievements.icons import outline_icons
from achievements.querysets import AchievementQuerySet, GrantQuerySet
from exams.models import Attempt, Certification


class Achievement(models.Model):
    """A title for those who fulfil a rule (achievements/criteria.py)."""

    class Category(models.TextChoices):
        TESTS = "tests", "Tests finished"
        SCORES = "scores", "Scores"
        QUESTIONS = "questions", "Questions and coins"
        LEVELS = "levels", "Levels"
        STREAKS = "streaks", "Streaks"
        SPECIAL = "special", "Special"

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=60, unique=True)
    text = models.CharField(
        max_length=200, help_text="What it takes, in a sentence to the learner."
    )
    icon = models.CharField(
        max_length=40, help_text="The name of a heroicon, for example trophy."
    )
    category = models.CharField(max_length=10, choices=Category)
    rule = models.CharField(max_length=40)
    threshold = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    parameters = models.JSONField(
        default=dict, blank=True, help_text="What else the rule asks for; {} if none."
    )
    is_hidden = models.BooleanField(
        "hidden", default=False, help_text="A silhouette until somebody has earned it."
    )
    is_active = models.BooleanField(
        "active",
        default=True,
        help_text="Nobody newly earns an inactive one; who has it keeps it.",
    )
    position = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[AchievementQuerySet] = AchievementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(threshold__gte=1), name="achievement_threshold"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse what nobody could ever earn, or no page could show."""
        if problem := self._problem():
            raise ValidationError({problem.field: problem.message})

    def _problem(self) -> criteria.Problem | None:
        problem = criteria.problem(
            self.rule, threshold=self.threshold or 0, parameters=self.parameters
        )
        if problem:
            return problem
        slug = self.parameters.get("certification")
        if slug and not Certification.objects.filter(slug=slug).exists():
            message = f'There is no certification with the slug "{slug}".'
            return criteria.Problem("parameters", message)
        if self.icon and self.icon not in outline_icons():
            near = get_close_matches(self.icon, outline_icons(), n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            return criteria.Problem("icon", f"There is no such heroicon.{hint}")
        return None

    @property
    def criterion(self) -> "criteria.Criterion":
        """The rule with this row's numbers; pure."""
        return criteria.Criterion(
            rule=self.rule, threshold=self.threshold, parameters=self.parameters
        )


class Grant(models.Model):
    """An achievement that somebody earned: when, and by what."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants"
    )
    achievement = models.ForeignKey(
        Achievement, on_delete=models.PROTECT, related_name="grants"
    )
    earned_at = models.DateTimeField()
    granted_at = models.DateTimeField()
    # The attempt that did it, where one did.
    attempt = models.ForeignKey(
        Attempt,
        on_delete=models.CASCADE,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    # The rule as it was, and the values that fulfilled it:
    # {"rule", "threshold", "parameters", "values": {...}}.
    evidence = models.JSONField(default=dict)
    # When the learner was told; of those found later, when they were found.
    told_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    revoke_reason = models.CharField(max_length=300, blank=True)

    objects: ClassVar[GrantQuerySet] = GrantQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-earned_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "achievement"], name="grant_once"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoke_reason="")
                | (Q(revoked_at__isnull=False) & ~Q(revoke_reason="")),
                name="grant_revoked_with_a_reason",
            ),
        ]
        indexes = [
            # What a page tells the learner next.
            models.Index(
                fields=["learner"],
                condition=Q(told_at=None, revoked_at=None),
                name="grant_untold",
            )
        ]

    def __str__(self) -> str:
        return f"{self.achievement} for {self.learner}"

    @property
    def values(self) -> dict[str, Any]:
        """What fulfilled the rule."""
        found: dict[str, Any] = self.evidence.get("values", {})
        return found


class Backfill(models.Model):
    """Looking through all learners for who fulfils a new or changed rule."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped"

    achievement = models.ForeignKey(
        Achievement, on_delete=models.CASCADE, related_name="backfills"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # The last learner that was looked at.
    cursor = models.BigIntegerField(default=0)
    n_learners = models.PositiveIntegerField("learners", default=0)
    n_done = models.PositiveIntegerField("looked at", default=0)
    n_granted = models.PositiveIntegerField("granted", default=0)
    requested_at = models.DateTimeField()
    # Moves with every batch; the sweep starts one again that stands still.
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        constraints = [
            # Another change starts the one that runs from the beginning.
            models.UniqueConstraint(
                fields=["achievement"],
                condition=Q(state__in=["waiting", "running"]),
                name="backfill_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.achievement}: {self.get_state_display().lower()}"
