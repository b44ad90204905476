"""Rules about scores: exactly at the threshold, on the right test, in order."""

from typing import Any

import pytest

from achievements.facts import Sitting
from tests.achievements.histories import made_by, make_facts, make_sitting, progress


def perfect(test: int = 1, **fields: Any) -> Sitting:
    return make_sitting(test=test, score=100, **fields)


def scored(*scores: float, test: int = 1) -> list[Sitting]:
    return [make_sitting(test=test, score=score, length=100) for score in scores]


# --- one score ------------------------------------------------------------------------


@pytest.mark.parametrize("length", [25, 50, 75, 100])
@pytest.mark.parametrize(
    ("score", "is_reached", "n"),
    [(90, True, 90), (89.99, False, 89), (90.01, True, 90), (100, True, 100)],
)
def test_a_score_counts_at_any_length(
    length: int, score: float, is_reached: bool, n: int
) -> None:
    found = progress(make_facts(make_sitting(score=score, length=length)), "score", 90)
    assert (found.is_reached, found.n, found.target) == (is_reached, n, 90)


def test_the_first_score_that_is_enough_is_the_moment() -> None:
    found = progress(make_facts(*scored(89, 92.5, 99)), "score", 90)
    assert made_by(found) == 2
    assert found.moment is not None
    assert found.moment.values == {"score": 92.5}
    assert found.n == 99


def test_many_low_scores_are_no_high_one() -> None:
    assert made_by(progress(make_facts(*scored(60, 60, 60)), "score", 90)) is None
    assert progress(make_facts(), "score", 90).n == 0


# --- perfect tests --------------------------------------------------------------------

PERFECT = [
    (1, [perfect()], 1),
    (1, [make_sitting(n_right=24)], None),
    (1, [make_sitting(n_right=99, length=100)], None),
    (1, [make_sitting(n_right=24), perfect()], 2),
    (2, [perfect(), perfect()], None),
    (2, [perfect(), perfect(length=50)], None),
    (2, [perfect(), perfect(), perfect(2)], 3),
    (2, [perfect(1), perfect(2), perfect(3)], 2),
    (3, [perfect(1), perfect(2), perfect(1), make_sitting(test=3, n_right=24)], None),
    (3, [perfect(1), perfect(2), perfect(3)], 3),
    (3, [perfect(1), perfect(2, certification=2), perfect(3, certification=3)], 3),
]


@pytest.mark.parametrize(("threshold", "sittings", "attempt"), PERFECT)
def test_perfect_tests_are_different_ones(
    threshold: int, sittings: list[Sitting], attempt: int | None
) -> None:
    found = progress(make_facts(*sittings), "perfect-tests", threshold)
    assert made_by(found) == attempt
    assert found.n == len({one.test for one in sittings if one.is_perfect})


def test_a_perfect_test_has_every_question_right_whatever_its_score() -> None:
    rounded = make_sitting(n_right=24, score=100)
    assert made_by(progress(make_facts(rounded), "perfect-tests", 1)) is None


PERFECT_IN_ONE = [
    ("two of one", [perfect(1), perfect(2)], {}, 2, 2),
    ("one of each of two", [perfect(1), perfect(2, certification=2)], {}, None, 1),
    ("the same again", [perfect(1), perfect(1)], {}, None, 1),
    ("another between",
     [perfect(1), perfect(2, certification=2), perfect(3)], {}, 3, 2),
    ("the one that was first",
     [perfect(1), perfect(2, certification=2), perfect(3, certification=2),
      perfect(4)], {}, 3, 2),
    ("the best of them counts", [perfect(1), perfect(2), perfect(3),
      perfect(4, certification=2)], {}, 2, 3),
    ("the one asked for", [perfect(1), perfect(2)], {"certification": "cert-1"}, 2, 2),
    ("not the one asked for",
     [perfect(1), perfect(2)], {"certification": "cert-2"}, None, 0),
    ("the one asked for, later than another",
     [perfect(1), perfect(2), perfect(3, certification=2),
      perfect(4, certification=2)], {"certification": "cert-2"}, 4, 2),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sittings", "which", "attempt", "n"), PERFECT_IN_ONE)
def test_perfect_tests_of_one_certification(
    name: str,
    sittings: list[Sitting],
    which: dict[str, str],
    attempt: int | None,
    n: int,
) -> None:
    found = progress(make_facts(*sittings), "perfect-in-certification", 2, **which)
    assert made_by(found) == attempt
    assert found.n == n


# --- comeback -------------------------------------------------------------------------

COMEBACK = [
    ("from 40 to 90", scored(40, 90), 2),
    ("from 0 to 100", scored(0, 100), 2),
    ("just above the low", scored(40.01, 90), None),
    ("just below the high", scored(40, 89.99), None),
    ("backwards", scored(90, 40), None),
    ("backwards, and then forwards", scored(90, 40, 90), 3),
    ("on another test", [*scored(40), *scored(90, test=2)], None),
    ("on another test first", [*scored(40), *scored(90, test=2), *scored(90)], 3),
    ("in small steps", scored(30, 60, 80, 90), 4),
    ("twice", scored(40, 95, 40, 95), 2),
    ("two tests, each half of it",
     [*scored(40), *scored(95, test=2), *scored(60), *scored(40, test=2)], None),
    ("one score alone", scored(40), None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sittings", "attempt"), COMEBACK)
def test_a_comeback_is_low_first_and_high_later_on_the_same_test(
    name: str, sittings: list[Sitting], attempt: int | None
) -> None:
    found = progress(make_facts(*sittings), "comeback", 90, low=40)
    assert made_by(found) == attempt


def test_a_comeback_goes_by_when_it_was_finished_and_not_by_its_number() -> None:
    low, high = scored(40, 90)
    backwards = make_facts(high, low)
    assert made_by(progress(backwards, "comeback", 90, low=40)) is None


def test_a_comeback_says_from_where_to_where() -> None:
    found = progress(make_facts(*scored(20, 36.5, 93)), "comeback", 90, low=40)
    assert found.moment is not None
    values = {"low": 36.5, "low_attempt": 2, "score": 93}
    assert found.moment.values == values


@pytest.mark.parametrize(
    ("scores", "n"), [([80], 0), ([40], 0), ([40, 71.5, 60], 71), ([80, 40], 0)]
)
def test_the_way_back_is_measured_from_the_low_score_on(
    scores: list[float], n: int
) -> None:
    found = progress(make_facts(*scored(*scores)), "comeback", 90, low=40)
    assert (found.n, found.target, found.is_reached) == (n, 90, False)


# --- exams and blocks -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "is_pass"),
    [
        ({"is_exam": True, "score": 75}, True),
        ({"is_exam": True, "score": 74.99}, False),
        ({"is_exam": False, "score": 100}, False),
        ({"is_exam": True, "score": 75, "pass_percent": 80}, False),
        ({"is_exam": True, "score": 60, "pass_percent": 60}, True),
    ],
)
def test_an_exam_is_passed_at_the_pass_mark_of_its_day(
    fields: dict[str, Any], is_pass: bool
) -> None:
    found = progress(make_facts(make_sitting(**fields)), "exam-passes", 1)
    assert found.is_reached == is_pass
    assert found.n == is_pass


def test_exams_that_are_passed_are_counted_one_by_one() -> None:
    exams = [make_sitting(is_exam=True, score=score) for score in (80, 10, 80, 80)]
    assert made_by(progress(make_facts(*exams), "exam-passes", 2)) == 3
    assert made_by(progress(make_facts(*exams), "exam-passes", 4)) is None


@pytest.mark.parametrize(
    ("blocks", "threshold", "attempt", "n"),
    [
        ([0, 0], 1, None, 0),
        ([0, 1], 1, 2, 1),
        ([4], 1, 1, 4),
        ([1, 1, 0, 1], 3, 4, 3),
        ([1, 1, 0], 3, None, 2),
        ([1, 4, 4], 3, 2, 9),
    ],
)
def test_flawless_blocks_add_up(
    blocks: list[int], threshold: int, attempt: int | None, n: int
) -> None:
    sittings = [make_sitting(length=100, n_flawless_blocks=one) for one in blocks]
    found = progress(make_facts(*sittings), "flawless-blocks", threshold)
    assert (made_by(found), found.n) == (attempt, n)
