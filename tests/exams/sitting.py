"""Sitting an attempt in a test: so many wrong, skipped and flagged, the rest right."""

from datetime import datetime, timedelta

from django.utils import timezone

from exams import services
from exams.models import Attempt
from exams.ordering import question_order
from tests.exams.factories import right_choices, wrong_choice


def sit(
    attempt: Attempt,
    *,
    n_wrong: int = 0,
    n_skipped: int = 0,
    n_flagged: int = 0,
    answered: int | None = None,
) -> None:
    """Answer in the attempt's order: first the wrong ones; skip the last ones.

    Each answer takes ten seconds. ``answered`` stops after so many questions.
    """
    order = question_order(seed=attempt.seed, length=attempt.length)
    asked = order[: attempt.length - n_skipped if answered is None else answered]
    answers = [
        services.AnswerIn(
            question,
            (wrong_choice if place < n_wrong else right_choices)(attempt, question),
            seq=place + 1,
            seconds=10,
        )
        for place, question in enumerate(asked)
    ]
    flags = [services.FlagIn(question, True, seq=1) for question in order[:n_flagged]]
    services.record_batch(
        attempt=attempt, answers=answers, flags=flags, now=attempt.started_at
    )


def sit_and_finish(
    attempt: Attempt,
    *,
    n_wrong: int = 0,
    n_skipped: int = 0,
    n_flagged: int = 0,
    now: datetime | None = None,
) -> Attempt:
    sit(attempt, n_wrong=n_wrong, n_skipped=n_skipped, n_flagged=n_flagged)
    services.finish_attempt(attempt=attempt, now=now or timezone.now())
    attempt.refresh_from_db()
    return attempt


def minutes_ago(minutes: int) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)
