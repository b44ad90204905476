"""Attempts: a learner sitting a release, and what they answered."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from exams.models.certification import Domain
from exams.models.test import Release, Test
from exams.querysets import AttemptQuerySet, DomainResultQuerySet

IS_OPEN = Q(finished_at=None, abandoned_at=None)
IS_CLOSED = Q(finished_at__isnull=False) | Q(abandoned_at__isnull=False)


class Attempt(models.Model):
    """One sitting. Mode, length, release, seed and owner are fixed at the start."""

    class Mode(models.TextChoices):
        PRACTICE = "practice", "Practice"
        EXAM = "exam", "Exam"

    class State(models.TextChoices):
        OPEN = "open", "Running"
        FINISHED = "finished", "Finished"
        ABANDONED = "abandoned", "Abandoned"

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attempts"
    )
    # The release's own test, repeated so that the database can hold the rule of one
    # open attempt per learner and test.
    test = models.ForeignKey(Test, on_delete=models.PROTECT, related_name="attempts")
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, related_name="attempts"
    )
    mode = models.CharField(max_length=10, choices=Mode)
    length = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    started_at = models.DateTimeField()
    deadline = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    abandoned_at = models.DateTimeField(null=True, blank=True)

    # Where the learner is: the place in their own order, 0 for the first question.
    position = models.PositiveSmallIntegerField(default=0)
    position_seq = models.BigIntegerField(default=0)

    # Worked out once, at the finish.
    n_answered = models.PositiveSmallIntegerField(null=True, blank=True)
    n_right = models.PositiveSmallIntegerField(null=True, blank=True)
    points = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    score = models.DecimalField(
        "score in percent", max_digits=5, decimal_places=2, null=True, blank=True
    )

    objects: ClassVar[AttemptQuerySet] = AttemptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "test"],
                condition=IS_OPEN,
                name="attempt_one_open_per_test",
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["practice", "exam"]), name="attempt_mode_known"
            ),
            models.CheckConstraint(
                condition=Q(length__in=[25, 50, 75, 100]), name="attempt_length_known"
            ),
            models.CheckConstraint(
                condition=Q(mode="practice", deadline=None)
                | Q(mode="exam", deadline__isnull=False),
                name="attempt_exams_have_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(abandoned_at=None),
                name="attempt_finished_or_abandoned",
            ),
            models.CheckConstraint(
                condition=Q(
                    finished_at=None,
                    score=None,
                    points=None,
                    n_right=None,
                    n_answered=None,
                )
                | Q(
                    # A comparison with NULL is no refusal, hence both conditions.
                    finished_at__isnull=False,
                    score__isnull=False,
                    points__isnull=False,
                    n_right__isnull=False,
                    n_answered__isnull=False,
                    score__range=(0, 100),
                    points__range=(0, F("length")),
                    n_right__lte=F("n_answered"),
                    n_answered__lte=F("length"),
                ),
                name="attempt_scored_when_finished",
            ),
        ]
        indexes = [
            # The history page, and the last and best results on the test cards.
            models.Index(fields=["learner", "-started_at"], name="attempt_history"),
            # The task that finishes what is past its deadline.
            models.Index(
                fields=["deadline"],
                condition=IS_OPEN & Q(deadline__isnull=False),
                name="attempt_overdue",
            ),
            # Whoever looks again, now and then, at what running practice brought, ...
            models.Index(
                fields=["id"],
                condition=IS_OPEN & Q(mode="practice"),
                name="attempt_open_practice",
            ),
            # ... and at what was closed lately.
            models.Index(
                Coalesce("finished_at", "abandoned_at"),
                condition=IS_CLOSED,
                name="attempt_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.test}, {self.length} questions, {self.get_mode_display()}"

    def get_absolute_url(self) -> str:
        return reverse("exams:attempt", args=[self.pk])

    @property
    def title(self) -> str:
        return f"{self.test.certification.short_name}, {self.test.title}"

    @property
    def state(self) -> State:
        if self.finished_at is not None:
            return self.State.FINISHED
        if self.abandoned_at is not None:
            return self.State.ABANDONED
        return self.State.OPEN

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_exam(self) -> bool:
        return self.mode == self.Mode.EXAM

    def is_overdue(self, *, now: datetime) -> bool:
        return self.is_open and self.deadline is not None and now >= self.deadline


class AnswerChunk(models.Model):
    """The answers and flags of 25 questions of an attempt (``exams/entries.py``).

    ``closed`` repeats on this row that the attempt accepts nothing any more, so that an
    answer is one guarded UPDATE of one row and still cannot slip past a finish.
    ``epoch`` counts how often the learner signed out since: capabilities that were
    signed for an earlier epoch are refused (``exams/capability.py``).
    """

    attempt = models.ForeignKey(
        Attempt, on_delete=models.CASCADE, related_name="chunks"
    )
    index = models.PositiveSmallIntegerField()
    answers = models.JSONField(default=dict)
    flags = models.JSONField(default=dict)
    closed = models.BooleanField(default=False)
    epoch = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["attempt", "index"]
        constraints = [
            # Also the index of the answer path.
            models.UniqueConstraint(
                fields=["attempt", "index"], name="answerchunk_index_unique"
            ),
            models.CheckConstraint(
                condition=Q(index__range=(0, 3)), name="answerchunk_index_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.index}"


class DomainResult(models.Model):
    """A finished attempt's result in one domain, for readiness and the result page."""

    attempt = models.ForeignKey(
        Attempt, on_delete=models.CASCADE, related_name="domain_results"
    )
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="+")
    n_questions = models.PositiveSmallIntegerField()
    n_answered = models.PositiveSmallIntegerField()
    n_right = models.PositiveSmallIntegerField()

    objects: ClassVar[DomainResultQuerySet] = DomainResultQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["attempt", "domain"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "domain"], name="domainresult_unique"
            ),
            models.CheckConstraint(
                condition=Q(
                    n_right__lte=F("n_answered"), n_answered__lte=F("n_questions")
                ),
                name="domainresult_right_of_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain}: {self.n_right} of {self.n_questions}"
