"""Grants are held against the rule as it was, by what was known in time."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from achievements.models import Achievement, Grant, Statistics
from achievements.services import settle_learner
from achievements.services.verify import Kind
from exams import services
from exams.bank.changes import Changes
from exams.bank.writing import withdraw_tests
from exams.models import Certification, Test
from tests.achievements.derived import answer
from tests.achievements.factories import make_achievement
from tests.achievements.verifying import CLEAN, Case, verify
from tests.exams.factories import make_attempt, make_test

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def invent_grant(case: Case, **fields: Any) -> Grant:
    busy = Achievement.objects.get(title="Busy")
    evidence = {"rule": busy.rule, "threshold": 5, "parameters": {}, "values": {}}
    defaults = {"earned_at": timezone.now(), "evidence": evidence}
    return Grant.objects.create(
        learner=case.learner,
        achievement=busy,
        granted_at=timezone.now(),
        **(defaults | fields),
    )


def test_an_unearned_grant_is_revoked_with_the_reason_on_record(case: Case) -> None:
    grant = invent_grant(case)
    case.own(Statistics).update(n_untold=F("n_untold") + 1)
    lines, code = verify()
    assert code == 1
    assert f"{Kind.UNEARNED_GRANT}, Busy: stored granted as of" in lines[0]
    assert "by the facts 1 of 5 (rule tests-finished at 5)" in lines[0]
    assert verify("--repair")[1] == 0
    grant.refresh_from_db()
    assert grant.revoked_at is not None
    assert grant.revoke_reason == "Not earned, by what is known now: 1 of 5."
    untold = case.own(Grant).filter(told_at=None, revoked_at=None).count()
    assert case.own(Statistics).get().n_untold == untold
    assert verify() == CLEAN


def test_a_grant_is_held_against_the_rule_as_it_was(case: Case) -> None:
    Achievement.objects.filter(title="Finisher").update(threshold=50)
    assert verify() == CLEAN


def test_a_grant_by_a_rule_that_is_gone_is_left_alone(case: Case) -> None:
    invent_grant(case, told_at=timezone.now(), evidence={"rule": "gone"})
    assert verify() == CLEAN


def test_what_was_revoked_is_not_missing(case: Case) -> None:
    case.own(Grant).update(
        revoked_at=timezone.now(), revoke_reason="Wrong.", told_at=timezone.now()
    )
    case.own(Statistics).update(n_untold=0)
    assert verify() == CLEAN


def test_of_an_inactive_achievement_nothing_is_missing(case: Case) -> None:
    case.own(Grant).delete()
    Achievement.objects.update(is_active=False)
    case.own(Statistics).update(n_untold=0)
    assert verify() == CLEAN


def test_of_one_that_is_being_backfilled_nothing_is_missing_yet(case: Case) -> None:
    case.own(Grant).delete()
    case.own(Statistics).update(n_untold=0)
    now = timezone.now()
    for achievement in Achievement.objects.all():
        achievement.backfills.create(requested_at=now, moved_at=now)
    assert verify() == CLEAN


def test_a_repaired_grant_carries_its_moment_and_is_told_to_nobody(case: Case) -> None:
    earned = dict(case.own(Grant).values_list("achievement", "earned_at"))
    case.own(Grant).delete()
    verify("--repair")
    for grant in case.own(Grant):
        assert grant.earned_at == earned[grant.achievement_id]
        assert grant.told_at == grant.granted_at
    assert case.own(Statistics).get().n_untold == 0


def test_what_was_earned_before_a_late_exam_was_found_stays_earned() -> None:
    """Its day takes the freeze of the week from a day that comes after it."""
    make_achievement(title="Four days", rule="streak", threshold=4)
    monday = datetime(2026, 1, 5, 10, tzinfo=UTC)
    exam = make_attempt(mode="exam", now=monday)
    answer(exam, 0, now=monday)
    learner = exam.learner
    practice = make_attempt(learner, make_test(), now=monday + timedelta(days=1))
    # Wednesday, and with Thursday's freeze Friday to Sunday.
    for number, day in enumerate((2, 4, 5, 6)):
        answer(practice, number, now=monday + timedelta(days=day))
    settle_learner(learner.pk, now=timezone.now())
    assert Grant.objects.get().achievement.title == "Four days"
    services.close_overdue(now=timezone.now())
    settle_learner(learner.pk, now=timezone.now())
    assert Statistics.objects.get().longest_streak == 3
    assert verify() == CLEAN


def test_who_finished_all_there_was_keeps_it_when_a_test_goes_and_another_comes() -> (
    None
):
    make_achievement(title="All", rule="all-tests", threshold=1)
    attempt = make_attempt(test=make_test(), now=timezone.now() - timedelta(hours=2))
    services.finish_attempt(attempt=attempt, now=timezone.now())
    settle_learner(attempt.learner_id, now=timezone.now())
    grant = Grant.objects.get()

    withdraw(attempt.test)
    make_test()
    assert verify() == CLEAN
    grant.refresh_from_db()
    assert grant.revoked_at is None


def withdraw(test: Test) -> None:
    """What loading the banks does with a test whose file is gone."""
    mine = Certification.objects.filter(pk=test.certification_id)
    mine.get().tests.update(source_fingerprint="from a file")
    bank = SimpleNamespace(tests=[])
    withdraw_tests(mine.get(), bank, Changes("Example"), now=timezone.now())


def test_a_test_that_goes_completes_what_else_was_finished(
    django_capture_on_commit_callbacks: Any,
) -> None:
    make_achievement(title="All", rule="all-tests", threshold=1)
    attempt = make_attempt(test=make_test(), now=timezone.now() - timedelta(hours=2))
    never = make_test()
    services.finish_attempt(attempt=attempt, now=timezone.now())
    settle_learner(attempt.learner_id, now=timezone.now())
    assert not Grant.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(never)
    assert Grant.objects.get().learner == attempt.learner
    assert verify() == CLEAN
