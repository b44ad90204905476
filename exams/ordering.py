"""The order in which one attempt shows questions and choices.

Both follow from the attempt's seed alone, so every device sees the same order and
nothing is stored. Questions are shuffled inside their block of 25, so that the first
25 questions of a test stay the first 25 whatever the length. Only ``Random.random`` is
used: Python promises its sequence for a seed, but not that of ``shuffle``.
"""

import secrets
from collections.abc import Collection, Sequence
from random import Random

from exams.lengths import BLOCK


def new_seed() -> int:
    """Return a seed nobody can guess: 62 random bits."""
    return secrets.randbits(62)


def shuffled(items: Sequence[int], *, key: str) -> list[int]:
    """Return the items in the order that the key decides (Fisher and Yates)."""
    order = list(items)
    random = Random(key).random  # noqa: S311  the order is no secret
    for last in range(len(order) - 1, 0, -1):
        other = int(random() * (last + 1))
        order[last], order[other] = order[other], order[last]
    return order


def question_order(*, seed: int, length: int) -> list[int]:
    """Return the question number at each place of the attempt."""
    order: list[int] = []
    for start in range(0, length, BLOCK):
        block = range(start, min(start + BLOCK, length))
        order += shuffled(block, key=f"{seed}/block/{start // BLOCK}")
    return order


def choice_order(
    *, seed: int, question: int, count: int, last: Collection[int] = ()
) -> list[int]:
    """Return the choice index on each line; those in ``last`` keep the end."""
    moving = [choice for choice in range(count) if choice not in last]
    return shuffled(moving, key=f"{seed}/question/{question}") + sorted(last)
