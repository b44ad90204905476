"""Threads: what a learner asked a person, and how far that is."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from exams.models import Attempt, Certification
from support import status
from support.fields import AnyTextField
from support.querysets import ThreadQuerySet

SUBJECT_LENGTH = 120


class Topic(models.TextChoices):
    EXAM = "exam", "An exam"
    WEBSITE = "website", "The website"
    ACCOUNT = "account", "My account"
    OTHER = "other", "Something else"


class Thread(models.Model):
    """One question to a person, with everything that was said about it since."""

    class Status(models.TextChoices):
        OPEN = status.Status.OPEN.value, "Open"
        WAITING = status.Status.WAITING.value, "Waiting for learner"
        ANSWERED = status.Status.ANSWERED.value, "Answered"
        CLOSED = status.Status.CLOSED.value, "Closed"

    class Rating(models.TextChoices):
        HELPED = "helped", "It helped"
        NOT_HELPED = "not-helped", "It did not help"

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="threads"
    )
    topic = models.CharField(max_length=10, choices=Topic)
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    status = models.CharField(
        max_length=10, choices=Status, default=Status.OPEN, editable=False
    )
    # A browser that sends the same form twice asks once.
    token = models.UUIDField(default=uuid.uuid4, editable=False)

    # What it is about: a certification, and a question as it was in an attempt.
    certification = models.ForeignKey(
        Certification,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    attempt = models.ForeignKey(
        Attempt,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    question = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        editable=False,
        help_text="The question's number in the attempt's release, from 0.",
    )
    chosen = models.JSONField(
        default=list, blank=True, editable=False, help_text="What the learner chose."
    )
    follows = models.OneToOneField(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="followed_by",
        editable=False,
    )

    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    created_at = models.DateTimeField(editable=False)
    last_message_at = models.DateTimeField(
        editable=False, help_text="When somebody last wrote what the learner sees."
    )
    # Since when an agent is waited for. What people write meanwhile does not move it.
    waiting_since = models.DateTimeField(null=True, blank=True, editable=False)
    first_answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    # Ids of messages: unread is what is newer than what was seen. They only grow.
    last_learner_message = models.BigIntegerField(default=0, editable=False)
    last_agent_message = models.BigIntegerField(default=0, editable=False)
    learner_saw = models.BigIntegerField(default=0, editable=False)
    agents_saw = models.BigIntegerField(default=0, editable=False)

    # When the learner is to be told of an answer by mail (support/services/mails.py).
    mail_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    mailed_message = models.BigIntegerField(default=0, editable=False)
    # When the agents are to be told of a new thread.
    agents_mail_due_at = models.DateTimeField(null=True, blank=True, editable=False)

    rating = models.CharField(max_length=12, choices=Rating, blank=True, editable=False)
    rating_comment = AnyTextField(blank=True, editable=False)
    rated_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[ThreadQuerySet] = ThreadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-last_message_at", "-pk"]
        permissions = [("answer_thread", "Can answer threads")]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "token"], name="thread_sent_once"
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | (~Q(status="closed") & Q(closed_at=None)),
                name="thread_closed_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(status="open", waiting_since__isnull=False)
                | (~Q(status="open") & Q(waiting_since=None)),
                name="thread_open_waits_since",
            ),
            models.CheckConstraint(
                condition=Q(rating="", rated_at=None)
                | (~Q(rating="") & Q(rated_at__isnull=False)),
                name="thread_rating_has_its_moment",
            ),
        ]
        indexes = [
            # A learner's inbox.
            models.Index(
                fields=["learner", "-last_message_at", "-id"], name="thread_inbox"
            ),
            # The agents' queue: who has waited longest.
            models.Index(
                fields=["waiting_since", "id"],
                name="thread_queue",
                condition=Q(status="open"),
            ),
            # What the mailers look for every minute.
            models.Index(
                fields=["mail_due_at"],
                name="thread_mail_due",
                condition=Q(mail_due_at__isnull=False),
            ),
            models.Index(
                fields=["agents_mail_due_at"],
                name="thread_agents_mail_due",
                condition=Q(agents_mail_due_at__isnull=False),
            ),
            # The metrics: what was asked, and closed, since when.
            models.Index(fields=["created_at"], name="thread_created"),
            models.Index(
                fields=["closed_at"],
                name="thread_closed",
                condition=Q(closed_at__isnull=False),
            ),
            # Which threads nobody writes in any more.
            models.Index(
                fields=["last_message_at"],
                name="thread_quiet",
                condition=Q(status__in=["answered", "waiting"]),
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("support:thread", args=[self.pk])

    @property
    def is_closed(self) -> bool:
        return self.status == Thread.Status.CLOSED

    @property
    def is_unread(self) -> bool:
        """Whether an agent wrote something that the learner has not seen."""
        return self.last_agent_message > self.learner_saw

    @property
    def is_unread_by_agents(self) -> bool:
        return self.last_learner_message > self.agents_saw

    def reopens(self, *, now: datetime) -> bool:
        """Whether writing into this closed thread opens it again."""
        return self.closed_at is not None and status.may_reopen(self.closed_at, now=now)
