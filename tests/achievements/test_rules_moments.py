"""Of every rule: the moment is when it first came true, whatever happened around it."""

import json
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from achievements.criteria import Criterion
from achievements.facts import PublishedTest, Sitting
from achievements.streaks import Clock
from tests.achievements.histories import (
    Answered,
    PlainFacts,
    hour,
    make_facts,
    make_sitting,
    make_test,
)

# Low thresholds, so that a short history reaches them.
ROWS = [
    Criterion("tests-finished", 1),
    Criterion("tests-finished", 4),
    Criterion("questions-answered", 60),
    Criterion("score", 90),
    Criterion("perfect-tests", 2),
    Criterion("perfect-in-certification", 2),
    Criterion("perfect-in-certification", 1, {"certification": "cert-2"}),
    Criterion("comeback", 90, {"low": 40}),
    Criterion("comeback", 50, {"low": 49}),
    Criterion("exam-passes", 2),
    Criterion("flawless-blocks", 2),
    Criterion("coins-earned", 20),
    Criterion("level", 2),
    Criterion("streak", 2),
    Criterion("streak", 4),
    Criterion("hours", 2, {"from": 22, "until": 4}),
    Criterion("recovery", 1),
    Criterion("recovery", 2),
    Criterion("all-tests", 1),
    Criterion("certification-complete", 1),
    Criterion("certification-complete", 1, {"certification": "cert-2"}),
]
TESTS = (1, 2, 11, 12)

times = st.integers(0, 24 * 12).map(hour)
zones = st.sampled_from(["UTC", "Pacific/Auckland", "America/Los_Angeles"])


def certification_of(test: int) -> int:
    return 1 if test < 10 else 2


@st.composite
def sittings(draw: st.DrawFn) -> Sitting:
    test = draw(st.sampled_from(TESTS))
    return make_sitting(
        test=test,
        certification=certification_of(test),
        n_right=draw(st.sampled_from([0, 10, 12, 13, 23, 25])),
        n_answered=draw(st.just(25)),
        is_exam=draw(st.booleans()),
        at=draw(times),
        zone=draw(zones),
        n_flawless_blocks=draw(st.integers(0, 1)),
    )


@st.composite
def offers(draw: st.DrawFn) -> PublishedTest:
    test, since = draw(st.sampled_from(TESTS)), draw(times)
    lasts = draw(st.none() | st.integers(1, 200))
    until = None if lasts is None else since + timedelta(hours=lasts)
    certification = certification_of(test)
    return make_test(test, certification=certification, at=since, withdrawn_at=until)


@st.composite
def answers(draw: st.DrawFn) -> list[Answered]:
    """Few questions again and again, and many questions once."""
    again = st.builds(
        Answered, times, st.integers(1, 5), st.integers(1, 4), st.booleans()
    )
    many = [
        Answered(hour(5 * number), 6, 100 + number, True)
        for number in range(draw(st.integers(0, 55)))
    ]
    return [*draw(st.lists(again, max_size=20)), *many]


@st.composite
def histories(draw: st.DrawFn) -> PlainFacts:
    changes = draw(st.lists(st.tuples(times, zones), max_size=3))
    return make_facts(
        *draw(st.lists(sittings(), max_size=10)),
        answers=draw(answers()),
        moments=draw(st.lists(times, max_size=15)),
        clock=Clock(changes),
        published=draw(
            st.lists(offers(), max_size=5, unique_by=lambda offer: offer.test)
        ),
    )


def ends(facts: PlainFacts) -> list[Any]:
    """Return every moment at which anything changed."""
    found = {one.finished_at for one in facts.sittings}
    found |= {one.at for one in facts.answers} | set(facts.moments)
    for test in facts.published:
        found |= {test.published_at, test.withdrawn_at or test.published_at}
    return sorted(found)


@settings(max_examples=150)
@given(histories())
def test_the_moment_is_when_it_first_was_true(facts: PlainFacts) -> None:
    whole = [(row, row.progress(facts).moment) for row in ROWS]
    for now in ends(facts):
        known = facts.until(now)
        for row, moment in whole:
            then = row.progress(known).moment
            assert (then is not None) == (moment is not None and moment.at <= now), row
            if then is not None and moment is not None:
                assert (then.at, then.attempt) == (moment.at, moment.attempt), row


@settings(max_examples=150)
@given(histories())
def test_progress_agrees_with_what_is_reached(facts: PlainFacts) -> None:
    for row in ROWS:
        progress = row.progress(facts)
        assert progress.n >= 0, row
        assert progress.target >= 1, row
        # With enough misses of a question, being right is still open.
        if row.rule != "recovery" or progress.is_reached:
            assert progress.is_reached == (progress.n >= progress.target), row
        if progress.moment is not None:
            assert progress.moment.at in ends(facts), row
            evidence = row.as_evidence(progress.moment)
            assert json.loads(json.dumps(evidence)) == evidence, row
