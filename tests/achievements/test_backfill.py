"""Backfills: everybody is looked at for a new or changed rule, whatever happens."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import User
from achievements import queueing, tasks
from achievements.models import Achievement, Backfill, Grant, Statistics
from achievements.services import backfill as backfills
from achievements.services import settle_learner
from achievements.services.backfill import (
    LOCKED_TOGETHER,
    Superseded,
    request_backfill,
    resume_backfills,
    run_backfill,
    run_batch,
    stop_backfill,
)
from exams.models import Test
from tests.achievements.factories import make_achievement
from tests.achievements.verifying import verify
from tests.exams.factories import make_attempt, make_learner, make_test
from tests.exams.racing import (
    PATIENCE_SECONDS,
    await_waiting,
    committed,
    held,
    race,
)
from tests.exams.sitting import sit_and_finish

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

Capture = Callable[..., Any]


def make_finisher(test: Test, *, days_ago: int = 9) -> User:
    then = timezone.now() - timedelta(days=days_ago)
    attempt = sit_and_finish(make_attempt(test=test, now=then), now=then)
    settle_learner(attempt.learner_id, now=timezone.now())
    return attempt.learner


def make_idle(n: int) -> None:
    """Make learners who have statistics and never did anything."""
    learners = [make_learner() for _ in range(n)]
    Statistics.objects.bulk_create(Statistics(learner=one) for one in learners)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which backfills were queued; nothing is run."""
    ids: list[int] = []
    monkeypatch.setattr(
        queueing, "queue", lambda task, *, backfill_id: ids.append(backfill_id)
    )
    return ids


@pytest.fixture
def few_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfills, "LOCKED_TOGETHER", 2)
    monkeypatch.setattr(backfills, "BATCHES_PER_RUN", 2)


def requested(**fields: Any) -> Backfill:
    achievement = make_achievement(rule="tests-finished", threshold=1, **fields)
    request_backfill(achievement=achievement, now=timezone.now())
    return Backfill.objects.get(achievement=achievement)


# --- what comes out -------------------------------------------------------------------


def test_who_fulfils_the_rule_gets_it_as_of_the_moment_they_did(
    django_capture_on_commit_callbacks: Capture,
) -> None:
    test = make_test()
    earned = [make_finisher(test), make_finisher(test, days_ago=2)]
    make_idle(1)
    with django_capture_on_commit_callbacks(execute=True):
        done = requested()
    done.refresh_from_db()
    assert (done.state, done.n_learners) == (Backfill.State.DONE, 3)
    assert (done.n_done, done.n_granted) == (3, 2)
    assert done.finished_at is not None
    for learner in earned:
        grant = Grant.objects.get(learner=learner)
        attempt = learner.attempts.get()
        assert (grant.earned_at, grant.attempt) == (attempt.finished_at, attempt)
        assert grant.evidence["threshold"] == 1
        # Found long after: nobody is told of it by a toast.
        assert grant.told_at == grant.granted_at
        assert Statistics.objects.get(learner=learner).n_untold == 0
    assert verify()[1] == 0


def test_who_had_it_already_is_left_alone(
    django_capture_on_commit_callbacks: Capture,
) -> None:
    test = make_test()
    achievement = make_achievement(rule="tests-finished", threshold=1)
    first, second = make_finisher(test), make_finisher(test)
    now = timezone.now()
    of_second = Grant.objects.filter(learner=second)
    of_second.update(revoked_at=now, revoke_reason="Not theirs.")
    before = list(Grant.objects.order_by("pk").values())
    with django_capture_on_commit_callbacks(execute=True):
        request_backfill(achievement=achievement, now=now)
    assert list(Grant.objects.order_by("pk").values()) == before
    assert Backfill.objects.get().n_granted == 0
    assert {first.pk, second.pk} == {one["learner_id"] for one in before}


def test_a_rule_that_fails_is_logged_and_grants_nothing(
    django_capture_on_commit_callbacks: Capture, caplog: pytest.LogCaptureFixture
) -> None:
    make_finisher(make_test())
    achievement = make_achievement(rule="hours", threshold=1, parameters={})
    with django_capture_on_commit_callbacks(execute=True):
        request_backfill(achievement=achievement, now=timezone.now())
    assert Backfill.objects.get().state == Backfill.State.DONE
    assert f"The rule of {achievement.slug} failed" in caplog.text


# --- batches --------------------------------------------------------------------------


@pytest.mark.usefixtures("few_together")
def test_a_run_looks_at_a_few_and_leaves_the_rest_to_the_next(
    queued: list[int],
) -> None:
    make_idle(5)
    found = requested()
    now = timezone.now()
    assert run_backfill(backfill_id=found.pk, now=now) is True
    found.refresh_from_db()
    ids = list(Statistics.objects.order_by("pk").values_list("pk", flat=True))
    assert (found.state, found.n_done, found.cursor) == ("running", 4, ids[3])
    assert found.moved_at == now
    assert run_backfill(backfill_id=found.pk, now=now) is False
    found.refresh_from_db()
    assert (found.state, found.n_done, found.cursor) == ("done", 5, ids[4])
    assert run_backfill(backfill_id=found.pk, now=now) is False


@pytest.mark.usefixtures("few_together")
def test_the_task_queues_what_comes_after(
    django_capture_on_commit_callbacks: Capture,
) -> None:
    make_idle(9)
    with django_capture_on_commit_callbacks(execute=True):
        found = requested()
    found.refresh_from_db()
    assert (found.state, found.n_done) == (Backfill.State.DONE, 9)


def test_a_batch_that_grants_nothing_writes_the_cursor_alone(
    queued: list[int],
) -> None:
    make_idle(LOCKED_TOGETHER)
    found = requested()
    for learner in User.objects.all():
        # What was noted once is not noted again.
        settle_learner(learner.pk, now=timezone.now())
    run_batch(found, now=timezone.now())
    found.refresh_from_db()
    Backfill.objects.filter(pk=found.pk).update(cursor=0)
    found.refresh_from_db()
    with CaptureQueriesContext(connection) as queries:
        run_batch(found, now=timezone.now())
    writes = [q["sql"] for q in queries if q["sql"].startswith(("UPDATE", "INSERT"))]
    assert len(writes) == 1


@pytest.mark.usefixtures("few_together")
def test_a_batch_that_is_delivered_twice_counts_once(queued: list[int]) -> None:
    test = make_test()
    for _ in range(3):
        make_finisher(test)
    read = requested()
    again = Backfill.objects.select_related("achievement").get(pk=read.pk)
    run_batch(read, now=timezone.now())
    with pytest.raises(Superseded), transaction.atomic():
        run_batch(again, now=timezone.now())
    again.refresh_from_db()
    assert (again.n_done, again.n_granted, Grant.objects.count()) == (2, 2, 2)


# --- changes while one runs -----------------------------------------------------------


@pytest.mark.usefixtures("few_together")
def test_a_changed_row_starts_it_over(queued: list[int]) -> None:
    make_idle(3)
    found = requested()
    run_batch(found, now=timezone.now())
    later = timezone.now()
    request_backfill(achievement=found.achievement, now=later)
    again = Backfill.objects.get()
    assert again.pk == found.pk
    assert (again.state, again.cursor, again.n_done) == ("waiting", 0, 0)
    assert (again.requested_at, again.moved_at) == (later, later)


def test_what_was_read_before_a_change_grants_nothing(queued: list[int]) -> None:
    make_finisher(make_test())
    read = requested()
    Achievement.objects.update(threshold=2)
    request_backfill(achievement=Achievement.objects.get(), now=timezone.now())
    with pytest.raises(Superseded), transaction.atomic():
        run_batch(read, now=timezone.now())
    assert not Grant.objects.exists()


def test_deactivating_stops_it_and_takes_nothing_away(queued: list[int]) -> None:
    make_finisher(make_test())
    found = requested()
    run_batch(found, now=timezone.now())
    assert Grant.objects.count() == 1
    request_backfill(achievement=found.achievement, now=timezone.now())
    now = timezone.now()
    assert stop_backfill(achievement=found.achievement, now=now)
    latest = Backfill.objects.get(state=Backfill.State.STOPPED)
    assert latest.finished_at == now
    assert run_backfill(backfill_id=latest.pk, now=now) is False
    assert stop_backfill(achievement=found.achievement, now=now) is False
    assert Grant.objects.filter(revoked_at=None).count() == 1


def test_one_that_is_over_stays_on_record(queued: list[int]) -> None:
    first = requested()
    run_batch(first, now=timezone.now())
    request_backfill(achievement=first.achievement, now=timezone.now())
    states = Backfill.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["done", "waiting"]


# --- what dies ------------------------------------------------------------------------


def aged(found: Backfill, age: timedelta) -> datetime:
    now = timezone.now()
    Backfill.objects.filter(pk=found.pk).update(moved_at=now - age)
    return now


def test_what_stands_still_is_queued_again_once(queued: list[int]) -> None:
    found = requested()
    queued.clear()
    now = aged(found, timedelta(minutes=4))
    with_callbacks = transaction.get_connection()
    assert resume_backfills(now=now) == 1
    assert resume_backfills(now=now) == 0
    assert len(with_callbacks.run_on_commit) == 2  # the request's own, and this one
    Backfill.objects.update(state=Backfill.State.DONE)
    aged(found, timedelta(minutes=4))
    assert resume_backfills(now=now) == 0


def test_what_moves_is_left_alone(queued: list[int]) -> None:
    now = aged(requested(), timedelta(minutes=2))
    assert resume_backfills(now=now) == 0


def test_a_broker_that_is_away_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture
) -> None:
    make_finisher(make_test())

    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr(queueing, "REST_SECONDS", 0)
    monkeypatch.setattr(tasks.run_backfill, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        found = requested()
    found.refresh_from_db()
    assert found.state == Backfill.State.WAITING
    monkeypatch.undo()
    now = aged(found, timedelta(minutes=4))
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.resume_backfills.delay().get() == 1
    found.refresh_from_db()
    assert found.state == Backfill.State.DONE
    assert found.moved_at >= now
    assert Grant.objects.count() == 1


# --- several at once ------------------------------------------------------------------


@committed
@pytest.mark.usefixtures("few_together")
def test_two_workers_on_one_backfill_grant_once(queued: list[int]) -> None:
    test = make_test()
    for _ in range(5):
        make_finisher(test)
    found = requested()
    first = Statistics.objects.order_by("pk")[:1]

    def work() -> None:
        while run_backfill(backfill_id=found.pk, now=timezone.now()):
            pass

    race([work, work], behind=Statistics.objects.filter(pk__in=list(first)))
    while run_backfill(backfill_id=found.pk, now=timezone.now()):
        pass
    found.refresh_from_db()
    assert (found.state, found.n_done, found.n_granted) == ("done", 5, 5)
    assert Grant.objects.count() == 5


@committed
@pytest.mark.skipif("connection.vendor == 'sqlite'")
def test_who_is_settled_meanwhile_is_not_missed(queued: list[int]) -> None:
    """The settlement has not seen the new achievement; the backfill waits for it."""
    attempt = sit_and_finish(make_attempt())
    learner = attempt.learner
    Statistics.objects.create(learner=learner)
    found = requested(is_active=False)

    def activate_and_look() -> None:
        Achievement.objects.update(is_active=True)
        run_backfill(backfill_id=found.pk, now=timezone.now())

    with held(Statistics.objects.filter(pk=learner.pk)):
        # In the middle of it: its achievements are read, nothing is committed yet.
        settle_learner(learner.pk, now=timezone.now())
        assert not Grant.objects.exists()
        waiting = race_in_the_background(activate_and_look)
    waiting()
    assert Grant.objects.filter(learner=learner).count() == 1


def race_in_the_background(call: Callable[[], Any]) -> Callable[[], None]:
    """Start a call that waits for a lock we hold; return what waits for its end."""
    thread = threading.Thread(target=lambda: race([call]), daemon=True)
    thread.start()
    await_waiting(lambda: 1)
    return lambda: thread.join(PATIENCE_SECONDS)
