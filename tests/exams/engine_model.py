"""The attempt engine's rules once more, as plain Python that knows no database.

Written from the design, not from the engine: dictionaries, a clock that is told the
time, and fractions. The state machine (test_engine_machine.py) compares the two.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

Choices = frozenset[int]


class Refused(Exception):
    """``reason`` is invalid, closed or expired."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Question:
    """What the model knows of a question of the test."""

    right: Choices
    n_choices: int
    partial: bool
    domain: int

    def points(self, chosen: Choices) -> Fraction:
        if not self.partial:
            return Fraction(chosen == self.right)
        net = len(chosen & self.right) - len(chosen - self.right)
        return rounded(Fraction(max(net, 0), len(self.right)), 4)


@dataclass(frozen=True)
class Event:
    """An answer as a device sent it, perhaps long ago, perhaps more than once."""

    question: int
    choices: Choices
    seq: int
    seconds: int

    @property
    def rank(self) -> tuple[int, int]:
        return self.seq, sum(2**choice for choice in self.choices)


def rounded(value: Fraction, places: int) -> Fraction:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return Fraction(exact.quantize(Decimal(10) ** -places, ROUND_HALF_UP))


@dataclass
class ModelAttempt:
    """One attempt; every change names the moment at which it arrives."""

    questions: list[Question]
    is_exam: bool
    deadline: datetime | None
    answers: dict[int, Event] = field(default_factory=dict)
    flags: dict[int, tuple[int, bool]] = field(default_factory=dict)
    position: tuple[int, int] = (0, 0)  # sequence number, place
    epoch: int = 0
    state: str = "open"
    finished_at: datetime | None = None

    @property
    def length(self) -> int:
        return len(self.questions)

    def is_overdue(self, now: datetime) -> bool:
        return self.state == "open" and bool(self.deadline and now >= self.deadline)

    # --- what a device may send -------------------------------------------------------

    def check(self, event: Event) -> None:
        if event.question >= self.length:
            raise Refused("invalid")
        question = self.questions[event.question]
        known = all(choice < question.n_choices for choice in event.choices)
        empty_is_fine = self.is_exam or event.choices
        if not known or len(event.choices) > len(question.right) or not empty_is_fine:
            raise Refused("invalid")

    def must_accept(self, now: datetime) -> None:
        if self.state != "open" or self.is_overdue(now):
            raise Refused("closed")

    def answer(self, event: Event, *, epoch: int, now: datetime) -> tuple[str, Event]:
        self.check(event)
        self.must_accept(now)
        if epoch != self.epoch:
            raise Refused("expired")
        return self.put(event)

    def batch(
        self, events: list[Event], flags: list[tuple[int, bool, int]], *, now: datetime
    ) -> list[tuple[str, Event]]:
        for event in events:
            self.check(event)
        if any(question >= self.length for question, _, _ in flags):
            raise Refused("invalid")
        self.must_accept(now)
        for question, on, seq in flags:
            self.flags[question] = max((seq, on), self.flags.get(question, (0, False)))
        return [self.put(event) for event in events]

    def put(self, event: Event) -> tuple[str, Event]:
        old = self.answers.get(event.question)
        if old is None or (self.is_exam and event.rank > old.rank):
            self.answers[event.question] = event
            return "saved", event
        return "unchanged" if event.choices == old.choices else "superseded", old

    def move(self, place: int, seq: int) -> None:
        if place >= self.length:
            raise Refused("invalid")
        if self.state == "open":
            self.position = max(self.position, (seq, place))

    # --- how it ends ------------------------------------------------------------------

    def finish(self, now: datetime) -> bool:
        if self.state != "open":
            return False
        self.state = "finished"
        self.finished_at = min(now, self.deadline) if self.deadline else now
        return True

    def abandon(self) -> None:
        self.state = "abandoned"

    # --- what it is worth -------------------------------------------------------------

    def points(self) -> dict[int, Fraction]:
        """Points of the questions that have an answer."""
        return {
            number: self.questions[number].points(event.choices)
            for number, event in self.answers.items()
            if event.choices
        }

    def result(self) -> tuple[int, int, Fraction, Fraction]:
        points = self.points()
        total = sum(points.values(), Fraction(0))
        n_right = sum(worth == 1 for worth in points.values())
        return len(points), n_right, total, rounded(100 * total / self.length, 2)

    def domains(self) -> dict[int, tuple[int, int]]:
        points = self.points()
        counts: dict[int, tuple[int, int]] = {}
        for number, question in enumerate(self.questions):
            asked, right = counts.get(question.domain, (0, 0))
            is_right = points.get(number) == 1
            counts[question.domain] = (asked + 1, right + is_right)
        return counts
