"""When learners work: day after day, late, or early."""

from collections.abc import Mapping
from typing import Any

from achievements.criteria import ACTIVE, FINISHED, Parameter, Progress, criterion
from achievements.facts import Facts, Moment
from achievements.rules.common import by, how_many, says


@criterion(
    "streak",
    on=[ACTIVE],
    help="Active days in a row, by the learner's own clock; the longest streak ever.",
    threshold=how_many("days"),
    reason=says("days", "active day", "active days in a row"),
)
def streak(facts: Facts, threshold: int, parameters: Mapping[str, Any]) -> Progress:
    days = facts.streak_days
    longest = max((one.length for one in days), default=0)
    for one in days:
        if one.length >= threshold:
            values = {"days": one.length, "day": one.day.isoformat()}
            return Progress(longest, threshold, Moment(one.first_at, values=values))
    return Progress(longest, threshold)


def _hours_differ(threshold: int, parameters: Mapping[str, Any]) -> str:
    if parameters["from"] % 24 != parameters["until"] % 24:
        return ""
    return "from and until must be different hours of the day."


@criterion(
    "hours",
    on=[FINISHED],
    help="Attempts finished between two hours of the day by the learner's own clock, "
    "with an answer or more.",
    threshold=how_many("attempts"),
    reason=lambda values: f"Finished at {values.get('time')} by your own clock",
    parameters={
        "from": Parameter(
            int, "The hour they begin, such as 22.", required=True, least=0, most=23
        ),
        "until": Parameter(
            int, "The hour they end, such as 4.", required=True, least=0, most=24
        ),
    },
    check=_hours_differ,
)
def hours(facts: Facts, threshold: int, parameters: Mapping[str, Any]) -> Progress:
    begin, end = parameters["from"], parameters["until"]
    # From 22 until 4 passes midnight: the hours are counted from the beginning.
    span = (end - begin) % 24
    matching = [
        sitting
        for sitting in facts.sittings
        if sitting.n_answered and (sitting.finished_local.hour - begin) % 24 < span
    ]
    if len(matching) < threshold:
        return Progress(len(matching), threshold)
    last = matching[threshold - 1]
    values = {"attempts": threshold, "time": f"{last.finished_local:%H:%M}"}
    return Progress(len(matching), threshold, by(last, values))
