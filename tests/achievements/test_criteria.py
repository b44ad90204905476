"""The registry of rules: what can be saved, what touches what, what is told."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from achievements import criteria
from achievements.criteria import (
    ACTIVE,
    ANSWERED,
    EARNED,
    FINISHED,
    Criterion,
    Parameter,
    Progress,
    criterion,
    problem,
    reason_of,
    rules_touched_by,
)
from achievements.facts import Facts, Moment
from tests.achievements.histories import START, make_facts, make_sitting

NOW = Moment(START)
EVENTS = {
    "all-tests": {FINISHED},
    "certification-complete": {FINISHED},
    "coins-earned": {EARNED},
    "comeback": {FINISHED},
    "exam-passes": {FINISHED},
    "flawless-blocks": {FINISHED},
    "hours": {FINISHED},
    "level": {EARNED},
    "perfect-in-certification": {FINISHED},
    "perfect-tests": {FINISHED},
    "questions-answered": {FINISHED},
    "recovery": {ANSWERED},
    "score": {FINISHED},
    "streak": {ACTIVE},
    "tests-finished": {FINISHED},
}
# What each part of the facts can change with.
CHANGES_WITH = {
    "sittings": FINISHED,
    "published": FINISHED,
    "xp": EARNED,
    "coins": EARNED,
    "streak_days": ACTIVE,
    "recovery": ANSWERED,
    "most_misses": ANSWERED,
}
NUMBERS: dict[str, dict[str, Any]] = {
    "comeback": {"low": 40},
    "hours": {"from": 0, "until": 4},
}


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a test register rules that nobody else sees."""
    monkeypatch.setattr(criteria, "_rules", dict(criteria.rules()))
    return


def register(code: str, *, on: tuple[str, ...] = (FINISHED,)) -> None:
    @criterion(
        code,
        on=on,
        help="An example.",
        threshold=Parameter(int, "How many.", required=True, least=1),
        reason=lambda values: f"{values}",
    )
    def example(
        facts: Facts, threshold: int, parameters: Mapping[str, Any]
    ) -> Progress:
        return Progress(0, threshold)


# --- the registry ---------------------------------------------------------------------


def test_the_events_of_every_rule_are_known() -> None:
    assert {code: rule.events for code, rule in criteria.rules().items()} == EVENTS


@pytest.mark.parametrize("code", EVENTS)
def test_a_rule_asks_only_for_facts_that_its_events_change(code: str) -> None:
    asked = set()

    class Recorder:
        def __getattr__(self, name: str) -> Any:
            asked.add(name)
            return getattr(make_facts(make_sitting()), name)

    Criterion(code, 2, NUMBERS.get(code, {})).progress(Recorder())
    assert {CHANGES_WITH[name] for name in asked} == EVENTS[code]


def test_only_rules_that_an_event_can_touch_are_looked_at() -> None:
    assert rules_touched_by([ACTIVE]) == {"streak"}
    assert rules_touched_by([EARNED, ANSWERED]) == {"coins-earned", "level", "recovery"}
    assert rules_touched_by([]) == set()
    assert rules_touched_by(criteria.EVENTS) == set(EVENTS)


@pytest.mark.usefixtures("registry")
def test_any_one_of_its_events_touches_a_rule() -> None:
    register("one-more", on=(FINISHED, ACTIVE))
    assert rules_touched_by([ACTIVE]) == {"streak", "one-more"}
    assert "one-more" in rules_touched_by([FINISHED, EARNED])


@pytest.mark.usefixtures("registry")
def test_a_code_that_is_taken_is_refused() -> None:
    register("one-more")
    with pytest.raises(ValueError, match="one-more"):
        register("one-more")


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("on", [(), ("sneezed",), (FINISHED, "sneezed")])
def test_a_rule_without_an_event_that_happens_is_refused(on: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="events"):
        register("one-more", on=on)


def test_the_registry_cannot_be_changed_from_outside() -> None:
    criteria.rules().pop("streak")  # type: ignore[attr-defined]
    assert "streak" in criteria.rules()


# --- progress -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("progress", "percent"),
    [
        (Progress(0, 10), 0),
        (Progress(1, 3), 33),
        (Progress(9_999, 10_000), 99),
        (Progress(3, 3), 99),
        (Progress(3, 3, NOW), 100),
        (Progress(81, 80, NOW), 100),
        (Progress(0, 0), 0),
    ],
)
def test_only_what_is_reached_is_done_to_100_percent(
    progress: Progress, percent: int
) -> None:
    assert progress.percent == percent
    assert progress.is_reached == (percent == 100)


# --- what can be saved ----------------------------------------------------------------

SOUND = [
    ("tests-finished", 1, {}),
    ("score", 100, {}),
    ("level", 2, {}),
    ("all-tests", 1, {}),
    ("comeback", 90, {"low": 40}),
    ("comeback", 1, {"low": 0}),
    ("hours", 1, {"from": 22, "until": 4}),
    ("hours", 1, {"from": 20, "until": 24}),
    ("certification-complete", 1, {"certification": "network-plus"}),
    ("certification-complete", 1, {"certification": None}),
]
FLAWED: list[tuple[str, Any, Any, str, str]] = [
    ("no-such-rule", 1, {}, "rule", "Choose one of: all-tests, "),
    ("tests-finished", 0, {}, "threshold", "1 or more"),
    ("tests-finished", -5, {}, "threshold", "1 or more"),
    ("tests-finished", None, {}, "threshold", "missing: How many finished attempts"),
    ("tests-finished", "10", {}, "threshold", "a whole number"),
    ("tests-finished", True, {}, "threshold", "a whole number"),
    ("score", 101, {}, "threshold", "100 or less"),
    ("level", 1, {}, "threshold", "2 or more"),
    ("all-tests", 2, {}, "threshold", "1 or less"),
    ("tests-finished", 1, None, "parameters", "an object such as"),
    ("tests-finished", 1, [], "parameters", "an object such as"),
    ("tests-finished", 1, {"low": 40}, "parameters", "it takes: none"),
    ("comeback", 90, {}, "parameters", "low is missing"),
    ("comeback", 90, {"low": None}, "parameters", "low is missing"),
    ("comeback", 90, {"lo": 40}, "parameters", "it takes: low"),
    ("comeback", 90, {"low": "40"}, "parameters", "a whole number"),
    ("comeback", 90, {"low": 40.0}, "parameters", "a whole number"),
    ("comeback", 90, {"low": True}, "parameters", "a whole number"),
    ("comeback", 90, {"low": -1}, "parameters", "0 or more"),
    ("comeback", 100, {"low": 100}, "parameters", "99 or less"),
    ("comeback", 40, {"low": 40}, "parameters", "less than the threshold"),
    ("hours", 1, {"from": 4}, "parameters", "until is missing"),
    ("hours", 1, {"from": 24, "until": 4}, "parameters", "23 or less"),
    ("hours", 1, {"from": 4, "until": 4}, "parameters", "different hours"),
    ("hours", 1, {"from": 0, "until": 24}, "parameters", "different hours"),
    ("certification-complete", 1, {"certification": 7}, "parameters", "must be text"),
    ("certification-complete", 1, {"certification": " "}, "parameters", "empty"),
]


@pytest.mark.parametrize(("rule", "threshold", "parameters"), SOUND)
def test_numbers_that_somebody_can_reach_are_sound(
    rule: str, threshold: int, parameters: dict[str, Any]
) -> None:
    assert problem(rule, threshold=threshold, parameters=parameters) is None


@pytest.mark.parametrize(("rule", "threshold", "parameters", "field", "words"), FLAWED)
def test_what_nobody_could_ever_reach_is_refused(
    rule: str, threshold: int, parameters: Any, field: str, words: str
) -> None:
    found = problem(rule, threshold=threshold, parameters=parameters)
    assert found is not None
    assert found.field == field
    assert words in found.message


# --- what is told ---------------------------------------------------------------------

REASONS = [
    ("tests-finished", {"attempts": 1}, "1 test finished"),
    ("tests-finished", {"attempts": 10}, "10 tests finished"),
    ("questions-answered", {"questions": 1003},
     "1,003 questions answered in finished tests"),
    ("score", {"score": 92.5}, "A score of 92.5 %"),
    ("perfect-tests", {"tests": 2}, "2 perfect tests"),
    ("perfect-in-certification", {"tests": 5}, "5 perfect tests of a certification"),
    ("comeback", {"low": 36, "score": 93}, "From 36 % to 93 % on the same test"),
    ("exam-passes", {"exams": 1}, "1 exam passed"),
    ("flawless-blocks", {"blocks": 1}, "1 block of 25 all right"),
    ("coins-earned", {"coins": 5000}, "5,000 coins earned"),
    ("level", {"level": 5}, "Level 5 reached"),
    ("streak", {"days": 7}, "7 active days in a row"),
    ("hours", {"time": "02:30"}, "Finished at 02:30 by your own clock"),
    ("recovery", {"misses": 3}, "A question right after it went wrong 3 times"),
    ("all-tests", {"tests": 130}, "130 tests, all there were"),
    ("certification-complete", {"tests": 10}, "10 tests of a certification, all"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "values", "sentence"), REASONS)
def test_a_grant_says_what_it_was_for(
    rule: str, values: dict[str, Any], sentence: str
) -> None:
    evidence = Criterion(rule, 1).as_evidence(Moment(START, 1, values))
    assert reason_of(json.loads(json.dumps(evidence))) == sentence


def test_every_rule_can_say_it() -> None:
    assert {rule for rule, _, _ in REASONS} == set(EVENTS)


@pytest.mark.parametrize(
    "evidence", [{}, {"rule": "gone", "values": {"n": 1}}, {"rule": "streak"}]
)
def test_what_nobody_knows_any_more_is_not_told(evidence: dict[str, Any]) -> None:
    assert reason_of(evidence) == ""


def test_the_evidence_keeps_the_rule_as_it_was() -> None:
    evidence = Criterion("comeback", 90, {"low": 40}).as_evidence(
        Moment(START, 7, {"low": 36, "score": 93})
    )
    assert evidence == {
        "rule": "comeback",
        "threshold": 90,
        "parameters": {"low": 40},
        "values": {"low": 36, "score": 93},
    }
