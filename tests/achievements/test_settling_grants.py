"""What a settlement grants, to whom it is news, and what it is not asked."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from achievements.models import Achievement, Grant, Statistics
from achievements.records import LedgerSeries
from achievements.services import Settled, settle_learner
from exams import services
from exams.models import Attempt
from tests.achievements.derived import answer
from tests.exams.factories import make_attempt, make_learner, make_test
from tests.exams.sitting import sit_and_finish

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def make_achievement(
    rule: str, threshold: int, parameters: Mapping[str, Any] | None = None
) -> Achievement:
    n = Achievement.objects.count() + 1
    return Achievement.objects.create(
        slug=f"achievement-{n}",
        title=f"Achievement {n}",
        text="It takes something.",
        icon="trophy",
        category=Achievement.Category.SPECIAL,
        rule=rule,
        threshold=threshold,
        parameters=parameters or {},
    )


def settle(learner: User) -> Settled:
    return settle_learner(learner.pk, now=timezone.now())


def practise(attempt: Attempt, *, n_wrong: int) -> None:
    """Answer the first ones wrong and the others right, and finish."""
    answer(attempt, *range(n_wrong), right=False)
    answer(attempt, *range(n_wrong, attempt.length))
    services.finish_attempt(attempt=attempt, now=timezone.now())


def titles(learner: User) -> set[str]:
    grants = Grant.objects.filter(learner=learner)
    return set(grants.values_list("achievement__title", flat=True))


# --- granting -------------------------------------------------------------------------


def test_a_grant_says_when_and_by_what_it_was_earned() -> None:
    achievement = make_achievement("tests-finished", 1)
    attempt = sit_and_finish(make_attempt())
    settled = settle(attempt.learner)
    grant = Grant.objects.get()
    assert settled.grants == (grant,)
    assert grant.achievement == achievement
    assert grant.attempt_id == attempt.pk
    assert grant.earned_at == attempt.finished_at
    assert grant.evidence["rule"] == "tests-finished"
    assert grant.evidence["threshold"] == 1
    assert grant.evidence["values"]


def test_every_kind_of_event_is_looked_at() -> None:
    finished = make_achievement("tests-finished", 2)
    earned = make_achievement("coins-earned", 255)
    active = make_achievement("streak", 2)
    answered = make_achievement("recovery", 1)
    learner, test = make_learner(), make_test()
    for days, n_wrong in ((1, 1), (0, 0)):
        now = timezone.now() - timedelta(days=days)
        attempt = make_attempt(learner, test, now=now)
        answer(attempt, *range(n_wrong), right=False, now=now)
        answer(attempt, *range(n_wrong, 25), now=now)
        services.finish_attempt(attempt=attempt, now=now)
        settle(learner)
    # 24 and then 1 question were paid: 125 coins are no 255.
    assert titles(learner) == {finished.title, active.title, answered.title}
    sit_and_finish(make_attempt(learner, make_test(n_questions=50), length=50))
    settle(learner)
    assert earned.title in titles(learner)


def test_a_grant_is_given_once() -> None:
    make_achievement("tests-finished", 1)
    learner, test = make_learner(), make_test()
    for _ in range(2):
        sit_and_finish(make_attempt(learner, test))
        settle(learner)
    assert Grant.objects.count() == 1


def test_an_inactive_achievement_is_not_granted() -> None:
    make_achievement("tests-finished", 1)
    Achievement.objects.update(is_active=False)
    settle(sit_and_finish(make_attempt()).learner)
    assert not Grant.objects.exists()


def test_what_was_revoked_is_not_granted_again() -> None:
    make_achievement("tests-finished", 1)
    learner = sit_and_finish(make_attempt()).learner
    settle(learner)
    Grant.objects.update(revoked_at=timezone.now(), revoke_reason="A mistake.")
    sit_and_finish(make_attempt(learner))
    assert settle(learner).grants == ()


def test_a_rule_that_fails_keeps_nobody_from_what_else_they_earned(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = make_achievement("coins-earned", 5)
    works = make_achievement("tests-finished", 1)

    def fail(self: LedgerSeries, amount: int) -> None:
        raise ValueError("no such sum")

    monkeypatch.setattr(LedgerSeries, "reached", fail)
    learner = sit_and_finish(make_attempt()).learner
    with caplog.at_level(logging.ERROR):
        assert settle(learner).xp == 250
    assert titles(learner) == {works.title}
    assert broken.slug in caplog.text


# --- news -----------------------------------------------------------------------------


def test_what_was_just_earned_waits_to_be_told() -> None:
    make_achievement("tests-finished", 1)
    settle(sit_and_finish(make_attempt()).learner)
    assert Grant.objects.get().told_at is None
    assert Statistics.objects.get().n_untold == 1


def test_what_was_earned_before_is_told_at_once() -> None:
    learner, test = make_learner(), make_test()
    yesterday = timezone.now() - timedelta(days=1)
    sit_and_finish(make_attempt(learner, test, now=yesterday), now=yesterday)
    settle(learner)
    make_achievement("tests-finished", 1)
    sit_and_finish(make_attempt(learner, test))
    settle(learner)
    assert Grant.objects.get().told_at is not None
    assert Statistics.objects.get().n_untold == 0


def test_what_is_found_long_after_it_was_earned_is_no_news() -> None:
    make_achievement("tests-finished", 1)
    long_ago = timezone.now() - timedelta(days=30)
    attempt = sit_and_finish(make_attempt(now=long_ago), now=long_ago)
    settle(attempt.learner)
    assert Grant.objects.get().told_at is not None


# --- what the rules are told ----------------------------------------------------------


def test_the_moment_of_a_sum_is_that_of_the_answer_that_reached_it() -> None:
    # 500 XP, that is 50 questions, make level 2; the 7th answer made 35 coins.
    make_achievement("level", 2)
    make_achievement("coins-earned", 33)
    noon = datetime(2026, 11, 18, 12, tzinfo=UTC)
    attempt = make_attempt(test=make_test(n_questions=75), length=75, now=noon)
    for number in range(60):
        answer(attempt, number, now=noon + timedelta(minutes=number))
    settle(attempt.learner)
    by_rule = {one.achievement.rule: one for one in Grant.objects.all()}
    assert by_rule["level"].earned_at == noon + timedelta(minutes=49)
    assert by_rule["level"].evidence["values"]["xp"] == 500
    assert by_rule["coins-earned"].earned_at == noon + timedelta(minutes=6)
    assert by_rule["coins-earned"].evidence["values"]["coins"] == 35
    assert by_rule["level"].attempt_id == attempt.pk


def test_recovery_knows_the_question_in_whichever_test_and_release_it_was() -> None:
    make_achievement("recovery", 3)
    learner, test = make_learner(), make_test()
    noon = datetime(2026, 11, 18, 12, tzinfo=UTC)
    for number, right in enumerate([False, False, True, False, True]):
        now = noon + timedelta(hours=number)
        attempt = make_attempt(learner, test, now=now)
        answer(attempt, 3, right=right, now=now)
        answer(attempt, 4, right=not right, now=now)
        services.finish_attempt(attempt=attempt, now=now)
        settle(learner)
    grant = Grant.objects.get()
    assert grant.earned_at == now
    assert grant.evidence["values"]["question"] == attempt.release.keys[3]["question"]


def test_a_night_owl_is_one_by_their_own_clock() -> None:
    make_achievement("hours", 1, {"from": 0, "until": 4})
    at = datetime(2026, 11, 18, 17, tzinfo=UTC)
    for zone in ("Europe/Berlin", "Asia/Tokyo"):
        learner = make_learner(time_zone=zone)
        sit_and_finish(make_attempt(learner, now=at), now=at)
        settle(learner)
    assert Grant.objects.get().learner == learner


# --- what is asked at all -------------------------------------------------------------


def test_only_rules_that_the_events_touch_are_looked_at() -> None:
    for rule in ("tests-finished", "coins-earned", "streak"):
        make_achievement(rule, 100)
    learner = sit_and_finish(make_attempt()).learner
    settle(learner)
    attempt = make_attempt(learner)
    answer(attempt, 0, right=False)
    with CaptureQueriesContext(connection) as queries:
        settle(learner)
    # Nothing was finished or earned, and the day is not new.
    asked = [q["sql"] for q in queries if "achievements_achievement" in q["sql"]]
    assert len(asked) == 1
    assert "'recovery'" in asked[0]
    for rule in ("tests-finished", "coins-earned", "streak"):
        assert f"'{rule}'" not in asked[0]
    assert not [q for q in queries if '"exams_attempt"."score" ' in q["sql"][7:60]]


@pytest.mark.parametrize("n_before", [1, 5])
def test_evaluating_takes_a_query_for_each_kind_of_fact(n_before: int) -> None:
    for rule in ("tests-finished", "score", "perfect-tests", "questions-answered"):
        make_achievement(rule, 100)
    make_achievement("all-tests", 1)
    make_achievement("level", 5)
    make_achievement("coins-earned", 5000)
    make_achievement("recovery", 50)
    learner, test = make_learner(), make_test()
    make_test()
    for _ in range(n_before):
        practise(make_attempt(learner, test), n_wrong=10)
        settle(learner)
    practise(make_attempt(learner, test, mode="exam"), n_wrong=1)
    with CaptureQueriesContext(connection) as queries:
        settle(learner)
    # The 14 of test_settling.py; sittings; published tests; the most misses of one
    # question. Sums are on the statistics.
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 17
