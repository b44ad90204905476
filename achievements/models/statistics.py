"""What follows from a learner's facts. Any row here can be rebuilt at any time."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from exams.models import Attempt, Question


class Statistics(models.Model):
    """One learner in numbers. Its row is the lock of everything else in this app."""

    learner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="statistics",
    )
    xp = models.PositiveIntegerField("XP", default=0)
    coins = models.PositiveIntegerField(default=0, help_text="Earned and not spent.")
    coins_earned = models.PositiveIntegerField(
        default=0, help_text="Ever, from right answers; spending changes nothing."
    )
    n_finished = models.PositiveIntegerField("finished attempts", default=0)
    n_answered = models.PositiveIntegerField(
        "questions answered", default=0, help_text="In finished attempts."
    )
    n_right = models.PositiveIntegerField(
        "questions right", default=0, help_text="In finished attempts."
    )
    n_perfect_tests = models.PositiveIntegerField(
        "perfect tests", default=0, help_text="Different tests with 100 %."
    )
    best_score = models.DecimalField(
        "best score in percent", max_digits=5, decimal_places=2, null=True, blank=True
    )
    # The streak as of its last active day; streaks.py says what it is today.
    streak = models.PositiveIntegerField(default=0)
    longest_streak = models.PositiveIntegerField(default=0)
    streak_day = models.DateField("last active day", null=True, blank=True)
    # The Monday of the last week whose freeze was used.
    freeze_week = models.DateField(null=True, blank=True)
    # How many grants wait to be told about, so that a page need not look for them.
    n_untold = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "statistics"
        constraints = [
            models.CheckConstraint(condition=Q(xp__gte=0), name="statistics_xp"),
            models.CheckConstraint(condition=Q(coins__gte=0), name="statistics_coins"),
            models.CheckConstraint(
                condition=Q(n_right__lte=F("n_answered")), name="statistics_right"
            ),
            models.CheckConstraint(
                condition=Q(streak__lte=F("longest_streak")), name="statistics_streak"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.xp} XP"


class CountedAttempt(models.Model):
    """How far an attempt has been counted, so that nothing of it counts twice.

    ``questions`` has a bit per question number of the release, 0 the lowest, in 25
    hexadecimal digits: those whose committed answer has been counted. ``is_final``:
    the attempt is closed and everything of it has been counted.
    """

    attempt = models.OneToOneField(
        Attempt,
        on_delete=models.CASCADE,
        primary_key=True,
        db_constraint=False,
        related_name="counted",
    )
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    questions = models.CharField(max_length=25, default="0" * 25)
    is_final = models.BooleanField(default=False)
    # Of a finished attempt: blocks of 25 with every question right.
    n_flawless_blocks = models.PositiveSmallIntegerField(default=0)
    # The pass mark of the day, which vendors change.
    pass_percent = models.PositiveSmallIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"attempt {self.attempt_id}"


class Miss(models.Model):
    """How often a learner's committed answers to a question were wrong."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    question = models.ForeignKey(
        Question, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    n = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "misses"
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "question"], name="miss_question_unique"
            )
        ]

    def __str__(self) -> str:
        return f"question {self.question_id} missed {self.n} times"


class ActiveDay(models.Model):
    """A day, by the learner's own clock, on which they did something.

    ``zone`` is where they were at the last thing of the day.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    day = models.DateField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    zone = models.CharField(max_length=64)

    class Meta:
        ordering = ["learner", "day"]
        constraints = [
            # Also the index of the streak.
            models.UniqueConstraint(
                fields=["learner", "day"], name="activeday_day_unique"
            ),
            models.CheckConstraint(
                condition=Q(first_at__lte=F("last_at")), name="activeday_in_order"
            ),
        ]

    def __str__(self) -> str:
        return str(self.day)


class ZoneChange(models.Model):
    """Since when a learner's clock has shown a zone. A fact: it cannot be rebuilt.

    The first row of a learner is for all the time before as well.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    zone = models.CharField(max_length=64)
    since = models.DateTimeField()

    class Meta:
        ordering = ["learner", "since", "pk"]
        indexes = [models.Index(fields=["learner", "since"], name="zonechange_history")]

    def __str__(self) -> str:
        return f"{self.zone} since {self.since}"
