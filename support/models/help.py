"""Help topics: answers that everybody may read."""

from typing import ClassVar

from django.db import models
from django.urls import reverse

from exams.models import Certification
from support.models.thread import Thread, Topic
from support.querysets import HelpTopicQuerySet


class HelpTopic(models.Model):
    """A page of help: written as a guide, or an answer that somebody once got."""

    class Kind(models.TextChoices):
        GUIDE = "guide", "Guide"
        ANSWER = "answer", "Answered question"

    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.GUIDE)
    topic = models.CharField(max_length=10, choices=Topic)
    certification = models.ForeignKey(
        Certification,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    title = models.CharField(max_length=120, help_text="As a learner would ask it.")
    text = models.TextField(help_text="Markdown. Nothing about the one who asked.")
    words = models.CharField(
        max_length=200,
        blank=True,
        help_text="Other words that people use for it; the search finds them.",
    )
    is_published = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    # Which thread it came from. For agents only: the topic itself names nobody.
    thread = models.ForeignKey(
        Thread,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="help_topics",
        editable=False,
    )
    source_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[HelpTopicQuerySet] = HelpTopicQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["topic", "position", "title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("support:help_topic", args=[self.slug])
