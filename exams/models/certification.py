"""Certifications and their published objective domains."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from exams.querysets import CertificationQuerySet


class Certification(models.Model):
    """A vendor's certification exam as learners prepare for it."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=40)
    vendor = models.CharField(max_length=60)
    exam_code = models.CharField(
        max_length=30, help_text="The vendor's current code, for example 220-1201."
    )
    exam_minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1)], help_text="Length of the real exam."
    )
    exam_questions = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1)],
        help_text="The most questions the real exam asks.",
    )
    pass_percent = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="The share of right answers we count as a pass, in percent.",
    )
    pass_mark = models.CharField(
        max_length=80, help_text="In the vendor's words: 675 on a scale of 100-900."
    )
    retires_on = models.DateField(
        null=True, blank=True, help_text="Only when the vendor has announced it."
    )
    position = models.PositiveSmallIntegerField(default=0)
    summary = models.TextField()
    source = models.URLField(help_text="The vendor's own page of the exam.")
    source_fingerprint = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="SHA-256 of the bank file at its last load.",
    )

    objects: ClassVar[CertificationQuerySet] = CertificationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pass_percent__range=(1, 100)),
                name="certification_pass_percent_range",
            )
        ]

    def __str__(self) -> str:
        return f"{self.short_name} ({self.exam_code})"

    def get_absolute_url(self) -> str:
        return reverse("exams:certification", args=[self.slug])


class Domain(models.Model):
    """One objective domain, with the share of the exam that the vendor publishes."""

    certification = models.ForeignKey(
        Certification, on_delete=models.CASCADE, related_name="domains"
    )
    slug = models.SlugField(max_length=80)
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=120)
    weight = models.PositiveSmallIntegerField(help_text="Percent of the exam.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["certification", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["certification", "slug"], name="domain_slug_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(weight__range=(1, 100)), name="domain_weight_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
