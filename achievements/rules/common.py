"""What several rules need."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from achievements.criteria import Parameter, Progress
from achievements.facts import Moment, Sitting

CERTIFICATION = Parameter(
    str, "The slug of one certification; without it, the one where most is done."
)


def how_many(of: str, *, least: int = 1, most: int | None = None) -> Parameter:
    """Return a threshold that counts something."""
    return Parameter(int, f"How many {of}.", required=True, least=least, most=most)


def percent(score: Decimal) -> int | float:
    """Return a score for the evidence, which is JSON: 90, but 92.5."""
    return int(score) if score == int(score) else float(score)


def by(sitting: Sitting, values: Mapping[str, Any]) -> Moment:
    return Moment(sitting.finished_at, sitting.attempt, values)


def counted(
    matching: Sequence[Sitting], target: int, name: str, **values: Any
) -> Progress:
    """Return how many attempts match; the one that made it so many is the moment."""
    if len(matching) < target:
        return Progress(len(matching), target)
    moment = by(matching[target - 1], {name: target, **values})
    return Progress(len(matching), target, moment)


def earliest(moments: Sequence[Moment]) -> Moment:
    return min(moments, key=lambda moment: (moment.at, moment.attempt or 0))


def says(name: str, one: str, many: str) -> Callable[[Mapping[str, Any]], str]:
    """Return a reason: ``1 test finished`` or ``10 tests finished``."""

    def reason(values: Mapping[str, Any]) -> str:
        n = int(values.get(name, 0))
        return f"{n:,} {one if n == 1 else many}"

    return reason
