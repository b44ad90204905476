"""The ledgers: every XP and every coin that somebody got or spent, and why.

Rows are only ever added; a trigger refuses to change one. A balance is the sum of a
learner's rows, kept on the statistics row beside them.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from exams.models import Attempt, Question


class LedgerEntry(models.Model):
    class Reason(models.TextChoices):
        RIGHT_ANSWER = "right-answer", "Right for the first time"
        CORRECTION = "correction", "Correction by staff"

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    reason = models.CharField(max_length=20, choices=Reason)
    # What a release calls the question, whether or not editors still have it; and no
    # constraint on the attempt, so that paying never waits for somebody who holds it.
    question = models.ForeignKey(
        Question,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    attempt = models.ForeignKey(
        Attempt,
        on_delete=models.CASCADE,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    amount = models.IntegerField()
    at = models.DateTimeField(help_text="When it was earned, not when it was paid.")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.amount:+} {self.get_reason_display().lower()}"


def rules(name: str) -> list[models.BaseConstraint]:
    """What the database holds of a ledger whose constraints begin with the name."""
    return [
        # Also the index for "which of these questions has the learner been paid for".
        models.UniqueConstraint(
            fields=["learner", "question", "reason"], name=f"{name}_paid_once"
        ),
        models.CheckConstraint(
            condition=Q(
                reason="right-answer",
                question__isnull=False,
                attempt__isnull=False,
                amount__gt=0,
            )
            | Q(reason="correction", question=None),
            name=f"{name}_entry_makes_sense",
        ),
    ]


def indexes(name: str) -> list[models.Index]:
    return [
        # A learner's history, and what each attempt brought on its result page.
        models.Index(fields=["learner", "at"], name=f"{name}_history"),
        models.Index(fields=["attempt"], name=f"{name}_attempt"),
    ]


class XpEntry(LedgerEntry):
    """Experience points. They only grow, but for corrections."""

    class Meta(LedgerEntry.Meta):
        verbose_name = "XP entry"
        verbose_name_plural = "XP entries"
        constraints = rules("xp")
        indexes = indexes("xp")


class CoinEntry(LedgerEntry):
    """Coins, which can be spent."""

    class Meta(LedgerEntry.Meta):
        verbose_name_plural = "coin entries"
        constraints = rules("coin")
        indexes = indexes("coin")
