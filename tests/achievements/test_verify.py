"""Verification finds each kind of damage, names it with the evidence, and mends it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from achievements.models import (
    ActiveDay,
    CoinEntry,
    CountedAttempt,
    Grant,
    Miss,
    Profile,
    Standing,
    Statistics,
    XpEntry,
)
from achievements.services.verify import Kind, learners_after, verify_batch
from tests.achievements.derived import derived
from tests.achievements.verifying import CLEAN, Case, verify

pytestmark = pytest.mark.django_db


def test_what_is_as_it_should_be_has_no_difference(case: Case) -> None:
    assert case.own(Statistics).get().xp == 210
    assert case.own(Grant).count() == 2
    assert verify() == CLEAN
    assert verify("--repair") == CLEAN


# --- damage that is undone ------------------------------------------------------------


def lose_xp(case: Case) -> None:
    case.own(XpEntry).filter(question=case.question(3)).delete()


def lose_coins(case: Case) -> None:
    case.own(CoinEntry).filter(question=case.question(21)).delete()


def change(model: Any, **columns: Any) -> Callable[[Case], None]:
    """Damage some column of the first row."""

    def damage(case: Case) -> None:
        first = case.own(model).order_by("pk").first()
        assert case.own(model).filter(pk=first.pk).update(**columns)

    return damage


def lose(model: Any) -> Callable[[Case], None]:
    def damage(case: Case) -> None:
        case.own(model).order_by("pk").first().delete()

    return damage


def invent_miss(case: Case) -> None:
    Miss.objects.create(learner=case.learner, question_id=case.question(3), n=4)


def invent_day(case: Case) -> None:
    at = case.finished.started_at - timedelta(days=9)
    ActiveDay.objects.create(
        learner=case.learner, day=at.date(), first_at=at, last_at=at, zone="UTC"
    )


def invent_standing(case: Case) -> None:
    Standing.objects.create(
        learner=case.learner,
        board="week",
        starts_on="2025-01-06",
        xp=10,
        reached_at=timezone.now(),
    )


def count_too_much(case: Case) -> None:
    own = CountedAttempt.objects.filter(attempt=case.running)
    assert own.update(questions=f"{0b1111 << 20:025x}")


DAY = timedelta(days=1)
# What is damaged, and how: the kind of the difference and words of its line.
DAMAGE: list[tuple[str, Callable[[Case], None], Kind, str]] = [
    ("an XP entry is lost", lose_xp, Kind.XP, "stored nothing; by the facts +10 for"),
    ("a coin entry is lost", lose_coins, Kind.COINS, "by the facts +5 for attempt"),
    ("misses are too many", change(Miss, n=7), Kind.MISSES, "stored n 7; by the facts"),
    ("a miss is lost", lose(Miss), Kind.MISSES, "stored nothing; by the facts n 2"),
    (
        "a miss is invented",
        invent_miss,
        Kind.MISSES,
        "stored n 4; by the facts nothing",
    ),
    (
        "a day begins too early",
        change(ActiveDay, first_at=F("first_at") - timedelta(hours=1)),
        Kind.ACTIVE_DAYS,
        "first_at",
    ),
    (
        "a day has another zone",
        change(ActiveDay, zone="Asia/Tokyo"),
        Kind.ACTIVE_DAYS,
        "zone Asia/Tokyo; by the facts zone UTC",
    ),
    ("a day is lost", lose(ActiveDay), Kind.ACTIVE_DAYS, "stored nothing"),
    ("a day is invented", invent_day, Kind.ACTIVE_DAYS, "by the facts nothing"),
    (
        "a standing is too high",
        change(Standing, xp=9_000),
        Kind.STANDINGS,
        "stored xp 9000",
    ),
    (
        "a standing came earlier",
        change(Standing, reached_at=F("reached_at") - DAY),
        Kind.STANDINGS,
        "reached_at",
    ),
    (
        "a standing is hidden",
        change(Standing, is_shown=False),
        Kind.STANDINGS,
        "stored is_shown False; by the facts is_shown True",
    ),
    ("a standing is lost", lose(Standing), Kind.STANDINGS, "stored nothing"),
    (
        "a standing is invented",
        invent_standing,
        Kind.STANDINGS,
        "week 2025-01-06: stored xp 10",
    ),
    ("statistics are lost", lose(Statistics), Kind.STATISTICS, "stored nothing"),
    *(
        (
            f"{column} is wrong",
            change(Statistics, **{column: value}),
            Kind.STATISTICS,
            f"stored {column} {value}; by the facts {column} ",
        )
        for column, value in {
            "xp": 220,
            "coins": 1,
            "coins_earned": 104,
            "n_finished": 2,
            "n_answered": 26,
            "n_right": 19,
            "n_perfect_tests": 1,
            "best_score": Decimal("90.00"),
            "streak": 1,
            "longest_streak": 12,
            "streak_day": "2025-01-05",
            "freeze_week": "2025-01-06",
            "n_untold": 5,
        }.items()
    ),
    ("too much is counted", count_too_much, Kind.COUNTED, "questions"),
    (
        "a flawless block is invented",
        change(CountedAttempt, n_flawless_blocks=1),
        Kind.COUNTED,
        "stored n_flawless_blocks 1; by the facts n_flawless_blocks 0",
    ),
    (
        "what was counted is lost",
        lose(CountedAttempt),
        Kind.NOT_COUNTED,
        "by the facts 25 more answers, closed at",
    ),
    (
        "a final attempt is not",
        change(CountedAttempt, is_final=False),
        Kind.NOT_COUNTED,
        "0 more answers, closed at",
    ),
    (
        "a grant is lost",
        lose(Grant),
        Kind.MISSING_GRANT,
        "stored nothing; by the facts earned at",
    ),
    (
        "a grant is too early",
        change(Grant, earned_at=F("earned_at") - DAY),
        Kind.EARLY_GRANT,
        "granted as of",
    ),
]


@pytest.mark.parametrize(
    ("damage", "kind", "words"),
    [case[1:] for case in DAMAGE],
    ids=[case[0] for case in DAMAGE],
)
def test_damage_is_found_named_and_undone(
    case: Case, damage: Callable[[Case], None], kind: Kind, words: str
) -> None:
    before = derived(case.learner)
    damage(case)
    broken = derived(case.learner)
    lines, code = verify()
    assert code == 1
    assert any(
        line.startswith(f"learner {case.learner.pk}, {kind}") and words in line
        for line in lines
    ), lines
    # Looking changes nothing.
    assert derived(case.learner) == broken
    lines, code = verify("--repair")
    assert code == 0
    assert all("[repaired]" in line for line in lines[:-1])
    assert lines[-1].endswith("1 learner repaired.")
    assert verify() == CLEAN
    assert derived(case.learner) == before


def test_a_line_names_the_attempt_and_the_question(case: Case) -> None:
    lose_xp(case)
    question, attempt = case.question(3), case.finished.pk
    at = case.finished.started_at.replace(microsecond=0)
    line = verify()[0][0]
    assert line == (
        f"learner {case.learner.pk}, XP ledger, question {question}: stored nothing; "
        f"by the facts +10 for attempt {attempt} at {at} "
        f"(attempt {attempt} right at {at})"
    )


@pytest.mark.both_databases
def test_several_kinds_of_damage_are_found_together(case: Case) -> None:
    lose_xp(case)
    case.own(Miss).delete()
    case.own(Grant).delete()
    report = verify_batch(learners_after(0), now=timezone.now())
    kinds = {one.kind for one in report.differences}
    assert kinds == {Kind.XP, Kind.MISSES, Kind.MISSING_GRANT, Kind.STATISTICS}
    assert verify("--repair")[1] == 0
    assert verify() == CLEAN


# --- who is seen ----------------------------------------------------------------------


def test_who_does_not_want_to_be_seen_has_hidden_standings(case: Case) -> None:
    Profile.objects.create(learner=case.learner, on_leaderboard=False)
    assert verify()[1] == 1
    assert verify("--repair")[1] == 0
    assert not case.own(Standing).filter(is_shown=True).exists()


def test_a_closed_account_has_hidden_standings(case: Case) -> None:
    User.objects.update(is_active=False)
    assert verify("--repair")[1] == 0
    assert not case.own(Standing).filter(is_shown=True).exists()
