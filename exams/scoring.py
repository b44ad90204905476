"""What an answer and an attempt are worth. Pure: no Django, no clock.

The one scoring function for the server, the preview of editors and the tests.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

ALL_OR_NOTHING = "all-or-nothing"
PARTIAL = "partial"

_FOUR_PLACES = Decimal("0.0001")
_TWO_PLACES = Decimal("0.01")


class Key(Protocol):
    """What scoring needs to know of a question."""

    @property
    def right(self) -> Collection[int]: ...
    @property
    def scoring(self) -> str: ...
    @property
    def domain(self) -> int: ...


@dataclass(frozen=True, slots=True)
class DomainScore:
    n_questions: int
    n_answered: int
    n_right: int


@dataclass(frozen=True, slots=True)
class Score:
    """An attempt's result; ``percent`` is 0 to 100 with two places."""

    n_questions: int
    n_answered: int
    n_right: int
    points: Decimal
    percent: Decimal
    domains: Mapping[int, DomainScore]


def answer_points(key: Key, choices: Collection[int]) -> Decimal:
    """Return the points for a question, 0 to 1 with four places.

    All or nothing: 1 for exactly the right choices. Partial: right minus wrong choices
    over the number of right ones, never below 0.
    """
    chosen, right = set(choices), set(key.right)
    if key.scoring == ALL_OR_NOTHING:
        return Decimal(chosen == right)
    net = len(chosen & right) - len(chosen - right)
    share = Decimal(max(net, 0)) / Decimal(len(right))
    return share.quantize(_FOUR_PLACES, ROUND_HALF_UP)


def score_attempt(keys: Sequence[Key], answers: Mapping[int, Collection[int]]) -> Score:
    """Score an attempt's answers, question number to choices; a gap counts as wrong."""
    points, n_answered, n_right = Decimal(0), 0, 0
    domains: dict[int, tuple[int, int, int]] = {}
    for number, key in enumerate(keys):
        choices = answers.get(number, ())
        worth = answer_points(key, choices) if choices else Decimal(0)
        is_right = worth == 1
        points += worth
        n_answered += bool(choices)
        n_right += is_right
        asked, tried, right = domains.get(key.domain, (0, 0, 0))
        domains[key.domain] = (asked + 1, tried + bool(choices), right + is_right)
    return Score(
        n_questions=len(keys),
        n_answered=n_answered,
        n_right=n_right,
        points=points.quantize(_FOUR_PLACES, ROUND_HALF_UP),
        percent=(100 * points / len(keys)).quantize(_TWO_PLACES, ROUND_HALF_UP),
        domains={domain: DomainScore(*counts) for domain, counts in domains.items()},
    )
