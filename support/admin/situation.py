"""What an agent has to know about who asks, and no more."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from exams.models import Attempt, Certification
from exams.releases import release_content
from exams.review import NotFinished, ReviewItem, reviewed_question
from support.models import Thread

N_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Situation:
    """``extra_time`` is nothing for who has the standard time."""

    learner: User
    certifications: list[Certification]
    attempts: list[Attempt]
    extra_time: str
    others: list[Thread]


def situation_of(thread: Thread) -> Situation:
    learner = thread.learner
    attempts: Any = Attempt.objects.filter(learner=learner).order_by("-pk")
    on = Certification.objects.filter(tests__attempts__learner=learner)
    others = Thread.objects.asked_by(learner).exclude(pk=thread.pk)
    standard = learner.extra_time == User.ExtraTime.STANDARD
    return Situation(
        learner=learner,
        certifications=list(on.distinct().order_by("position")),
        attempts=list(attempts.select_related("test__certification")[:N_ATTEMPTS]),
        extra_time="" if standard else learner.get_extra_time_display(),
        others=list(others.order_by("-pk")[:N_ATTEMPTS]),
    )


@dataclass(frozen=True, slots=True)
class Carried:
    """The question that a thread is about; ``question_id`` is its row for editors."""

    item: ReviewItem
    attempt: Attempt
    question_id: int


def carried_by(thread: Thread) -> Carried | None:
    """Return the question as the learner saw it, or None."""
    attempt, number = thread.attempt, thread.question
    if attempt is None or number is None:
        return None
    try:
        item = reviewed_question(attempt, number, thread.chosen)
    except NotFinished:
        return None
    if item is None:
        return None
    key = release_content(attempt.release_id).keys[number]
    return Carried(item=item, attempt=attempt, question_id=key.question)
