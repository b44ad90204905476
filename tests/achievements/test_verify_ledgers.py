"""Ledgers only grow: what is wrong in them is balanced, and stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from achievements.models import Grant, Standing, Statistics, XpEntry
from achievements.services import settle_learner
from exams import services
from exams.models import Attempt
from tests.achievements.derived import answer, make_sibling
from tests.achievements.factories import make_achievement
from tests.achievements.verifying import CLEAN, Case, verify
from tests.exams.factories import make_attempt, make_test

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def put(case: Case, number: int, **fields: Any) -> XpEntry:
    """Replace a question's XP entry by one that is wrong."""
    question = case.question(number)
    case.own(XpEntry).filter(question=question).delete()
    defaults = {
        "attempt": case.finished,
        "amount": 10,
        "at": case.finished.started_at.replace(microsecond=0),
    }
    return XpEntry.objects.create(
        learner=case.learner,
        question_id=question,
        reason=XpEntry.Reason.RIGHT_ANSWER,
        **(defaults | fields),
    )


def corrections(case: Case) -> list[tuple[Any, ...]]:
    own = case.own(XpEntry).filter(reason=XpEntry.Reason.CORRECTION).order_by("pk")
    return list(own.values_list("attempt", "amount", "at"))


def test_what_was_never_earned_is_balanced(case: Case) -> None:
    entry = put(case, 24)
    lines, code = verify()
    assert code == 1
    assert f"entry {entry.pk}; by the facts the question was never right" in lines[0]
    assert f"attempt {case.finished.pk} wrong at" in lines[0]
    assert verify("--repair")[1] == 0
    assert corrections(case) == [(case.finished.pk, -10, entry.at)]
    note = case.own(XpEntry).get(question=None).note
    assert note.startswith(f"Balances entry {entry.pk}: +10 for question")
    assert case.own(XpEntry).filter(pk=entry.pk).exists()
    assert case.own(Statistics).get().xp == 210
    assert verify() == CLEAN


def test_a_wrong_amount_is_balanced(case: Case) -> None:
    entry = put(case, 3, amount=25)
    assert verify("--repair")[1] == 0
    assert corrections(case) == [(case.finished.pk, -15, entry.at)]
    assert case.own(Statistics).get().xp == 210
    assert verify() == CLEAN


def test_what_another_attempt_did_is_balanced_twice(case: Case) -> None:
    right = case.own(XpEntry).get(question=case.question(3))
    wrong = put(case, 3, attempt=case.running, at=case.running.started_at)
    assert verify("--repair")[1] == 0
    assert corrections(case) == [
        (case.running.pk, -10, wrong.at),
        (case.finished.pk, 10, right.at),
    ]
    assert case.own(Statistics).get().xp == 210
    assert verify() == CLEAN


def test_what_staff_gave_is_theirs(case: Case) -> None:
    now = timezone.now()
    XpEntry.objects.create(
        learner=case.learner,
        reason=XpEntry.Reason.CORRECTION,
        amount=400,
        at=now,
        note="For the help.",
    )
    make_achievement(title="Level 2", rule="level", threshold=2)
    # All that follows is kept beside the ledger, and was not told.
    lines, code = verify("--repair")
    assert code == 0
    assert not any(", XP ledger, " in line for line in lines)
    assert case.own(Statistics).get().xp == 610
    assert case.own(Standing).get(board="all-time").xp == 610
    grant = case.own(Grant).get(achievement__title="Level 2")
    assert (grant.earned_at, grant.told_at is None) == (now, False)
    assert verify() == CLEAN


def test_what_was_paid_before_a_late_exam_was_found_stays_paid(case: Case) -> None:
    """Its questions were right earlier than what they were paid for."""
    test, now = make_test(), timezone.now()
    exam = make_attempt(case.learner, test, mode="exam", now=now - timedelta(hours=3))
    answer(exam, *range(5), now=exam.started_at)
    Attempt.objects.filter(pk=case.running.pk).update(abandoned_at=now)
    practice = make_attempt(case.learner, make_sibling(test), now=now)
    answer(practice, *range(5), now=now)
    settle_learner(case.learner.pk, now=now)
    services.close_overdue(now=now)
    settle_learner(case.learner.pk, now=now)
    exam.refresh_from_db()
    assert exam.finished_at == exam.deadline
    assert case.own(XpEntry).filter(attempt=practice).count() == 5
    assert verify() == CLEAN
