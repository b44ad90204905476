"""Finishing every test there is.

What there is changes. So these rules look for the first moment at which every test that
learners could then take had been finished, at whatever time before: once there was
one, it stays, however many tests come later, and the progress stays the one of that
moment. Until then the progress is about the tests of now.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from achievements.criteria import FINISHED, Progress, criterion
from achievements.facts import Facts, Moment, PublishedTest, Sitting
from achievements.rules.common import CERTIFICATION, earliest, how_many, says

# The rules that can come true because a test is no longer offered.
COMPLETIONS = ("all-tests", "certification-complete")


def _first_finishes(sittings: Iterable[Sitting]) -> dict[int, Sitting]:
    firsts: dict[int, Sitting] = {}
    for sitting in sittings:
        firsts.setdefault(sitting.test, sitting)
    return firsts


def _is_over(test: PublishedTest, first: Sitting | None) -> datetime | None:
    """Return when the learner no longer lacked the test: finished, or withdrawn."""
    ends = [first.finished_at] if first else []
    ends += [test.withdrawn_at] if test.withdrawn_at else []
    return max(test.published_at, min(ends)) if ends else None


def _completion(
    tests: Sequence[PublishedTest], firsts: Mapping[int, Sitting]
) -> tuple[datetime, int] | None:
    """Return when first no test was lacking, and how many tests there were."""
    offered: defaultdict[datetime, int] = defaultdict(int)
    lacking: defaultdict[datetime, int] = defaultdict(int)
    for test in tests:
        offered[test.published_at] += 1
        lacking[test.published_at] += 1
        if test.withdrawn_at:
            offered[test.withdrawn_at] -= 1
        if over := _is_over(test, firsts.get(test.test)):
            lacking[over] -= 1
    n_offered = n_lacking = 0
    for moment in sorted({*offered, *lacking}):
        n_offered += offered[moment]
        n_lacking += lacking[moment]
        if n_offered and not n_lacking:
            return moment, n_offered
    return None


def _progress(
    tests: Sequence[PublishedTest], firsts: Mapping[int, Sitting], **values: Any
) -> Progress:
    reached = _completion(tests, firsts)
    if reached is None:
        offered = [test.test for test in tests if test.withdrawn_at is None]
        # Where nothing is offered, nothing can be finished: 0 of 1.
        return Progress(sum(one in firsts for one in offered), len(offered) or 1)
    at, n = reached
    of_these = {test.test for test in tests}
    did_it = [
        sitting.attempt
        for sitting in firsts.values()
        if sitting.finished_at == at and sitting.test in of_these
    ]
    # None where it came true because a test was withdrawn.
    attempt = max(did_it, default=None)
    return Progress(n, n, Moment(at, attempt, {"tests": n, **values}))


@criterion(
    "all-tests",
    on=[FINISHED],
    help="Every test that learners can take, each finished at least once.",
    threshold=how_many("times: 1, since each test counts once", most=1),
    reason=says("tests", "test, all there was", "tests, all there were"),
)
def all_tests(facts: Facts, threshold: int, parameters: Mapping[str, Any]) -> Progress:
    return _progress(facts.published, _first_finishes(facts.sittings))


@criterion(
    "certification-complete",
    on=[FINISHED],
    help="Every test of one certification, each finished at least once.",
    threshold=how_many("times: 1, since each test counts once", most=1),
    reason=says("tests", "test of a certification", "tests of a certification, all"),
    parameters={"certification": CERTIFICATION},
)
def certification_complete(
    facts: Facts, threshold: int, parameters: Mapping[str, Any]
) -> Progress:
    """Without a certification, the one that was complete first, or is nearest to it."""
    only = parameters.get("certification")
    groups: defaultdict[str, list[PublishedTest]] = defaultdict(list)
    for test in facts.published:
        if only in (None, test.certification_slug):
            groups[test.certification_slug].append(test)
    firsts = _first_finishes(facts.sittings)
    each = [
        _progress(tests, firsts, certification=slug) for slug, tests in groups.items()
    ]
    if not each:
        return Progress(0, 1)
    moments = [progress.moment for progress in each if progress.moment]
    if moments:
        first = earliest(moments)
        return next(progress for progress in each if progress.moment == first)
    return max(each, key=lambda progress: (progress.n / progress.target, progress.n))
