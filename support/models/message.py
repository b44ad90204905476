"""Messages of a thread, and the files that came with them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from support import status
from support.fields import AnyTextField
from support.models.thread import Thread
from support.querysets import AttachmentQuerySet, MessageQuerySet


class Message(models.Model):
    """One message; never changed afterwards. Its text is kept as it was written."""

    class Kind(models.TextChoices):
        LEARNER = status.Author.LEARNER.value, "Learner"
        AGENT = status.Author.AGENT.value, "Agent"
        NOTE = status.Author.NOTE.value, "Internal note"
        EVENT = status.Author.EVENT.value, "Event"

    thread = models.ForeignKey(
        Thread, on_delete=models.CASCADE, related_name="messages"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    text = AnyTextField(blank=True)
    created_at = models.DateTimeField()
    # A browser that sends the same message twice says it once.
    token = models.UUIDField(default=uuid.uuid4, editable=False)

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "token"], name="message_sent_once"
            ),
        ]
        indexes = [
            # A thread's messages in their order, and those that are newer than one.
            models.Index(fields=["thread", "id"], name="message_in_thread"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.created_at:%Y-%m-%d %H:%M}"


def attachment_path(attachment: "Attachment", filename: str) -> str:
    """Return where a file is kept: a name that nobody can guess, and none of theirs."""
    name = uuid.uuid4().hex
    return f"attachments/{name[:2]}/{name}"


class Attachment(models.Model):
    """A file in a message. Only the thread's people get it (support/uploads.py)."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="attachments"
    )
    name = models.CharField(max_length=100, help_text="What the sender called it.")
    content_type = models.CharField(max_length=30, help_text="Found in its bytes.")
    size = models.PositiveIntegerField(help_text="In bytes.")
    file = models.FileField(upload_to=attachment_path)

    objects: ClassVar[AttachmentQuerySet] = AttachmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    content_type__in=[
                        "image/png",
                        "image/jpeg",
                        "image/webp",
                        "image/gif",
                        "application/pdf",
                        "text/plain",
                    ]
                ),
                name="attachment_of_known_type",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("support:attachment", args=[self.pk])

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")
