"""How answers and flags are written down, and which of two stands."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.entries import (
    MAX_CHOICES,
    MAX_SECONDS,
    MAX_SEQ,
    Answer,
    Flag,
    answer_stands,
    choice_mask,
    flag_stands,
)

answers = st.builds(
    Answer,
    seq=st.integers(1, MAX_SEQ),
    choices=st.sets(st.integers(0, MAX_CHOICES - 1)).map(
        lambda one: tuple(sorted(one))
    ),
    seconds=st.integers(0, MAX_SECONDS),
    at=st.integers(0, 10**10 - 1),
)


@given(answers)
def test_an_answer_comes_back_as_it_was_written(answer: Answer) -> None:
    entry = answer.encode()
    assert len(entry) == 33
    assert Answer.decode(entry) == answer


@given(st.integers(1, MAX_SEQ), st.booleans())
def test_a_flag_comes_back_as_it_was_written(seq: int, on: bool) -> None:
    entry = Flag(seq, on).encode()
    assert len(entry) == 17
    assert Flag.decode(entry) == Flag(seq, on)


@pytest.mark.parametrize(
    ("choices", "mask"), [((), 0), ((0,), 1), ((1, 3), 10), ((7,), 128)]
)
def test_choices_are_bits(choices: tuple[int, ...], mask: int) -> None:
    assert choice_mask(choices) == mask


def settle(entries: tuple[str, ...]) -> str:
    stands: str | None = None
    for entry in entries:
        if answer_stands(stands, entry, first_is_final=False):
            stands = entry
    assert stands is not None
    return stands[:18]


@given(st.lists(answers, min_size=1, max_size=4))
def test_in_an_exam_every_order_of_arrival_ends_the_same(sent: list[Answer]) -> None:
    entries = [answer.encode() for answer in sent]
    assert len({settle(order) for order in permutations(entries)}) == 1


@given(st.lists(answers, min_size=1, max_size=4))
def test_the_highest_sequence_number_stands(sent: list[Answer]) -> None:
    stands = settle(tuple(answer.encode() for answer in sent))
    assert int(stands[:16]) == max(answer.seq for answer in sent)


def test_in_practice_the_first_stands_whatever_follows() -> None:
    first, later = Answer(5, (1,)).encode(), Answer(9, (2,)).encode()
    assert answer_stands(None, first, first_is_final=True)
    assert not answer_stands(first, later, first_is_final=True)


def test_a_duplicate_changes_nothing_even_when_it_arrives_later() -> None:
    first, again = Answer(5, (1,), at=100).encode(), Answer(5, (1,), at=200).encode()
    assert not answer_stands(first, again, first_is_final=False)


def test_a_later_flag_stands() -> None:
    on, off = Flag(5, True).encode(), Flag(6, False).encode()
    assert flag_stands(None, on)
    assert flag_stands(on, off)
    assert not flag_stands(off, on)
