"""Each question pays once, ever: practice at the answer, an exam at its finish."""

from datetime import timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from achievements.models import CoinEntry, XpEntry
from achievements.services import Settled, settle_learner
from exams import services
from exams.models import Attempt
from exams.publishing import publish_test
from tests.achievements.derived import answer, assert_adds_up, make_sibling
from tests.exams.factories import make_attempt, make_learner, make_test, overdue
from tests.exams.sitting import sit, sit_and_finish

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def settle(learner: User) -> Settled:
    settled = settle_learner(learner.pk, now=timezone.now())
    assert_adds_up(learner)
    return settled


def restart(attempt: Attempt, *, mode: str = "practice") -> Attempt:
    again, created = services.start_attempt(
        learner=attempt.learner,
        test=attempt.test,
        mode=mode,
        length=attempt.length,
        now=timezone.now(),
        restart=True,
    )
    assert created
    return again


def test_a_right_practice_answer_pays_while_the_attempt_runs() -> None:
    attempt = make_attempt()
    answer(attempt, 4)
    assert settle(attempt.learner) == Settled(n_attempts=1, n_answers=1, xp=10, coins=5)
    xp, coins = XpEntry.objects.get(), CoinEntry.objects.get()
    assert (xp.amount, coins.amount) == (10, 5)
    question = attempt.release.keys[4]["question"]
    assert xp.question_id == coins.question_id == question
    assert xp.attempt_id == coins.attempt_id == attempt.pk


def test_it_was_earned_when_it_was_answered_and_not_when_it_is_paid() -> None:
    now = timezone.now().replace(microsecond=0) - timedelta(days=1)
    attempt = make_attempt(now=now)
    answer(attempt, 4, now=now)
    settle(attempt.learner)
    assert XpEntry.objects.get().at == CoinEntry.objects.get().at == now


def test_a_wrong_answer_pays_nothing() -> None:
    attempt = make_attempt()
    answer(attempt, 4, right=False)
    assert settle(attempt.learner) == Settled(n_attempts=1, n_answers=1)


def test_what_was_wrong_pays_when_it_is_right_in_a_later_attempt() -> None:
    first = make_attempt()
    answer(first, 4, right=False)
    settle(first.learner)
    second = restart(first)
    answer(second, 4)
    assert settle(first.learner).xp == 10
    assert XpEntry.objects.get().attempt_id == second.pk


def test_a_running_exam_pays_nothing_and_a_finished_one_at_its_finish() -> None:
    attempt = make_attempt(mode="exam")
    sit(attempt, n_wrong=5, n_skipped=2)
    assert settle(attempt.learner) == Settled()
    now = timezone.now()
    services.finish_attempt(attempt=attempt, now=now)
    assert settle(attempt.learner).xp == 180
    assert set(XpEntry.objects.values_list("at", flat=True)) == {now}


def test_an_exam_that_the_clock_ended_pays_as_of_its_deadline() -> None:
    attempt = make_attempt(mode="exam", now=timezone.now() - timedelta(hours=2))
    answer(attempt, 0, now=attempt.started_at)
    services.close_overdue(now=overdue(attempt))
    assert settle(attempt.learner).xp == 10
    assert XpEntry.objects.get().at == attempt.deadline


def test_finishing_practice_pays_nothing_more() -> None:
    attempt = make_attempt()
    sit(attempt)
    settle(attempt.learner)
    services.finish_attempt(attempt=attempt, now=timezone.now())
    settled = settle(attempt.learner)
    assert (settled.n_attempts, settled.xp) == (1, 0)
    assert XpEntry.objects.count() == 25


def test_abandoned_practice_keeps_what_it_earned() -> None:
    attempt = make_attempt()
    answer(attempt, 0)
    settle(attempt.learner)
    answer(attempt, 1)
    restart(attempt)
    assert settle(attempt.learner).xp == 10
    assert set(XpEntry.objects.values_list("attempt", flat=True)) == {attempt.pk}


def test_an_abandoned_exam_pays_nothing() -> None:
    attempt = make_attempt(mode="exam")
    sit(attempt)
    restart(attempt, mode="exam")
    assert settle(attempt.learner) == Settled(n_attempts=1)
    assert settle(attempt.learner) == Settled()


@pytest.mark.parametrize("mode", ["practice", "exam"])
def test_the_same_question_in_a_later_attempt_pays_nothing(mode: str) -> None:
    first = sit_and_finish(make_attempt(mode="exam"))
    assert settle(first.learner).xp == 250
    sit_and_finish(make_attempt(first.learner, first.test, mode=mode))
    settled = settle(first.learner)
    assert (settled.n_answers, settled.xp, settled.coins) == (25, 0, 0)


def test_the_same_question_in_another_test_pays_nothing() -> None:
    first = sit_and_finish(make_attempt(mode="exam"))
    settle(first.learner)
    sibling = make_sibling(first.test)
    sit_and_finish(make_attempt(first.learner, sibling))
    assert settle(first.learner).xp == 0


def test_the_same_question_in_a_new_release_pays_nothing() -> None:
    first = sit_and_finish(make_attempt(mode="exam"))
    settle(first.learner)
    first.test.questions.update(explanation="A better one.")
    publish_test(test=first.test, now=timezone.now())
    first.test.refresh_from_db()
    second = sit_and_finish(make_attempt(first.learner, first.test))
    assert second.release_id != first.release_id
    assert settle(first.learner).xp == 0


def test_the_same_question_twice_in_one_settlement_pays_the_earlier_answer() -> None:
    learner, test = make_learner(), make_test()
    sibling = make_sibling(test)
    now = timezone.now()
    late = make_attempt(learner, test, now=now)
    early = make_attempt(learner, sibling, now=now - timedelta(hours=1))
    answer(late, 0, now=now)
    answer(early, 0, now=now - timedelta(minutes=1))
    assert settle(learner).xp == 10
    assert XpEntry.objects.get().attempt_id == early.pk


def test_each_learner_is_paid() -> None:
    test = make_test()
    for learner in (make_learner(), make_learner()):
        sit_and_finish(make_attempt(learner, test))
        assert settle(learner).xp == 250
    assert XpEntry.objects.aggregate(sum=Sum("amount"))["sum"] == 500


def test_an_exam_answer_that_was_taken_back_is_none() -> None:
    attempt = make_attempt(mode="exam")
    answer(attempt, 0)
    taken_back = services.AnswerIn(0, (), seq=2)
    services.record_batch(attempt=attempt, answers=[taken_back], now=timezone.now())
    services.finish_attempt(attempt=attempt, now=timezone.now())
    assert settle(attempt.learner) == Settled(n_attempts=1)


def test_a_partly_right_answer_pays_nothing() -> None:
    test = make_test(published=False)
    test.questions.update(scoring="partial")
    publish_test(test=test, now=timezone.now())
    test.refresh_from_db()
    attempt = make_attempt(test=test)
    # Every fifth question has two right choices.
    half = services.AnswerIn(4, tuple(attempt.release.keys[4]["right"][:1]), seq=1)
    services.record_batch(attempt=attempt, answers=[half], now=timezone.now())
    assert settle(attempt.learner) == Settled(n_attempts=1, n_answers=1)


def test_a_learner_who_is_gone_is_no_error() -> None:
    learner = make_learner()
    pk = learner.pk
    learner.delete()
    assert settle_learner(pk, now=timezone.now()) == Settled()
