"""The order of questions and choices: fixed by the seed, 25 within 50 within 75."""

from hypothesis import given
from hypothesis import strategies as st

from exams.lengths import BLOCK, LENGTHS, block_of, offered_lengths
from exams.ordering import choice_order, new_seed, question_order, shuffled

seeds = st.integers(0, 2**62 - 1)
GOLDEN = [7, 4, 2, 5, 0, 1, 3, 6]
GOLDEN_CHOICES = [1, 0, 2, 4, 3]


@given(seeds)
def test_a_shorter_length_is_the_beginning_of_a_longer_one(seed: int) -> None:
    whole = question_order(seed=seed, length=100)
    for length in LENGTHS:
        assert question_order(seed=seed, length=length) == whole[:length]


@given(seeds)
def test_the_first_n_questions_are_asked_whatever_the_seed(seed: int) -> None:
    for length in LENGTHS:
        order = question_order(seed=seed, length=length)
        assert sorted(order) == list(range(length))
        assert all(
            block_of(question) == block_of(place)
            for place, question in enumerate(order)
        )


@given(seeds, st.integers(0, 99), st.integers(2, 8), st.data())
def test_pinned_choices_stay_last_in_their_own_order(
    seed: int, question: int, count: int, data: st.DataObject
) -> None:
    last = data.draw(st.sets(st.integers(0, count - 1), max_size=count))
    order = choice_order(seed=seed, question=question, count=count, last=last)
    assert sorted(order) == list(range(count))
    assert order[len(order) - len(last) :] == sorted(last)


def test_the_order_of_a_seed_stays_the_same_in_every_version() -> None:
    # Attempts store the seed alone: another order here would reshuffle running ones.
    assert shuffled(range(8), key="golden") == GOLDEN
    assert choice_order(seed=42, question=7, count=5) == GOLDEN_CHOICES


def test_different_seeds_give_different_orders() -> None:
    orders = {tuple(question_order(seed=seed, length=BLOCK)) for seed in range(50)}
    assert len(orders) == 50


def test_every_place_sees_every_choice() -> None:
    firsts = {choice_order(seed=seed, question=0, count=4)[0] for seed in range(100)}
    assert firsts == {0, 1, 2, 3}


def test_seeds_do_not_repeat() -> None:
    assert len({new_seed() for _ in range(1000)}) == 1000


def test_a_test_offers_only_the_lengths_it_can_fill() -> None:
    assert offered_lengths(100) == [25, 50, 75, 100]
    assert offered_lengths(74) == [25, 50]
    assert offered_lengths(24) == []
