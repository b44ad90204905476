"""Getting right what went wrong before."""

from collections.abc import Mapping
from typing import Any

from achievements.criteria import ANSWERED, Progress, criterion
from achievements.facts import Facts
from achievements.rules.common import how_many


def _reason(values: Mapping[str, Any]) -> str:
    return f"A question right after it went wrong {values.get('misses')} times"


@criterion(
    "recovery",
    on=[ANSWERED],
    help="A question answered right after it was missed so many times or more.",
    threshold=how_many("misses of the same question"),
    reason=_reason,
)
def recovery(facts: Facts, threshold: int, parameters: Mapping[str, Any]) -> Progress:
    """The progress counts the misses: with enough of them only being right is open."""
    moment = facts.recovery(threshold)
    return Progress(min(facts.most_misses(), threshold), threshold, moment)
