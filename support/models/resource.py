"""Resources: courses, books, tools and people elsewhere that help with an exam."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from exams.models import Certification
from support.querysets import ResourceQuerySet


class Resource(models.Model):
    """One resource at one address, and what the link check last found there."""

    class Kind(models.TextChoices):
        COURSE = "course", "Course"
        VIDEO = "video", "Video"
        BOOK = "book", "Book"
        LAB = "lab", "Practice lab"
        TOOL = "tool", "Tool"
        REFERENCE = "reference", "Reference"
        COMMUNITY = "community", "Community"

    class Cost(models.TextChoices):
        FREE = "free", "Free"
        FREEMIUM = "freemium", "Free in part"
        PAID = "paid", "Paid"

    class Level(models.TextChoices):
        BEGINNER = "beginner", "Beginner"
        INTERMEDIATE = "intermediate", "Intermediate"
        ADVANCED = "advanced", "Advanced"

    class Status(models.TextChoices):
        SUGGESTED = "suggested", "Suggested"
        PUBLISHED = "published", "Published"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Link(models.TextChoices):
        UNCHECKED = "unchecked", "Not checked yet"
        OK = "ok", "Works"
        MOVED = "moved", "Has moved"
        # Refused, slow or failing: many sites do not like to be checked.
        UNSURE = "unsure", "Not sure"
        BROKEN = "broken", "Broken"

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=160)
    by = models.CharField("made by", max_length=100)
    url = models.URLField("address", max_length=500)
    # The address in the one spelling that its variants share (support/addresses.py).
    canonical_url = models.CharField(max_length=500, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    cost = models.CharField(max_length=10, choices=Cost)
    level = models.CharField(max_length=12, choices=Level)
    description = models.CharField(
        max_length=300, help_text="In our own words: why it helps, and with what."
    )
    certifications = models.ManyToManyField(Certification, related_name="resources")
    status = models.CharField(max_length=10, choices=Status, default=Status.PUBLISHED)
    added_at = models.DateTimeField(
        editable=False, help_text="When learners could first see it, or suggested it."
    )
    suggested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    source_fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    link = models.CharField(
        max_length=10, choices=Link, default=Link.UNCHECKED, editable=False
    )
    link_note = models.CharField(max_length=200, blank=True, editable=False)
    moved_to = models.CharField(max_length=500, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    n_failures = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="Checks in a row that found it broken."
    )

    objects: ClassVar[ResourceQuerySet] = ResourceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["title", "pk"]
        permissions = [("moderate_resource", "Can moderate suggested resources")]
        indexes = [
            # The moderators' queue, and the page's rows by title.
            models.Index(fields=["status", "title"], name="resource_by_status"),
            # What staff have to mend.
            models.Index(
                fields=["checked_at"],
                name="resource_broken",
                condition=Q(link="broken"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('support:resources')}#{self.slug}"

    def forget_check(self) -> None:
        """Its address is another one: nobody has looked there yet."""
        self.link = Resource.Link.UNCHECKED
        self.link_note = self.moved_to = ""
        self.checked_at = None
        self.n_failures = 0


class Bookmark(models.Model):
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, related_name="bookmarks"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "resource"], name="bookmarked_once"
            )
        ]

    def __str__(self) -> str:
        return f"Bookmark {self.pk}"
