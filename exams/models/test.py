"""Tests as editors arrange them, and the releases that learners sit."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from exams.lengths import offered_lengths
from exams.models.certification import Certification
from exams.models.question import Question
from exams.querysets import ReleaseQuerySet, TestQuerySet


class Test(models.Model):
    """An ordered list of questions. Number 0 holds the samples of the home page."""

    __test__ = False  # not a test case, whatever a test runner makes of the name

    class Difficulty(models.TextChoices):
        NORMAL = "normal", "Normal"
        VERY_EASY = "very-easy", "Very easy"
        EASY = "easy", "Easy"
        MODERATE = "moderate", "Moderate"
        INTERMEDIATE = "intermediate", "Intermediate"
        FORMIDABLE = "formidable", "Formidable"
        MERCILESS = "merciless", "Merciless"
        RUTHLESS = "ruthless", "Ruthless"
        RELENTLESS = "relentless", "Relentless"
        NUCLEAR = "nuclear", "Nuclear"

    SAMPLES = 0

    certification = models.ForeignKey(
        Certification, on_delete=models.CASCADE, related_name="tests"
    )
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    difficulty = models.CharField(max_length=15, choices=Difficulty)
    minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1)],
        help_text="Exam mode's time for all the questions; shorter lengths get their "
        "share.",
    )
    questions = models.ManyToManyField(
        Question, through="TestQuestion", related_name="tests"
    )
    current_release = models.OneToOneField(
        "Release",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="current_of",
    )
    source_fingerprint = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="SHA-256 of the bank file at its last load.",
    )

    objects: ClassVar[TestQuerySet] = TestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["certification", "number"]
        permissions = [("publish_test", "Can publish test")]
        constraints = [
            models.UniqueConstraint(
                fields=["certification", "number"], name="test_number_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.certification.short_name}, Test {self.number}"

    def clean(self) -> None:
        if self._state.adding:
            return
        stored = Test.objects.values_list("number", flat=True).get(pk=self.pk)
        # Anybody may see the keys of number 0, nobody those of the others in an exam.
        is_moving = (stored == self.SAMPLES) != (self.number == self.SAMPLES)
        if is_moving and self.releases.exists():
            raise ValidationError(
                "A published test never becomes the samples (number 0), nor the "
                "samples a test: make a new one."
            )

    @property
    def lengths(self) -> list[int]:
        """The lengths a learner may choose now; none before the first release."""
        release = self.current_release
        return offered_lengths(release.question_count) if release else []


class TestQuestion(models.Model):
    """A question's place in a test."""

    __test__ = False

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="places")
    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, related_name="places"
    )
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["test", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["test", "position"], name="test_position_unique"
            ),
            models.UniqueConstraint(
                fields=["test", "question"], name="test_question_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position + 1}. {self.question}"


class Release(models.Model):
    """A test as it was on the day it was published. Rows never change.

    ``questions`` is what everybody may see, ``keys`` what nobody may see before the
    rules allow it; both are lists in the test's order (``exams/snapshot.py`` has the
    shapes). A trigger in the database refuses to change a row.
    """

    test = models.ForeignKey(Test, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField(help_text="1 for the test's first release.")
    question_count = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(
        max_length=64, help_text="SHA-256 of the content; equal content, no release."
    )
    questions = models.JSONField()
    keys = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    objects: ClassVar[ReleaseQuerySet] = ReleaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["test", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["test", "number"], name="release_number_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.test}, release {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A release never changes: publish a new one.")
        super().save(*args, **kwargs)


class Offer(models.Model):
    """A time during which learners could take a test. Its rows tell what there was.

    Whoever once finished all there was keeps that; so it has to be known later.
    """

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="offers")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["test"], condition=Q(until=None), name="offered_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.test}, since {self.since:%Y-%m-%d}"
