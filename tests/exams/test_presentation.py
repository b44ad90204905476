"""The words and shapes of the pages."""

from decimal import Decimal
from typing import Any

import pytest

from exams.presentation import (
    Readiness,
    coming_tests,
    domain_rows,
    duration_words,
    earns_trophy,
    grade_word,
    likely_range,
    next_length,
)
from exams.templatetags.exams import percent


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (100, "Outstanding"),
        (90, "Outstanding"),
        (Decimal("89.99"), "Excellent"),
        (80, "Excellent"),
        (79.9, "Great job"),
        (70, "Great job"),
        (60, "Good effort"),
        (59, "Keep practising"),
        (0, "Keep practising"),
    ],
)
def test_each_grade_begins_at_its_own_score(score: Any, word: str) -> None:
    assert grade_word(score) == word


@pytest.mark.parametrize(
    ("score", "earned"), [(80, True), (79.99, False), (None, False)]
)
def test_the_trophy_begins_at_eighty_percent(score: Any, earned: bool) -> None:
    assert earns_trophy(score) is earned


@pytest.mark.parametrize(
    ("score", "shown"),
    [(Decimal("79.99"), 79), (100 * 29 / 50, 58), (0, 0), (100, 100)],
)
def test_a_percentage_is_never_rounded_up(score: Any, shown: int) -> None:
    assert percent(score) == f"{shown}\u00a0%"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (48.4, "48 s"),
        (60, "1 min"),
        (1100, "18 min 20 s"),
        (3600, "1 h"),
        (3900, "1 h 5 min"),
        (-3, "0 s"),
    ],
)
def test_a_duration_reads_as_people_say_it(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words


def test_the_likely_range_is_wilsons() -> None:
    # 8 of 10 at 90 %: worked by hand from the formula.
    low, high = likely_range(8, 10)
    assert (round(low, 1), round(high, 1)) == (54.1, 93.1)


@pytest.mark.parametrize(("right", "questions"), [(0, 1), (1, 1), (0, 40), (40, 40)])
def test_the_likely_range_stays_a_percentage(right: int, questions: int) -> None:
    low, high = likely_range(right, questions)
    assert 0 <= low < high <= 100


@pytest.mark.parametrize(
    ("questions", "right", "word", "certainty"),
    [
        (0, 0, "Not tried yet", "no answered questions yet"),
        (8, 6, "Looks good", "a first impression"),
        (100, 90, "Ready", "sure"),
        (30, 21, "Nearly there", "fairly sure"),
        (40, 10, "Needs work", "sure"),
        (5, 0, "Needs work", "a first impression"),
    ],
)
def test_readiness_has_a_word_and_says_how_sure_it_is(
    questions: int, right: int, word: str, certainty: str
) -> None:
    readiness = Readiness(questions, right, pass_percent=75)
    assert (readiness.word, readiness.certainty) == (word, certainty)


def test_domain_rows_stand_end_to_end() -> None:
    rows = domain_rows(
        [(7, "Networking", 60), (9, "Hardware", 40)], {9: (10, 5)}, pass_percent=75
    )
    assert [(row.number, row.start, row.weight) for row in rows] == [
        (1, 0, 60),
        (2, 60, 40),
    ]
    assert rows[0].readiness.percent is None
    assert rows[1].readiness.percent == 50


@pytest.mark.parametrize(
    ("length", "offered", "expected"),
    [
        (25, [25, 50, 75], 50),
        (50, [25, 75], 75),
        (75, [25, 50, 75], None),
        (25, [], None),
    ],
)
def test_the_next_length_is_the_nearest_longer_one(
    length: int, offered: list[int], expected: int | None
) -> None:
    assert next_length(length, offered) == expected


def test_coming_tests_count_the_numbers_that_are_missing() -> None:
    assert coming_tests([]) == 10
    assert coming_tests([1, 3]) == 8
    assert coming_tests(range(1, 12)) == 0
