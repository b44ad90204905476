"""The registry of rules: what an achievement can ask for.

A rule is a pure function from a learner's facts, a threshold and parameters to a
``Progress``: n of target, and once it is reached, the moment it was, with the values
that did it. Rules live in ``achievements/rules/``; this module knows their names.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from achievements.facts import Facts, Moment

# What can make a rule come true; an event that is none of a rule's cannot change it.
FINISHED = "finished"  # an attempt was finished
EARNED = "earned"  # XP and coins were paid
ACTIVE = "active"  # there was an active day
ANSWERED = "answered"  # answers were committed
EVENTS = frozenset({FINISHED, EARNED, ACTIVE, ANSWERED})


@dataclass(frozen=True, slots=True)
class Progress:
    """``n`` of ``target``; ``moment`` is there exactly when it is reached.

    Both are as of now, and ``n`` may be more than ``target``. Only where the target
    moves (all the tests there are) they stay those of the moment, once there is one.
    """

    n: int
    target: int
    moment: Moment | None = None

    @property
    def is_reached(self) -> bool:
        return self.moment is not None

    @property
    def percent(self) -> int:
        """How much of it is done, 0 to 100; 100 only when it is reached."""
        if self.is_reached:
            return 100
        return min(99, 100 * self.n // max(1, self.target))


RuleFunction = Callable[[Facts, int, Mapping[str, Any]], Progress]
# What two numbers that are each in order say together: what is wrong, or nothing.
Check = Callable[[int, Mapping[str, Any]], str]
# The values of a moment in a sentence for the learner.
Reason = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a rule: its type (int or str), and whether it must be there."""

    kind: type[int] | type[str]
    help: str
    required: bool = False
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule. ``parameters`` maps the names it takes to what they mean."""

    code: str
    function: RuleFunction
    events: frozenset[str]
    help: str
    threshold: Parameter
    reason: Reason
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    check: Check = lambda _threshold, _parameters: ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be saved: the field, and what was expected there."""

    field: str
    message: str


_rules: dict[str, Rule] = {}


def criterion(
    code: str,
    *,
    on: Iterable[str],
    help: str,  # noqa: A002  what editors read
    threshold: Parameter,
    reason: Reason,
    parameters: Mapping[str, Parameter] | None = None,
    check: Check = lambda _threshold, _parameters: "",
) -> Callable[[RuleFunction], RuleFunction]:
    """Register a rule under a code; a code that is taken raises ValueError."""
    events = frozenset(on)
    if not events or not events <= EVENTS:
        raise ValueError(f"Rule {code} must name events out of {sorted(EVENTS)}.")

    def register(function: RuleFunction) -> RuleFunction:
        if code in _rules:
            raise ValueError(f"There is a rule {code} already.")
        _rules[code] = Rule(
            code, function, events, help, threshold, reason, parameters or {}, check
        )
        return function

    return register


def rules() -> Mapping[str, Rule]:
    """Return all rules by code."""
    return dict(_rules)


def rules_touched_by(events: Iterable[str]) -> set[str]:
    """Return the codes of the rules that one of the events can make come true."""
    happened = frozenset(events)
    return {code for code, rule in _rules.items() if rule.events & happened}


@dataclass(frozen=True, slots=True)
class Criterion:
    """A rule with its numbers."""

    rule: str
    threshold: int
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def progress(self, facts: Facts) -> Progress:
        """Return how far the learner is."""
        return _rules[self.rule].function(facts, self.threshold, self.parameters)

    def as_evidence(self, moment: Moment) -> dict[str, Any]:
        """Return the rule as it is and what fulfilled it, ready for JSON."""
        return {
            "rule": self.rule,
            "threshold": self.threshold,
            "parameters": dict(self.parameters),
            "values": dict(moment.values),
        }


def reason_of(evidence: Mapping[str, Any]) -> str:
    """Return in a sentence what a grant was for; empty when its rule is no more."""
    rule, values = _rules.get(evidence.get("rule", "")), evidence.get("values")
    return rule.reason(values) if rule and values else ""


def problem(rule: str, *, threshold: int, parameters: object) -> Problem | None:
    """Return what is wrong with a rule's numbers, or None."""
    known = _rules.get(rule)
    if known is None:
        return Problem("rule", f"Choose one of: {', '.join(sorted(_rules))}.")
    if message := _parameter_problem("The threshold", known.threshold, threshold):
        return Problem("threshold", message)
    if not isinstance(parameters, Mapping):
        return Problem("parameters", 'Parameters are an object such as {"low": 40}.')
    message = _parameters_problem(known, parameters)
    message = message or known.check(threshold, parameters)
    return Problem("parameters", message) if message else None


def _parameters_problem(rule: Rule, given: Mapping[str, Any]) -> str:
    for name in given:
        if name not in rule.parameters:
            expected = ", ".join(rule.parameters) or "none"
            return f"{name} is no parameter of this rule; it takes: {expected}."
    for name, expected_kind in rule.parameters.items():
        if message := _parameter_problem(name, expected_kind, given.get(name)):
            return message
    return ""


def _parameter_problem(name: str, parameter: Parameter, value: Any) -> str:
    if value is None:
        return f"{name} is missing: {parameter.help}" if parameter.required else ""
    # A bool is an int to Python, and never what is meant here.
    if isinstance(value, bool) or not isinstance(value, parameter.kind):
        kind = "a whole number" if parameter.kind is int else "text"
        return f"{name} must be {kind}: {parameter.help}"
    if isinstance(value, str):
        return "" if value.strip() else f"{name} must not be empty: {parameter.help}"
    if parameter.least is not None and value < parameter.least:
        return f"{name} must be {parameter.least} or more."
    if parameter.most is not None and value > parameter.most:
        return f"{name} must be {parameter.most} or less."
    return ""
