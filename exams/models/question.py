"""Questions and their choices, as editors see them (learners see releases)."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models

from exams.models.certification import Certification, Domain
from exams.querysets import QuestionQuerySet


class Question(models.Model):
    """A question of a certification's bank; tests list it, releases freeze it."""

    class Kind(models.TextChoices):
        SINGLE = "single", "One right choice"
        MULTIPLE = "multiple", "Several right choices"

    class Scoring(models.TextChoices):
        ALL_OR_NOTHING = "all-or-nothing", "All or nothing"
        PARTIAL = "partial", "Partial: (right - wrong) / number of right choices"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        READY = "ready", "Ready"
        RETIRED = "retired", "Retired"

    certification = models.ForeignKey(
        Certification, on_delete=models.CASCADE, related_name="questions"
    )
    domain = models.ForeignKey(
        Domain, on_delete=models.PROTECT, related_name="questions"
    )
    slug = models.SlugField(
        "id in the bank",
        max_length=80,
        help_text="Its name in the bank file; it stays when the wording changes.",
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SINGLE)
    scoring = models.CharField(
        max_length=20, choices=Scoring, default=Scoring.ALL_OR_NOTHING
    )
    stem = models.TextField(help_text="Markdown: `code`, fenced blocks and tables.")
    explanation = models.TextField(help_text="Teaches the idea behind the key.")
    tip = models.TextField("exam tip", blank=True)
    reference_title = models.CharField(max_length=200)
    reference_url = models.URLField(max_length=500)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    source_fingerprint = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="SHA-256 of its entry in the bank file at the last load.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[QuestionQuerySet] = QuestionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["certification", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["certification", "slug"], name="question_slug_unique"
            )
        ]

    def __str__(self) -> str:
        words = " ".join(self.stem.split())
        return words if len(words) <= 90 else f"{words[:89]}…"

    def clean(self) -> None:
        if (
            self.domain_id
            and self.certification_id
            and self.domain.certification_id != self.certification_id
        ):
            raise ValidationError(
                {"domain": "Choose a domain of the question's own certification."}
            )


class Choice(models.Model):
    """One option of a question, with the reason why it is right or wrong."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="choices"
    )
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=500)
    is_correct = models.BooleanField("right", default=False)
    why = models.TextField(help_text="Why this choice is right, or wrong.")
    is_last = models.BooleanField(
        "stays last", default=False, help_text='For "all of the above" and its like.'
    )

    class Meta:
        ordering = ["question", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["question", "position"], name="choice_position_unique"
            )
        ]

    def __str__(self) -> str:
        return self.text
