"""What attempts scored."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from achievements.criteria import FINISHED, Parameter, Progress, criterion
from achievements.facts import Facts, Sitting
from achievements.rules.common import (
    CERTIFICATION,
    by,
    counted,
    earliest,
    how_many,
    percent,
    says,
)


@criterion(
    "score",
    on=[FINISHED],
    help="One finished attempt with a score of so many percent or more, any length.",
    threshold=Parameter(int, "The percent.", required=True, least=1, most=100),
    reason=lambda values: f"A score of {values.get('score')} %",
)
def score(facts: Facts, threshold: int, parameters: Mapping[str, Any]) -> Progress:
    best = max((sitting.score for sitting in facts.sittings), default=Decimal(0))
    for sitting in facts.sittings:
        if sitting.score >= threshold:
            moment = by(sitting, {"score": percent(sitting.score)})
            return Progress(int(best), threshold, moment)
    return Progress(int(best), threshold)


def _first_perfect(sittings: Iterable[Sitting]) -> list[Sitting]:
    """Return each test's first attempt with every question right."""
    firsts: dict[int, Sitting] = {}
    for sitting in sittings:
        if sitting.is_perfect:
            firsts.setdefault(sitting.test, sitting)
    return list(firsts.values())


@criterion(
    "perfect-tests",
    on=[FINISHED],
    help="Every question right, on so many different tests.",
    threshold=how_many("different tests"),
    reason=says("tests", "test with every question right", "perfect tests"),
)
def perfect_tests(
    facts: Facts, threshold: int, parameters: Mapping[str, Any]
) -> Progress:
    return counted(_first_perfect(facts.sittings), threshold, "tests")


@criterion(
    "perfect-in-certification",
    on=[FINISHED],
    help="Every question right, on so many different tests of one certification.",
    threshold=how_many("different tests of the same certification"),
    reason=says(
        "tests", "perfect test of a certification", "perfect tests of a certification"
    ),
    parameters={"certification": CERTIFICATION},
)
def perfect_in_certification(
    facts: Facts, threshold: int, parameters: Mapping[str, Any]
) -> Progress:
    only = parameters.get("certification")
    groups: defaultdict[str, list[Sitting]] = defaultdict(list)
    for first in _first_perfect(facts.sittings):
        if only in (None, first.certification_slug):
            groups[first.certification_slug].append(first)
    each = [
        counted(firsts, threshold, "tests", certification=slug)
        for slug, firsts in groups.items()
    ]
    n = max((progress.n for progress in each), default=0)
    moments = [progress.moment for progress in each if progress.moment]
    return Progress(n, threshold, earliest(moments) if moments else None)


def _low_is_lower(threshold: int, parameters: Mapping[str, Any]) -> str:
    if parameters["low"] < threshold:
        return ""
    return f"low must be less than the threshold, which is {threshold}."


@criterion(
    "comeback",
    on=[FINISHED],
    help="A low score on a test, and later a high one on the same test.",
    threshold=Parameter(
        int, "The later score in percent, or more.", required=True, least=1, most=100
    ),
    reason=lambda values: (
        f"From {values.get('low')} % to {values.get('score')} % on the same test"
    ),
    parameters={
        "low": Parameter(
            int, "The first score in percent, or less.", required=True, least=0, most=99
        )
    },
    check=_low_is_lower,
)
def comeback(facts: Facts, threshold: int, parameters: Mapping[str, Any]) -> Progress:
    """The progress is the best score on a test since a low one on it."""
    lows: dict[int, Sitting] = {}
    best, moment = Decimal(0), None
    for sitting in facts.sittings:
        low = lows.get(sitting.test)
        if low is not None:
            best = max(best, sitting.score)
            if moment is None and sitting.score >= threshold:
                values = {
                    "low": percent(low.score),
                    "low_attempt": low.attempt,
                    "score": percent(sitting.score),
                }
                moment = by(sitting, values)
        if sitting.score <= parameters["low"]:
            lows[sitting.test] = sitting
    return Progress(int(best), threshold, moment)


@criterion(
    "exam-passes",
    on=[FINISHED],
    help="Exams (not practice) with the pass mark of the day or more.",
    threshold=how_many("passed exams"),
    reason=says("exams", "exam passed", "exams passed"),
)
def exam_passes(
    facts: Facts, threshold: int, parameters: Mapping[str, Any]
) -> Progress:
    passes = [
        sitting
        for sitting in facts.sittings
        if sitting.is_exam and sitting.score >= sitting.pass_percent
    ]
    return counted(passes, threshold, "exams")


@criterion(
    "flawless-blocks",
    on=[FINISHED],
    help="Blocks of 25 questions with every one right, in finished attempts.",
    threshold=how_many("blocks"),
    reason=says("blocks", "block of 25 all right", "blocks of 25 all right"),
)
def flawless_blocks(
    facts: Facts, threshold: int, parameters: Mapping[str, Any]
) -> Progress:
    n, moment = 0, None
    for sitting in facts.sittings:
        n += sitting.n_flawless_blocks
        if moment is None and n >= threshold:
            moment = by(sitting, {"blocks": n})
    return Progress(n, threshold, moment)
