"""Levels: the exact XP of each, and back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from achievements.levels import LevelProgress, level_at, xp_for_level

KNOWN = {
    1: 0,
    2: 500,
    5: 2_000,
    25: 12_000,
    29: 14_000,
    30: 14_500,
    31: 15_250,
    50: 29_500,
    59: 36_250,
    60: 37_000,
    61: 38_000,
    99: 76_000,
    100: 77_000,
    101: 78_500,
    200: 227_000,
}
levels = st.integers(1, 5_000)


def formula(level: int) -> int:
    """The total XP as the rules say it."""
    if level <= 30:
        return 500 * (level - 1)
    if level <= 60:
        return 14_500 + 750 * (level - 30)
    if level <= 100:
        return 37_000 + 1_000 * (level - 60)
    return 77_000 + 1_500 * (level - 100)


@pytest.mark.parametrize(("level", "xp"), KNOWN.items())
def test_a_level_begins_at_exactly_its_xp(level: int, xp: int) -> None:
    assert xp_for_level(level) == xp
    assert level_at(xp) == level
    assert level == 1 or level_at(xp - 1) == level - 1


@given(levels)
def test_the_xp_of_a_level_is_what_the_rules_say(level: int) -> None:
    assert xp_for_level(level) == formula(level)


@given(levels, st.data())
def test_the_level_of_some_xp_is_the_inverse(level: int, data: st.DataObject) -> None:
    begin, end = xp_for_level(level), xp_for_level(level + 1)
    assert level_at(data.draw(st.integers(begin, end - 1))) == level


@given(st.integers(0, 10**9))
@example(0)
@example(14_499)
@example(77_000)
def test_the_progress_lies_between_two_levels(xp: int) -> None:
    progress = LevelProgress.of(xp)
    assert progress.starts_at <= xp < progress.ends_at
    assert progress.missing == progress.ends_at - xp > 0
    assert 0 <= progress.percent <= 99


def test_the_percent_is_0_at_the_beginning_and_never_100() -> None:
    assert LevelProgress.of(15_250) == LevelProgress(15_250, 31, 15_250, 16_000)
    assert LevelProgress.of(15_250).percent == 0
    assert LevelProgress.of(15_999).percent == 99


def test_there_is_no_level_0_and_no_negative_xp() -> None:
    with pytest.raises(ValueError, match="begin at 1"):
        xp_for_level(0)
    with pytest.raises(ValueError, match="never negative"):
        level_at(-1)
