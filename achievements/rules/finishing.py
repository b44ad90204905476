"""Finishing tests, and answering questions in them."""

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from achievements.criteria import FINISHED, Progress, criterion
from achievements.facts import Facts
from achievements.rules.common import by, counted, how_many, says


@criterion(
    "tests-finished",
    on=[FINISHED],
    help="Finished attempts: any test, any length, any score.",
    threshold=how_many("finished attempts"),
    reason=says("attempts", "test finished", "tests finished"),
)
def tests_finished(
    facts: Facts, threshold: int, parameters: Mapping[str, Any]
) -> Progress:
    return counted(facts.sittings, threshold, "attempts")


@criterion(
    "questions-answered",
    on=[FINISHED],
    help="Questions answered in finished attempts, right or wrong, each time.",
    threshold=how_many("questions"),
    reason=says(
        "questions", "question answered", "questions answered in finished tests"
    ),
)
def questions_answered(
    facts: Facts, threshold: int, parameters: Mapping[str, Any]
) -> Progress:
    sums = list(accumulate(sitting.n_answered for sitting in facts.sittings))
    total = sums[-1] if sums else 0
    for sitting, n in zip(facts.sittings, sums, strict=True):
        if n >= threshold:
            return Progress(total, threshold, by(sitting, {"questions": n}))
    return Progress(total, threshold)
