"""What answers are worth: a table, and the rules of the whole attempt."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.scoring import ALL_OR_NOTHING, PARTIAL, answer_points, score_attempt


@dataclass(frozen=True)
class Key:
    right: tuple[int, ...]
    scoring: str = ALL_OR_NOTHING
    domain: int = 1


@pytest.mark.parametrize(
    ("right", "chosen", "all_or_nothing", "partial"),
    [
        ((1,), (1,), "1", "1"),
        ((1,), (2,), "0", "0"),
        ((1,), (), "0", "0"),
        ((1, 3), (1, 3), "1", "1"),
        ((1, 3), (3, 1), "1", "1"),
        ((1, 3), (1,), "0", "0.5"),
        ((1, 3), (1, 2), "0", "0"),
        ((1, 3), (0, 2), "0", "0"),
        ((1, 3), (0, 1, 3), "0", "0.5"),
        ((0, 1, 2), (0,), "0", "0.3333"),
        ((0, 1, 2), (0, 1), "0", "0.6667"),
        ((0, 1, 2), (0, 1, 3), "0", "0.3333"),
    ],
)
def test_points(
    right: tuple[int, ...], chosen: tuple[int, ...], all_or_nothing: str, partial: str
) -> None:
    assert answer_points(Key(right), chosen) == Decimal(all_or_nothing)
    assert answer_points(Key(right, PARTIAL), chosen) == Decimal(partial)


@given(
    st.sets(st.integers(0, 7), min_size=1),
    st.sets(st.integers(0, 7)),
    st.sampled_from([ALL_OR_NOTHING, PARTIAL]),
)
def test_points_stay_between_none_and_one_and_one_means_exactly_right(
    right: set[int], chosen: set[int], scoring: str
) -> None:
    points = answer_points(Key(tuple(right), scoring), chosen)
    assert 0 <= points <= 1
    assert (points == 1) == (chosen == right)


def test_a_gap_counts_as_wrong_and_a_right_question_counts_once() -> None:
    keys = [Key((0,), domain=1), Key((1,), domain=2), Key((2,), domain=2), Key((0,))]
    score = score_attempt(keys, {0: (0,), 1: (0,), 2: ()})
    assert (score.n_questions, score.n_answered, score.n_right) == (4, 2, 1)
    assert score.percent == Decimal("25.00")
    assert score.domains[1].n_right == 1
    assert score.domains[1].n_questions == 2
    assert score.domains[2].n_right == 0


def test_partial_points_count_towards_the_score_but_not_as_right() -> None:
    keys = [Key((0, 1), PARTIAL), Key((0,))]
    score = score_attempt(keys, {0: (0,), 1: (0,)})
    assert score.n_right == 1
    assert score.points == Decimal("1.5000")
    assert score.percent == Decimal("75.00")


def test_answers_to_questions_beyond_the_length_are_not_scored() -> None:
    assert score_attempt([Key((0,))], {0: (0,), 1: (0,)}).n_answered == 1
