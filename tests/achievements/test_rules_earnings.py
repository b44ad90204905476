"""Rules about coins and levels."""

import pytest

from achievements.levels import xp_for_level
from tests.achievements.histories import (
    COINS,
    XP,
    Answered,
    hour,
    made_by,
    make_answers,
    make_facts,
    progress,
)


def right(n: int) -> list[Answered]:
    """Return right answers to so many questions, an hour and an attempt each."""
    return [Answered(hour(number), number, number, True) for number in range(1, n + 1)]


@pytest.mark.parametrize("threshold", [5_000, 10_000])
def test_coins_are_there_at_the_last_right_answer(threshold: int) -> None:
    n = threshold // COINS
    almost = progress(make_facts(answers=right(n - 1)), "coins-earned", threshold)
    assert (almost.n, almost.moment) == (threshold - COINS, None)
    exactly = progress(make_facts(answers=right(n)), "coins-earned", threshold)
    assert made_by(exactly) == n
    assert exactly.moment is not None
    assert (exactly.moment.at, exactly.moment.values) == (hour(n), {"coins": threshold})
    more = progress(make_facts(answers=right(n + 9)), "coins-earned", threshold)
    assert (more.n, more.moment) == (threshold + 9 * COINS, exactly.moment)


@pytest.mark.parametrize("level", [2, 5, 25, 50, 100])
def test_a_level_is_there_at_the_last_xp_it_needs(level: int) -> None:
    n = xp_for_level(level) // XP
    almost = progress(make_facts(answers=right(n - 1)), "level", level)
    assert (almost.n, almost.target, almost.moment) == (level - 1, level, None)
    exactly = progress(make_facts(answers=right(n)), "level", level)
    assert (made_by(exactly), exactly.n) == (n, level)
    assert exactly.moment is not None
    assert exactly.moment.values == {"level": level, "xp": xp_for_level(level)}


def test_a_question_is_paid_once_and_a_miss_is_not() -> None:
    answers = make_answers(7, "wrrr") + make_answers(8, "www", attempt=50)
    facts = make_facts(answers=answers)
    assert progress(facts, "coins-earned", 6).n == COINS
    assert made_by(progress(facts, "coins-earned", COINS)) == 2
    assert made_by(progress(facts, "coins-earned", COINS + 1)) is None


def test_everybody_begins_at_level_1_with_no_coins() -> None:
    assert progress(make_facts(), "level", 2).n == 1
    assert progress(make_facts(), "coins-earned", 1).n == 0
