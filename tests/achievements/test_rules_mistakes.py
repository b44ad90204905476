"""The rule about getting right what went wrong before."""

import pytest

from tests.achievements.histories import (
    hour,
    made_by,
    make_answers,
    make_facts,
    progress,
)


@pytest.mark.parametrize(
    ("verdicts", "attempt", "n"),
    [
        ("", None, 0),
        ("www", None, 3),
        ("wwr", None, 2),
        ("wwwr", 4, 3),
        ("wwwwwr", 6, 3),
        ("wrwrwr", 6, 3),
        ("wwrwr", 5, 3),
        ("rwww", None, 3),
        ("wwwrwwwr", 4, 3),
    ],
)
def test_the_right_answer_comes_after_the_misses(
    verdicts: str, attempt: int | None, n: int
) -> None:
    found = progress(make_facts(answers=make_answers(7, verdicts)), "recovery", 3)
    assert made_by(found) == attempt
    assert (found.n, found.target) == (n, 3)
    assert found.percent == (100 if attempt else min(99, 33 * n))


def test_misses_of_different_questions_do_not_add_up() -> None:
    answers = make_answers(7, "wwr") + make_answers(8, "wwr", since=5, attempt=5)
    facts = make_facts(answers=answers)
    assert made_by(progress(facts, "recovery", 3)) is None
    assert progress(facts, "recovery", 3).n == 2


def test_the_first_question_that_is_mended_is_the_moment() -> None:
    answers = make_answers(7, "wwwwwwr") + make_answers(8, "wwwr", since=2, attempt=10)
    found = progress(make_facts(answers=answers), "recovery", 3)
    assert found.moment is not None
    assert (found.moment.at, found.moment.attempt) == (hour(5), 14)
    assert found.moment.values == {"question": 8, "misses": 3}
