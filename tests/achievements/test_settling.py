"""What one settlement counts and notes, and that another one adds nothing to it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from achievements.models import (
    ActiveDay,
    CountedAttempt,
    Miss,
    Profile,
    Standing,
    Statistics,
)
from achievements.services import Settled, settle_learner
from exams import services
from exams.models import Attempt, Test
from tests.achievements.derived import answer, assert_adds_up, derived, make_sibling
from tests.exams.factories import make_attempt, make_learner, make_test, overdue
from tests.exams.sitting import sit, sit_and_finish

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday


def settle(learner: User) -> Settled:
    return settle_learner(learner.pk, now=timezone.now())


# --- statistics -----------------------------------------------------------------------


def test_finished_attempts_are_added_up() -> None:
    learner, test = make_learner(), make_test()
    sit_and_finish(make_attempt(learner, test, mode="exam"), n_wrong=5, n_skipped=5)
    settle(learner)
    sit_and_finish(make_attempt(learner, test), n_wrong=10)
    settle(learner)
    statistics = Statistics.objects.get()
    assert statistics.n_finished == 2
    assert (statistics.n_answered, statistics.n_right) == (45, 30)
    assert statistics.best_score == Decimal(60)
    assert statistics.n_perfect_tests == 0


def test_what_was_not_finished_is_not_in_the_statistics() -> None:
    attempt = make_attempt()
    answer(attempt, 0, 1)
    settle(attempt.learner)
    services.start_attempt(
        learner=attempt.learner,
        test=attempt.test,
        mode="exam",
        length=25,
        now=timezone.now(),
        restart=True,
    )
    settle(attempt.learner)
    statistics = Statistics.objects.get()
    assert (statistics.n_finished, statistics.n_answered) == (0, 0)
    assert statistics.best_score is None


def test_a_test_is_perfect_once_however_often() -> None:
    learner, test = make_learner(), make_test()
    for _ in range(2):
        sit_and_finish(make_attempt(learner, test))
        settle(learner)
        assert Statistics.objects.get().n_perfect_tests == 1
    sit_and_finish(make_attempt(learner, make_sibling(test)))
    settle(learner)
    assert Statistics.objects.get().n_perfect_tests == 2


# --- how far an attempt has been counted ----------------------------------------------


def test_the_mask_has_a_bit_for_each_answer_that_is_counted() -> None:
    attempt = make_attempt(test=make_test(n_questions=100), length=100)
    answer(attempt, 0, 5, 99)
    settle(attempt.learner)
    counted = CountedAttempt.objects.get()
    assert int(counted.questions, 16) == 1 | 1 << 5 | 1 << 99
    assert not counted.is_final
    answer(attempt, 6)
    assert settle(attempt.learner).n_answers == 1
    counted.refresh_from_db()
    assert int(counted.questions, 16) == 1 | 1 << 5 | 1 << 6 | 1 << 99


def test_a_finished_attempt_is_final_with_the_pass_mark_of_the_day() -> None:
    attempt = sit_and_finish(make_attempt())
    settle(attempt.learner)
    type(attempt.test.certification).objects.update(pass_percent=10)
    settle(attempt.learner)
    counted = CountedAttempt.objects.get()
    assert (counted.is_final, counted.pass_percent) == (True, 75)


@pytest.mark.parametrize("mode", ["practice", "exam"])
@pytest.mark.parametrize("settled_before_the_finish", [False, True])
def test_flawless_blocks_are_counted_at_the_finish(
    mode: str, settled_before_the_finish: bool
) -> None:
    attempt = make_attempt(test=make_test(n_questions=100), mode=mode, length=100)
    answer(attempt, *range(25), *range(50, 74), *range(75, 100))
    answer(attempt, 74, right=False)
    if settled_before_the_finish:
        settle(attempt.learner)
        assert not CountedAttempt.objects.filter(n_flawless_blocks__gt=0).exists()
    services.finish_attempt(attempt=attempt, now=timezone.now())
    settle(attempt.learner)
    assert CountedAttempt.objects.get().n_flawless_blocks == 2


def test_an_abandoned_attempt_is_final_without_blocks() -> None:
    attempt = make_attempt()
    sit(attempt)
    settle(attempt.learner)
    services.start_attempt(
        learner=attempt.learner,
        test=attempt.test,
        mode="exam",
        length=25,
        now=timezone.now(),
        restart=True,
    )
    settle(attempt.learner)
    counted = CountedAttempt.objects.get()
    assert (counted.is_final, counted.n_flawless_blocks) == (True, 0)
    assert counted.pass_percent is None


# --- misses ---------------------------------------------------------------------------


def test_each_miss_is_counted_and_nothing_that_was_not_answered() -> None:
    learner, test = make_learner(), make_test()
    for _ in range(3):
        attempt = make_attempt(learner, test)
        answer(attempt, 0, right=False)
        answer(attempt, 1)
        services.finish_attempt(attempt=attempt, now=timezone.now())
        settle(learner)
    miss = Miss.objects.get()
    assert miss.question_id == attempt.release.keys[0]["question"]
    assert miss.n == 3


# --- days -----------------------------------------------------------------------------


def practise(learner: User, *moments: datetime) -> None:
    """Answer a question of a test of its own at each of the moments."""
    for moment in moments:
        answer(make_attempt(learner, now=moment), 0, now=moment)


def test_days_are_those_of_the_learners_own_clock() -> None:
    learner = make_learner(time_zone="Asia/Tokyo")
    practise(learner, NOON, NOON + timedelta(hours=2), NOON + timedelta(hours=3))
    settle(learner)
    first, second = ActiveDay.objects.order_by("day")
    assert (first.day, second.day) == (date(2026, 11, 18), date(2026, 11, 19))
    assert (first.first_at, first.last_at) == (NOON, NOON + timedelta(hours=2))
    assert first.zone == "Asia/Tokyo"


def test_a_day_grows_to_both_sides() -> None:
    learner = make_learner()
    hour = timedelta(hours=1)
    for moment in (NOON, NOON + hour, NOON - hour):
        practise(learner, moment)
        settle(learner)
    day = ActiveDay.objects.get()
    assert (day.first_at, day.last_at) == (NOON - hour, NOON + hour)


@pytest.mark.parametrize("n_answered", [0, 1])
def test_a_finished_exam_makes_an_active_day_if_anything_was_answered(
    n_answered: int,
) -> None:
    attempt = make_attempt(mode="exam", now=NOON)
    answer(attempt, *range(n_answered), now=NOON - timedelta(days=1))
    services.finish_attempt(attempt=attempt, now=NOON)
    settle(attempt.learner)
    days = ActiveDay.objects.values_list("first_at", flat=True)
    assert list(days) == [NOON] * n_answered
    assert_adds_up(attempt.learner)


def test_finishing_practice_later_is_no_activity() -> None:
    attempt = make_attempt(now=NOON)
    answer(attempt, 0, now=NOON)
    services.finish_attempt(attempt=attempt, now=NOON + timedelta(days=1))
    settle(attempt.learner)
    assert ActiveDay.objects.get().last_at == NOON


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_days_that_come_to_be_known_in_any_order_make_the_same_streak(
    order: tuple[int, ...],
) -> None:
    learner, day = make_learner(), timedelta(days=1)
    # Three days in a row, and one that takes the freeze of the week.
    days = [NOON, NOON + day, NOON + 2 * day, NOON + 4 * day]
    for number in order:
        practise(learner, days[number])
        settle(learner)
    statistics = Statistics.objects.get()
    assert (statistics.streak, statistics.longest_streak) == (4, 4)
    assert statistics.streak_day == date(2026, 11, 22)
    assert statistics.freeze_week == date(2026, 11, 16)


# --- standings ------------------------------------------------------------------------


def standings(learner: User) -> set[tuple[str, date, int, datetime]]:
    rows = Standing.objects.filter(learner=learner)
    return set(rows.values_list("board", "starts_on", "xp", "reached_at"))


def test_standings_are_by_week_and_month_of_utc() -> None:
    learner = make_learner(time_zone="Pacific/Kiritimati")
    sunday = datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC)
    monday, tuesday = sunday + timedelta(seconds=1), sunday + timedelta(days=2)
    practise(learner, sunday, monday, tuesday)
    settle(learner)
    assert standings(learner) == {
        ("week", date(2026, 11, 23), 10, sunday),
        ("week", date(2026, 11, 30), 20, tuesday),
        ("month", date(2026, 11, 1), 20, monday),
        ("month", date(2026, 12, 1), 10, tuesday),
        ("all-time", date(1970, 1, 1), 30, tuesday),
    }


def test_what_was_earned_earlier_and_found_later_does_not_set_the_moment_back() -> None:
    learner = make_learner()
    practise(learner, NOON)
    settle(learner)
    practise(learner, NOON - timedelta(hours=1))
    settle(learner)
    assert ("week", date(2026, 11, 16), 20, NOON) in standings(learner)


def test_those_who_do_not_want_to_be_seen_are_not() -> None:
    hidden, closed, seen = make_learner(), make_learner(is_active=False), make_learner()
    Profile.objects.create(learner=hidden, on_leaderboard=False)
    for learner in (hidden, closed, seen):
        practise(learner, NOON)
        settle(learner)
    shown = Standing.objects.filter(is_shown=True).values_list("learner", flat=True)
    assert set(shown) == {seen.pk}


# --- again, and in any order ----------------------------------------------------------


def live(first: Attempt, sibling: Test) -> list[Callable[[], object]]:
    """Return the steps of a little history: two tests with the same questions."""
    learner = first.learner
    attempts: dict[str, Attempt] = {"first": first}
    hour = timedelta(hours=1)

    def begin_exam() -> None:
        attempts["exam"] = make_attempt(learner, sibling, mode="exam", now=NOON)
        answer(attempts["exam"], 0, 1, 2, now=NOON)

    def finish_exam() -> None:
        services.finish_attempt(attempt=attempts["exam"], now=NOON + hour / 4)

    def abandon() -> None:
        attempts["again"], _ = services.start_attempt(
            learner=learner,
            test=first.test,
            mode="practice",
            length=25,
            now=NOON + 30 * hour,
            restart=True,
        )
        answer(attempts["again"], *range(5, 9), right=False, now=NOON + 30 * hour)
        answer(attempts["again"], *range(5), *range(9, 24), now=NOON + 31 * hour)

    return [
        lambda: answer(attempts["first"], 0, 5, 6, now=NOON - hour),
        lambda: answer(attempts["first"], 7, 8, right=False, now=NOON - hour),
        begin_exam,
        finish_exam,
        abandon,
        lambda: services.finish_attempt(
            attempt=attempts["again"], now=NOON + 32 * hour
        ),
    ]


@pytest.mark.parametrize("every", [1, 2, 3, 6])
def test_however_often_it_is_settled_in_between_the_end_is_the_same(every: int) -> None:
    test = make_test()
    sibling = make_sibling(test)
    results = []
    for pause in (1, every):
        learner = make_learner()
        first = make_attempt(learner, test, now=NOON - timedelta(hours=2))
        for number, step in enumerate(live(first, sibling), 1):
            step()
            if number % pause == 0:
                settle(learner)
                settle(learner)
        assert_adds_up(learner)
        results.append(columns_without_owner(learner))
    assert results[0] == results[1]


def columns_without_owner(learner: User) -> dict[str, list[str]]:
    """Return what is kept, with attempts by their place among the learner's own."""
    own = list(learner.attempts.order_by("pk").values_list("pk", flat=True))
    owner = {"learner_id": 0}
    kept: dict[str, list[str]] = {}
    for table, rows in derived(learner).items():
        kept[table] = sorted(
            repr(row | owner | {"attempt_id": own.index(row["attempt_id"])})
            if "attempt_id" in row
            else repr(row | owner)
            for row in rows
        )
    return kept


def test_settling_again_writes_nothing() -> None:
    attempt = sit_and_finish(make_attempt(), n_wrong=2)
    settle(attempt.learner)
    before = derived(attempt.learner)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert settle(attempt.learner) == Settled()
    assert not [q for q in queries if q["sql"].startswith(("INSERT", "UPDATE"))]
    assert derived(attempt.learner) == before


def test_what_comes_late_is_paid_only_if_nothing_else_was() -> None:
    """An exam that ended long ago may be finished after practice that came later."""
    learner, test = make_learner(), make_test()
    exam = make_attempt(learner, make_sibling(test), mode="exam", now=NOON)
    answer(exam, 0, 1, now=NOON)
    practice = make_attempt(learner, test, now=NOON + timedelta(hours=5))
    answer(practice, 0, now=NOON + timedelta(hours=5))
    settle(learner)
    services.close_overdue(now=overdue(exam) + timedelta(days=1))
    assert settle(learner).xp == 10
    assert_adds_up(learner)


# --- what it costs --------------------------------------------------------------------


def n_queries(length: int) -> int:
    test = make_test(n_questions=100)
    learner = make_learner()
    settle_first(learner)
    attempt = make_attempt(learner, test, mode="exam", length=length)
    sit_and_finish(attempt, n_wrong=3, n_skipped=2)
    with CaptureQueriesContext(connection) as queries:
        assert settle(learner).n_answers == length - 2
    return len([q for q in queries if "SAVEPOINT" not in q["sql"]])


def settle_first(learner: User) -> None:
    """Let there be rows already, as there are but for somebody's first day."""
    practise(learner, timezone.now() - timedelta(days=1))
    settle(learner)


def test_a_settlement_takes_as_many_queries_at_25_questions_as_at_100() -> None:
    # The lock; who it is; the attempts with their chunks; time zones; what is paid
    # already; XP; coins; standings; misses; attempts counted; active days read and
    # written; achievements that can be earned; statistics.
    assert n_queries(25) == n_queries(100) == 14
