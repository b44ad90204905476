"""Rules about finished attempts: exactly at the threshold, and never before."""

import pytest

from tests.achievements.histories import (
    hour,
    made_by,
    make_facts,
    make_sitting,
    progress,
)

THRESHOLDS = [1, 10, 25, 50, 80]


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_tests_are_finished_at_the_last_of_so_many(threshold: int) -> None:
    sittings = [make_sitting(test=number % 3) for number in range(threshold + 1)]
    almost = progress(
        make_facts(*sittings[: threshold - 1]), "tests-finished", threshold
    )
    assert (almost.n, almost.target, almost.moment) == (threshold - 1, threshold, None)
    exactly = progress(make_facts(*sittings[:threshold]), "tests-finished", threshold)
    assert made_by(exactly) == threshold
    assert exactly.moment is not None
    assert exactly.moment.at == hour(threshold)
    assert exactly.moment.values == {"attempts": threshold}
    more = progress(make_facts(*sittings), "tests-finished", threshold)
    assert (more.n, more.moment) == (threshold + 1, exactly.moment)


def test_any_score_and_any_test_count_even_the_same_one_again() -> None:
    nothing = make_sitting(score=0, n_answered=0)
    assert made_by(progress(make_facts(nothing, nothing), "tests-finished", 2)) == 2


def test_nothing_finished_is_nothing() -> None:
    for rule in ("tests-finished", "questions-answered"):
        found = progress(make_facts(), rule, 1)
        assert (found.n, found.target, found.moment) == (0, 1, None)


def test_of_two_that_end_together_the_greater_number_is_the_later() -> None:
    both = [make_sitting(attempt=number, at=hour(1)) for number in (8, 7)]
    assert made_by(progress(make_facts(*both), "tests-finished", 2)) == 8
    assert made_by(progress(make_facts(*both), "tests-finished", 1)) == 7


@pytest.mark.parametrize(
    ("answered", "attempt"),
    [
        ([100] * 9 + [99], None),
        ([100] * 10, 10),
        ([100] * 9 + [99, 0, 1], 12),
        ([100] * 9 + [50, 51], 11),
        ([100] * 12, 10),
    ],
)
def test_questions_are_counted_as_far_as_they_were_answered(
    answered: list[int], attempt: int | None
) -> None:
    sittings = [make_sitting(length=100, n_right=0, n_answered=n) for n in answered]
    found = progress(make_facts(*sittings), "questions-answered", 1000)
    assert made_by(found) == attempt
    assert found.n == sum(answered)
    if found.moment:
        assert found.moment.values == {"questions": sum(answered[:attempt])}
