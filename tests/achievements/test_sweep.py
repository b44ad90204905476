"""The sweep finds whoever was left behind, and asks for little when nobody was."""

import logging
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from achievements.models import CountedAttempt, Statistics, XpEntry
from achievements.services import settle_learner, sweep, sweeping
from achievements.tasks import settle_learners
from exams.models import Attempt
from tests.achievements.derived import answer
from tests.exams.factories import make_attempt, make_learner, make_test
from tests.exams.sitting import sit_and_finish

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_finished_attempts_that_nobody_counted_are_found() -> None:
    test = make_test()
    for _ in range(3):
        sit_and_finish(make_attempt(test=test, mode="exam"))
    assert sweep(now=timezone.now()) == 3
    assert XpEntry.objects.count() == 75
    assert CountedAttempt.objects.filter(is_final=True).count() == 3
    assert sweep(now=timezone.now()) == 0


def test_abandoned_attempts_are_found() -> None:
    attempt = make_attempt()
    answer(attempt, 0)
    Attempt.objects.filter(pk=attempt.pk).update(abandoned_at=timezone.now())
    assert sweep(now=timezone.now()) == 1
    assert Statistics.objects.get().xp == 10


def test_an_attempt_that_was_counted_and_then_closed_is_found() -> None:
    attempt = make_attempt()
    answer(attempt, 0)
    settle_learner(attempt.learner_id, now=timezone.now())
    sit_and_finish(attempt)
    assert sweep(now=timezone.now()) == 1


def test_running_practice_with_answers_that_nobody_counted_is_found() -> None:
    attempts = [make_attempt() for _ in range(3)]
    for attempt in attempts:
        answer(attempt, 0)
        settle_learner(attempt.learner_id, now=timezone.now())
    answer(attempts[1], 1)
    assert sweep(now=timezone.now()) == 1
    assert Statistics.objects.get(learner=attempts[1].learner).xp == 20


def test_running_exams_are_left_alone() -> None:
    attempt = make_attempt(mode="exam")
    answer(attempt, 0)
    assert sweep(now=timezone.now()) == 0


def test_what_was_closed_long_ago_is_left_to_verification() -> None:
    long_ago = timezone.now() - sweeping.WINDOW - timedelta(hours=1)
    sit_and_finish(make_attempt(now=long_ago, mode="exam"), now=long_ago)
    assert sweep(now=timezone.now()) == 0


def test_a_run_settles_so_many_at_most_and_those_that_wait_longest_first() -> None:
    test, now = make_test(), timezone.now()
    attempts = [
        sit_and_finish(
            make_attempt(test=test, mode="exam", now=now - timedelta(hours=hours)),
            now=now - timedelta(hours=hours),
        )
        for hours in (1, 3, 2)
    ]
    assert sweep(now=now, limit=2) == 2
    settled = Statistics.objects.values_list("learner", flat=True)
    assert set(settled) == {attempts[1].learner_id, attempts[2].learner_id}


def test_one_who_cannot_be_settled_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    test = make_test()
    broken, works = (
        sit_and_finish(make_attempt(test=test, mode="exam")).learner for _ in range(2)
    )

    def settle(learner_id: int, **kwargs: object) -> None:
        if learner_id == broken.pk:
            raise ValueError("broken")
        settle_learner(learner_id, now=timezone.now())

    monkeypatch.setattr(sweeping, "settle_learner", settle)
    with caplog.at_level(logging.ERROR):
        assert sweep(now=timezone.now(), limit=1) == 1
    assert Statistics.objects.get().learner == works
    assert f"Learner {broken.pk}" in caplog.text
    caplog.clear()
    settle_learners(learner_ids=[broken.pk, works.pk])
    assert f"Learner {broken.pk}" in caplog.text


def test_a_settlement_that_times_out_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    test = make_test()
    people = [
        sit_and_finish(make_attempt(test=test, mode="exam")).learner for _ in range(3)
    ]

    def settle(learner_id: int, **kwargs: object) -> None:
        if learner_id == people[0].pk:
            raise OperationalError("canceling statement due to statement timeout")
        settle_learner(learner_id, now=timezone.now())

    monkeypatch.setattr(sweeping, "settle_learner", settle)
    assert sweep(now=timezone.now()) == 2
    settled = Statistics.objects.order_by("pk").values_list("pk", flat=True)
    assert list(settled) == [one.pk for one in people[1:]]


def test_a_database_that_is_away_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def settle(learner_id: int, **kwargs: object) -> None:
        asked.append(learner_id)
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(sweeping, "settle_learner", settle)
    with pytest.raises(OperationalError):
        sweeping.settle_all(range(1, 100), now=timezone.now())
    assert asked == [1, 2, 3]


def test_who_takes_all_of_the_time_comes_after_everybody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def settle(learner_id: int, **kwargs: object) -> None:
        asked.append(learner_id)
        if learner_id == 1:
            raise SoftTimeLimitExceeded

    monkeypatch.setattr(sweeping, "settle_learner", settle)
    with pytest.raises(SoftTimeLimitExceeded):
        sweeping.settle_all([1, 2, 3], now=timezone.now())
    assert sweeping.settle_all([1, 2, 3], now=timezone.now()) == 2
    assert asked == [1, 2, 3]


# --- round and round ------------------------------------------------------------------


def test_runs_walk_round_the_running_practice() -> None:
    learner = make_learner()
    attempts = [make_attempt(learner) for _ in range(5)]
    seen = []
    for _ in range(4):
        sweeping.practice_behind(limit=2)
        seen.append(cache.get(sweeping._CURSOR))
    assert seen == [attempts[1].pk, attempts[3].pk, 0, attempts[1].pk]


def test_each_part_of_the_walk_finds_its_own() -> None:
    attempts = [make_attempt() for _ in range(5)]
    for attempt in attempts:
        answer(attempt, 0)
    found = [sweeping.practice_behind(limit=2) for _ in range(3)]
    learners = [attempt.learner_id for attempt in attempts]
    assert found == [learners[:2], learners[2:4], learners[4:]]


# --- what it costs --------------------------------------------------------------------


def test_a_sweep_that_finds_nobody_takes_three_queries() -> None:
    for _ in range(3):
        attempt = make_attempt()
        answer(attempt, 0)
        settle_learner(attempt.learner_id, now=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        assert sweep(now=timezone.now()) == 0
    # Closed ones that are not counted; running practice; its answers.
    assert len(queries) == 3
