"""Makers of test data: no randomness, one call each, everything can be overridden."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from exams import services
from exams.models import Attempt, Certification, Choice, Domain, Question, Test
from exams.models import TestQuestion as Place
from exams.publishing import publish_test

_numbers = count(1)
DOMAINS = (("networking", 60), ("hardware", 40))


def make_learner(**fields: Any) -> User:
    number = next(_numbers)
    fields.setdefault("email", f"learner{number}@example.com")
    fields.setdefault("display_name", f"Learner {number}")
    return User.objects.create_user(**fields)


def make_certification(**fields: Any) -> Certification:
    number = next(_numbers)
    defaults = {
        "slug": f"cert-{number}",
        "name": f"Example Certification {number}",
        "short_name": f"Cert {number}",
        "vendor": "Example",
        "exam_code": f"EX-{number:03}",
        "exam_minutes": 90,
        "exam_questions": 90,
        "pass_percent": 75,
        "pass_mark": "675 on a scale of 100-900",
        "position": number,
        "summary": "Proves what examples prove.",
        "source": "https://example.com/exam",
    }
    certification = Certification.objects.create(**(defaults | fields))
    for position, (slug, weight) in enumerate(DOMAINS):
        Domain.objects.create(
            certification=certification,
            slug=slug,
            code=f"{position + 1}.0",
            name=slug.title(),
            weight=weight,
            position=position,
        )
    return certification


def make_question(
    certification: Certification,
    *,
    n_choices: int = 4,
    right: tuple[int, ...] = (0,),
    **fields: Any,
) -> Question:
    """Make a ready question; ``right`` are the positions of the right choices."""
    number = next(_numbers)
    fields.setdefault("domain", certification.domains.first())
    fields.setdefault("slug", f"question-{number}")
    fields.setdefault("kind", "single" if len(right) == 1 else "multiple")
    fields.setdefault("stem", f"Stem of question {number}?")
    fields.setdefault("explanation", f"EXPLANATION-{number} teaches it.")
    fields.setdefault("tip", f"TIP-{number}")
    fields.setdefault("reference_title", f"REFERENCE-{number}")
    fields.setdefault("reference_url", f"https://example.com/reference/{number}")
    fields.setdefault("status", Question.Status.READY)
    question = Question.objects.create(certification=certification, **fields)
    Choice.objects.bulk_create(
        Choice(
            question=question,
            position=position,
            text=f"Choice {position} of {number}",
            is_correct=position in right,
            why=f"WHY-{number}-{position}",
        )
        for position in range(n_choices)
    )
    return question


def make_test(
    certification: Certification | None = None,
    *,
    n_questions: int = 25,
    published: bool = True,
    **fields: Any,
) -> Test:
    """Make a test; every fifth question has two right choices, domains alternate."""
    certification = certification or make_certification()
    fields.setdefault("number", certification.tests.count() + 1)
    fields.setdefault("title", f"Test {fields['number']}")
    fields.setdefault("difficulty", Test.Difficulty.NORMAL)
    fields.setdefault("minutes", max(n_questions, 1))
    test = Test.objects.create(certification=certification, **fields)
    domains = list(certification.domains.all())
    questions = [
        make_question(
            certification,
            domain=domains[position % len(domains)],
            right=(1, 3) if position % 5 == 4 else (position % 4,),
        )
        for position in range(n_questions)
    ]
    Place.objects.bulk_create(
        Place(test=test, question=question, position=position)
        for position, question in enumerate(questions)
    )
    if published:
        publish_test(test=test, now=timezone.now())
        test.refresh_from_db()
    return test


def make_attempt(
    learner: User | None = None,
    test: Test | None = None,
    *,
    mode: str = "practice",
    length: int = 25,
    now: datetime | None = None,
) -> Attempt:
    attempt, created = services.start_attempt(
        learner=learner or make_learner(),
        test=test or make_test(),
        mode=mode,
        length=length,
        now=now or timezone.now(),
    )
    assert created
    return attempt


def right_choices(attempt: Attempt, question: int) -> tuple[int, ...]:
    """Return the key of a question of the attempt's release."""
    return tuple(attempt.release.keys[question]["right"])


def wrong_choice(attempt: Attempt, question: int) -> tuple[int, ...]:
    """Return one wrong choice of a question of the attempt's release."""
    right = right_choices(attempt, question)
    n_choices = len(attempt.release.questions[question]["choices"])
    return (next(n for n in range(n_choices) if n not in right),)


def overdue(attempt: Attempt) -> datetime:
    """Return a moment just past the attempt's deadline."""
    assert attempt.deadline is not None
    return attempt.deadline + timedelta(seconds=1)
