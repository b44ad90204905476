"""Runs of verification: who is pending, in which batches, what fails, and at night."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from achievements import tasks
from achievements.management.progress import ProgressBar
from achievements.models import Miss, Statistics
from achievements.services import settle_learner
from achievements.services.verify import (
    Kind,
    batches,
    learners_after,
    nightly,
    verify_batch,
    verify_for_a_while,
)
from exams import services
from exams.models import Attempt, Test
from tests.achievements.derived import answer
from tests.achievements.factories import make_achievement
from tests.achievements.verifying import CLEAN, Case, verify
from tests.exams.factories import make_attempt, make_learner, make_test
from tests.exams.racing import committed, race

pytestmark = pytest.mark.django_db


def make_counted_learner(test: Test) -> User:
    attempt = make_attempt(test=test)
    answer(attempt, *range(3))
    answer(attempt, 3, right=False)
    settle_learner(attempt.learner_id, now=timezone.now())
    return attempt.learner


def damage(learner: User) -> None:
    assert Miss.objects.filter(learner=learner).delete()[0]


# --- pending --------------------------------------------------------------------------


def test_what_is_younger_than_the_grace_is_pending(case: Case) -> None:
    answer(case.running, 22, now=timezone.now())
    expected = ["1 learner looked at, no difference, 1 learner pending."]
    assert verify() == (expected, 0)


@pytest.mark.parametrize("end", ["finished", "abandoned", "running"])
def test_what_waits_for_longer_is_not_counted(case: Case, end: str) -> None:
    answer(case.running, 22, 23, now=timezone.now() - timedelta(minutes=11))
    if end == "finished":
        services.finish_attempt(attempt=case.running, now=timezone.now())
    elif end == "abandoned":
        own = Attempt.objects.filter(pk=case.running.pk)
        own.update(abandoned_at=timezone.now())
    lines, code = verify()
    assert code == 1
    words = f"{Kind.NOT_COUNTED}, attempt {case.running.pk}: stored less; by the facts "
    assert words in lines[0]
    assert (
        "2 more answers, " + ("running" if end == "running" else "closed") in lines[0]
    )
    assert verify("--grace", "700")[1] == 0
    assert verify("--repair") == ([f"{lines[0]} [repaired]", REPAIRED], 0)
    assert verify() == CLEAN
    assert case.own(Statistics).get().xp == 230


REPAIRED = "1 learner looked at, 1 difference, 1 learner repaired."


def test_a_running_exam_waits_for_nothing(case: Case) -> None:
    then = timezone.now() - timedelta(minutes=20)
    exam = make_attempt(case.learner, make_test(), mode="exam", now=then)
    answer(exam, *range(9), now=then)
    assert verify() == CLEAN


def test_what_else_is_wrong_comes_to_light_when_it_is_counted(case: Case) -> None:
    answer(case.running, 22, now=timezone.now())
    damage(case.learner)
    lines, code = verify("--grace", "0", "--repair")
    assert code == 0
    assert any(f"{Kind.NOT_COUNTED}, attempt" in line for line in lines)
    assert any(f"{Kind.MISSES}, question" in line for line in lines)
    assert verify() == CLEAN


# --- batches --------------------------------------------------------------------------


def test_a_batch_costs_the_same_for_any_number_of_learners() -> None:
    make_achievement(rule="tests-finished", threshold=1)
    test = make_test()
    learners = [make_counted_learner(test) for _ in range(8)]

    def cost(n: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            report = verify_batch(learners_after(0)[:n], now=timezone.now())
        assert report.n_learners == n
        assert not report.differences
        return len(queries)

    # Learners, achievements, tests, statistics, seven tables, attempts, keys, chunks,
    # zones; and a savepoint's begin and end.
    assert cost(1) == cost(8) == 17
    # What is wrong is found with the same queries.
    for learner in learners:
        damage(learner)
    with CaptureQueriesContext(connection) as queries:
        report = verify_batch(learners_after(0), now=timezone.now())
    assert len(report.wrong) == 8
    assert len(queries) == 17


def test_the_command_goes_through_everybody_in_batches() -> None:
    test = make_test()
    learners = [make_counted_learner(test) for _ in range(5)]
    make_learner()  # who never did anything
    damage(learners[1])
    damage(learners[4])
    lines, code = verify("--batch", "2")
    assert code == 1
    assert len(lines) == 3
    assert lines[-1] == "6 learners looked at, 2 differences."
    lines, code = verify("--batch", "2", "--repair")
    assert lines[-1] == "6 learners looked at, 2 differences, 2 learners repaired."
    assert (code, verify("--batch", "4")[1]) == (0, 0)


def test_the_command_can_look_at_one_learner() -> None:
    test = make_test()
    learners = [make_counted_learner(test) for _ in range(2)]
    damage(learners[0])
    assert verify("--learner", str(learners[1].pk)) == CLEAN
    assert verify("--learner", str(learners[0].pk), "--repair")[1] == 0
    assert verify()[1] == 0


@pytest.mark.parametrize(
    "arguments",
    [("--learner", "0"), ("--batch", "0"), ("--batch", "x"), ("--grace", "-1")],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("verify_achievements", *arguments)


def test_nobody_is_no_difference() -> None:
    assert verify() == (["0 learners looked at, no difference."], 0)


# --- what fails -----------------------------------------------------------------------


def test_one_who_cannot_be_looked_at_keeps_nobody_else_waiting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    test = make_test()
    first, second = (make_counted_learner(test) for _ in range(2))
    damage(second)
    recompute = batches.recompute

    def fail_for_the_first(history: Any) -> Any:
        if history.learner == first.pk:
            raise ZeroDivisionError
        return recompute(history)

    monkeypatch.setattr(batches, "recompute", fail_for_the_first)
    lines, code = verify("--repair")
    assert code == 1
    assert f"Learner {first.pk} could not be verified" in caplog.text
    assert lines[-1] == (
        "2 learners looked at, 1 difference, 1 learner repaired, "
        "1 learner failed: the log says why."
    )


def test_what_cannot_be_mended_is_said(
    monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    damage(case.learner)
    monkeypatch.setattr("achievements.services.verify.difference.Mend.apply", id)
    lines, code = verify("--repair")
    assert code == 1
    assert not any("[repaired]" in line for line in lines)
    assert "repaired" not in lines[-1]


@pytest.mark.parametrize(("tries", "code"), [(4, 0), (3, 1)])
def test_who_goes_on_answering_is_counted_anew_a_few_times(
    monkeypatch: pytest.MonkeyPatch, case: Case, tries: int, code: int
) -> None:
    damage(case.learner)
    # Whenever everything is counted there is one more answer; three times.
    more = iter([22, 23, 24])

    def settle_and_answer(learner_id: int, **kwargs: Any) -> None:
        settle_learner(learner_id, **kwargs)
        if number := next(more, None):
            answer(case.running, number)

    monkeypatch.setattr(batches, "settle_learner", settle_and_answer)
    monkeypatch.setattr(batches, "TRIES", tries)
    lines, exit_code = verify("--repair")
    assert exit_code == code
    assert ("1 learner repaired" in lines[-1]) == (code == 0)
    assert ("1 learner failed" in lines[-1]) == (code == 1)


def test_who_is_gone_needs_no_mending() -> None:
    nothing: tuple[list[Any], list[Any]] = ([], [])
    keys, now = batches.Keys(), timezone.now()
    assert batches.repair_learner(10**9, now=now, keys=keys) == nothing


# --- at one moment --------------------------------------------------------------------


@committed
@pytest.mark.skipif("connection.vendor == 'sqlite'")
def test_what_is_settled_while_a_batch_is_read_is_no_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attempt = make_attempt()
    answer(attempt, *range(5))
    read = batches.histories

    def settle_meanwhile(*args: Any, **kwargs: Any) -> Any:
        race([lambda: settle_learner(attempt.learner_id, now=timezone.now())])
        return read(*args, **kwargs)

    monkeypatch.setattr(batches, "histories", settle_meanwhile)
    report = verify_batch(learners_after(0), now=timezone.now())
    assert (report.differences, report.pending) == ([], {attempt.learner_id})
    monkeypatch.undo()
    report = verify_batch(learners_after(0), now=timezone.now())
    assert (report.differences, report.pending) == ([], set())


# --- progress -------------------------------------------------------------------------


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_there_is_a_bar() -> None:
    test = make_test()
    for _ in range(3):
        damage(make_counted_learner(test))
    screen, out = Terminal(), StringIO()
    with pytest.raises(CommandError):
        call_command("verify_achievements", batch=2, stderr=screen, stdout=out)
    drawn = screen.getvalue().split("\r\x1b[2K")
    assert "0 of 3 learners" in drawn[1]
    assert any("67% " in one and "2 of 3 learners" in one for one in drawn)
    assert "100% " in drawn[-1]
    assert "░" not in drawn[-1]
    assert drawn[-1].endswith("\n")
    # The bar is away when a line of the report is written.
    assert "" in drawn[2:]


def test_elsewhere_nothing_is_drawn() -> None:
    make_counted_learner(make_test())
    err = StringIO()
    call_command("verify_achievements", stderr=err, stdout=StringIO())
    assert err.getvalue() == ""


def test_the_bar_says_how_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 110.0, 120.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    bar = ProgressBar(4_000, of="learners", stream=StringIO())
    bar.n = 1_000
    assert bar.line().strip().endswith("1,000 of 4,000 learners, 100/s, 0:00:30 left")
    bar.n = 4_000
    assert bar.line().startswith("100% ")


# --- at night -------------------------------------------------------------------------


@contextmanager
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO, logger=nightly.__name__):
        yield


def test_the_nightly_task_goes_through_everybody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    test = make_test()
    learners = [make_counted_learner(test) for _ in range(5)]
    damage(learners[4])
    monkeypatch.setattr(
        tasks,
        "verify_for_a_while",
        lambda **kwargs: verify_for_a_while(**kwargs, seconds=0, batch=2),
    )
    with logged(caplog):
        tasks.verify_rewards.delay()
    errors = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert len(errors) == 1
    assert f"learner {learners[4].pk}, {Kind.MISSES}" in errors[0].getMessage()
    runs = [one for one in caplog.records if "verified" in one.getMessage()]
    assert [one.args[0] for one in runs] == [2, 2, 1]  # type: ignore[index]
    # It mends nothing.
    assert verify()[1] == 1


def test_it_counts_what_the_sweep_no_longer_looks_for(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    long_ago = timezone.now() - timedelta(days=9)
    answer(case.running, 22, now=long_ago)
    Attempt.objects.filter(pk=case.running.pk).update(abandoned_at=long_ago)
    with logged(caplog):
        tasks.verify_rewards.delay()
    assert f"{Kind.NOT_COUNTED}, attempt {case.running.pk}" in caplog.text
    assert verify() == CLEAN


def test_a_run_takes_as_many_batches_as_its_time_allows() -> None:
    test = make_test()
    learners = [make_counted_learner(test) for _ in range(5)]
    now = timezone.now()
    assert verify_for_a_while(after=0, now=now, seconds=60, batch=2) is None
    last = verify_for_a_while(after=0, now=now, seconds=0, batch=2)
    assert last == learners[1].pk
    assert verify_for_a_while(after=learners[3].pk, now=now, batch=2) is None


def test_when_everything_is_wrong_the_log_stays_short(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    test = make_test()
    for _ in range(4):
        damage(make_counted_learner(test))
    monkeypatch.setattr(nightly, "LOGGED", 3)
    with logged(caplog):
        tasks.verify_rewards.delay()
    errors = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert len(errors) == 4
    assert errors[-1].getMessage() == "Rewards differ in 1 more places"


def test_beat_has_it_every_night() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["verify-rewards"]
    assert entry["task"] == tasks.verify_rewards.name
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {30})
