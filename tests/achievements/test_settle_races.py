"""Settlements that meet each other, finishes, deletions and journeys."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import models
from django.utils import timezone

from accounts.models import User
from accounts.services import delete_account
from achievements.models import (
    ActiveDay,
    Grant,
    Miss,
    Standing,
    Statistics,
    XpEntry,
    ZoneChange,
)
from achievements.services import Settled, note_time_zone, settle_learner
from tests.achievements.derived import answer, assert_adds_up, derived, make_sibling
from tests.achievements.test_settling_grants import make_achievement
from tests.exams.factories import make_attempt, make_learner, make_test
from tests.exams.racing import (
    PATIENCE_SECONDS,
    Call,
    await_waiting,
    committed,
    finish,
    held,
    race,
    row_of,
)
from tests.exams.sitting import sit

pytestmark = committed

N_AT_ONCE = 50


def settle(learner: User) -> Settled:
    return settle_learner(learner.pk, now=timezone.now())


def lock_of(learner: User) -> "models.QuerySet[Statistics]":
    return Statistics.objects.filter(pk=learner.pk)


# --- settlements and finishes ---------------------------------------------------------


@pytest.mark.both_databases
def test_settlements_that_meet_pay_each_question_once() -> None:
    make_achievement("tests-finished", 2)
    learner, test = make_learner(), make_test()
    Statistics.objects.create(learner=learner)
    attempts = [make_attempt(learner, one) for one in (test, make_sibling(test))]
    for attempt in attempts:
        sit(attempt, n_wrong=5)
        row_of(attempt).update(
            finished_at=timezone.now(), score=80, points=20, n_right=20, n_answered=25
        )
    settled = race(
        [partial(settle, learner) for _ in range(N_AT_ONCE)], behind=lock_of(learner)
    )
    assert sum(one.n_answers for one in settled) == 50
    assert sum(len(one.grants) for one in settled) == 1
    assert sum(one.xp for one in settled) == 10 * XpEntry.objects.count()
    assert Statistics.objects.get().n_finished == 2
    assert Grant.objects.count() == Statistics.objects.get().n_untold == 1
    assert_adds_up(learner)


@pytest.mark.both_databases
def test_the_first_settlements_of_somebody_meet() -> None:
    attempt = make_attempt()
    sit(attempt)
    settled = race([partial(settle, attempt.learner) for _ in range(8)])
    assert sum(one.xp for one in settled) == 250
    assert_adds_up(attempt.learner)


@pytest.mark.both_databases
def test_finishes_at_once_pay_each_question_once() -> None:
    """Each finish settles in its own thread, as a worker would."""
    make_achievement("tests-finished", N_AT_ONCE)
    learner, test = make_learner(), make_test()
    tests = [test, *(make_sibling(test) for _ in range(N_AT_ONCE - 1))]
    attempts = [make_attempt(learner, one, mode="exam") for one in tests]
    for attempt in attempts:
        answer(attempt, *range(20))
        answer(attempt, *range(20, 25), right=False)
    calls: list[Call] = [partial(finish, attempt) for attempt in attempts]
    assert race(calls) == [True] * N_AT_ONCE
    statistics = Statistics.objects.get()
    assert (statistics.xp, statistics.coins) == (200, 100)
    assert statistics.n_finished == N_AT_ONCE
    assert statistics.n_answered == 25 * N_AT_ONCE
    assert sorted(Miss.objects.values_list("n", flat=True)) == [N_AT_ONCE] * 5
    assert Grant.objects.count() == 1
    assert_adds_up(learner)
    assert settle(learner) == Settled()


@pytest.mark.both_databases
def test_finishes_of_many_learners_keep_out_of_each_others_way() -> None:
    test = make_test()
    attempts = [make_attempt(test=test, mode="exam") for _ in range(10)]
    for attempt in attempts:
        sit(attempt)
    race([partial(finish, attempt) for attempt in attempts])
    for attempt in attempts:
        assert Statistics.objects.get(learner=attempt.learner).xp == 250
        assert_adds_up(attempt.learner)


@pytest.mark.both_databases
def test_answers_that_meet_a_settlement_are_paid_by_it_or_the_next() -> None:
    for _ in range(5):
        attempt = make_attempt()
        answer(attempt, 0)
        settle(attempt.learner)
        calls = [partial(answer, attempt, number) for number in range(1, 8)]
        race([*calls, *[partial(settle, attempt.learner)] * 3])
        settle(attempt.learner)
        assert Statistics.objects.get(learner=attempt.learner).xp == 80
        assert_adds_up(attempt.learner)


# --- somebody who leaves --------------------------------------------------------------


def leave(learner: User) -> None:
    delete_account(user=User.objects.get(pk=learner.pk))


def assert_gone(learner: User) -> None:
    assert not User.objects.filter(pk=learner.pk).exists()
    assert not any(derived(learner).values())
    assert not ZoneChange.objects.filter(learner=learner.pk).exists()


def begin(call: Call) -> Callable[[], None]:
    """Start the call in a thread of its own; return how to wait for its end."""
    outcome: list[object] = []
    thread = threading.Thread(target=lambda: outcome.append(race([call])))
    thread.start()

    def wait() -> None:
        thread.join(PATIENCE_SECONDS)
        assert outcome, "it failed or never returned"

    return wait


@pytest.mark.both_databases
@pytest.mark.parametrize("was_settled", [True, False])
def test_a_deletion_and_settlements_that_meet_leave_nothing(was_settled: bool) -> None:
    for _ in range(5):
        attempt = make_attempt()
        learner = attempt.learner
        if was_settled:
            answer(attempt, 0)
            settle(learner)
        answer(attempt, *range(1, 20))
        calls: list[Call] = [partial(settle, learner)] * 4
        race([*calls, partial(leave, learner)])
        assert_gone(learner)
        assert settle(learner) == Settled()
        assert_gone(learner)


def test_a_deletion_waits_for_a_settlement_that_is_under_way() -> None:
    attempt = make_attempt()
    learner = attempt.learner
    answer(attempt, 0)
    settle(learner)
    answer(attempt, 1)
    with held(Standing.objects.filter(learner=learner)):
        wait_for_settling = begin(partial(settle, learner))
        await_waiting(lambda: 1)  # It has the lock and has paid.
        wait_for_leaving = begin(partial(leave, learner))
        await_waiting(lambda: 2)
    wait_for_settling()
    wait_for_leaving()
    assert_gone(learner)


def test_a_settlement_waits_for_a_deletion_and_then_finds_nobody() -> None:
    attempt = make_attempt()
    learner = attempt.learner
    answer(attempt, 0)
    with held(row_of(attempt)):
        wait_for_leaving = begin(partial(leave, learner))
        await_waiting(lambda: 1)  # It has our lock, and waits for the attempt.
        wait_for_settling = begin(partial(settle, learner))
        await_waiting(lambda: 2)
    wait_for_leaving()
    wait_for_settling()
    assert_gone(learner)


# --- somebody who travels -------------------------------------------------------------


@pytest.mark.both_databases
def test_a_journey_that_meets_settlements_is_noted_once() -> None:
    for _ in range(5):
        attempt = make_attempt()
        learner = attempt.learner
        answer(attempt, *range(5))
        User.objects.filter(pk=learner.pk).update(time_zone="Asia/Tokyo")
        journey = partial(
            note_time_zone,
            learner_id=learner.pk,
            previous="UTC",
            now=timezone.now(),
        )
        race([journey, journey, *[partial(settle, learner)] * 3])
        zones = ZoneChange.objects.filter(learner=learner).values_list(
            "zone", flat=True
        )
        # A settlement that comes first knows nothing of the zone before.
        assert list(zones) in (["UTC", "Asia/Tokyo"], ["Asia/Tokyo"])
        day = ActiveDay.objects.get(learner=learner)
        assert day.zone == zones[0]
