"""Words and shapes that pages show, worked out from numbers. No database, no clock."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from exams.entries import Answer

if TYPE_CHECKING:
    from exams.models import AnswerChunk, Attempt, Test
    from exams.review import ReviewItem

Percent = Decimal | float | int

TROPHY_PERCENT = 80

_GRADES = (
    (90, "Outstanding"),
    (80, "Excellent"),
    (70, "Great job"),
    (60, "Good effort"),
)


def grade_word(score: Percent) -> str:
    """Return the word for a score in percent."""
    return next((word for least, word in _GRADES if score >= least), "Keep practising")


def earns_trophy(score: Percent | None) -> bool:
    return score is not None and score >= TROPHY_PERCENT


# --- how ready a learner is ---------------------------------------------------------

# Two-sided 90 %: the true share lies inside the range nine times out of ten.
_Z = 1.645


def likely_range(n_right: int, n_questions: int) -> tuple[float, float]:
    """Return between which percents the true share of right answers probably lies.

    Wilson's score interval (Journal of the American Statistical Association 22, 1927,
    209-212): honest for few questions and near 0 and 100 %.
    """
    share, n = n_right / n_questions, n_questions
    middle = share + _Z**2 / (2 * n)
    spread = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    scale = 100 / (1 + _Z**2 / n)
    return max(0.0, (middle - spread) * scale), min(100.0, (middle + spread) * scale)


@dataclass(frozen=True, slots=True)
class Readiness:
    """How a learner stands in one domain, in numbers and in words.

    ``n_answered`` counts each question once, and none that was left out.
    """

    n_answered: int
    n_right: int
    pass_percent: int

    @property
    def percent(self) -> float | None:
        if not self.n_answered:
            return None
        return 100 * self.n_right / self.n_answered

    @property
    def passes(self) -> bool:
        return self.percent is not None and self.percent >= self.pass_percent

    @property
    def word(self) -> str:
        if self.percent is None:
            return "Not tried yet"
        low, high = likely_range(self.n_right, self.n_answered)
        if low >= self.pass_percent:
            return "Ready"
        if self.passes:
            return "Looks good"
        return "Nearly there" if high >= self.pass_percent else "Needs work"

    @property
    def tone(self) -> str:
        """Return which colour goes with the word."""
        return "good" if self.passes else "warn"

    @property
    def certainty(self) -> str:
        """Say how sure we are of the word."""
        if not self.n_answered:
            return "no answered questions yet"
        if self.n_answered < 10:
            return "a first impression"
        return "fairly sure" if self.n_answered < 40 else "sure"


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A domain on the certification page: its share of the exam and the readiness.

    ``start`` is where its segment of the stacked bar begins, ``number`` its colour.
    """

    number: int
    name: str
    weight: int
    start: int
    readiness: Readiness


def domain_rows(
    domains: Iterable[tuple[int, str, int]],
    results: Mapping[int, tuple[int, int]],
    *,
    pass_percent: int,
) -> list[DomainRow]:
    """Return a row per (id, name, weight); results map ids to (answered, right)."""
    rows: list[DomainRow] = []
    start = 0
    for number, (pk, name, weight) in enumerate(domains, start=1):
        n_answered, n_right = results.get(pk, (0, 0))
        readiness = Readiness(n_answered, n_right, pass_percent)
        rows.append(DomainRow(number, name, weight, start, readiness))
        start += weight
    return rows


# --- results ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DomainScore:
    """One domain's part of a result."""

    name: str
    n_questions: int
    n_right: int
    pass_percent: int

    @property
    def percent(self) -> float:
        return 100 * self.n_right / self.n_questions if self.n_questions else 0.0

    @property
    def passes(self) -> bool:
        return self.percent >= self.pass_percent


def next_length(length: int, offered: Sequence[int]) -> int | None:
    """Return the next longer length that the test offers."""
    return min((one for one in offered if one > length), default=None)


def duration_words(seconds: float) -> str:
    """Return a time used as people say it: 48 s, 18 min 20 s, 1 h 5 min."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{rest} s"


FILTERS = {
    "all": "All",
    "wrong": "Wrong",
    "right": "Right",
    "flagged": "Flagged",
    "skipped": "Skipped",
}


def shown_items(items: list[ReviewItem], show: str) -> tuple[str, list[ReviewItem]]:
    """Return the filter that applies (an unknown one is "all") and what it shows."""
    if show in ("right", "wrong", "skipped"):
        return show, [item for item in items if item.outcome == show]
    if show == "flagged":
        return show, [item for item in items if item.flagged]
    return "all", items


def drill_question(item: ReviewItem) -> dict[str, Any]:
    """Return a missed question for the practise page's script, key included."""
    return {
        "place": item.place + 1,
        "choose": item.choose,
        "stem": item.stem,
        "choices": [
            {"html": choice.text, "why": choice.why, "right": choice.is_key}
            for choice in item.choices
        ],
        "explanation": item.explanation,
        "tip": item.tip,
        "reference": item.reference,
        "domain": item.domain_name,
    }


def offered_and_coming(certifications: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """Split what ``for_list_page`` brings: with tests to take, and still without."""
    found = list(certifications)
    offered = [one for one in found if one.n_tests]
    return offered, [one for one in found if not one.n_tests]


# --- test cards ---------------------------------------------------------------------

TESTS_PER_CERTIFICATION = 10


def n_answered(chunks: Iterable[AnswerChunk]) -> int:
    """Return how many questions have an answer; a cleared one has none."""
    entries = (entry for chunk in chunks for entry in chunk.answers.values())
    return sum(bool(Answer.decode(entry).choices) for entry in entries)


def seconds_spent(chunks: Iterable[AnswerChunk]) -> int:
    """Return how long the learner spent on the answered questions."""
    entries = (entry for chunk in chunks for entry in chunk.answers.values())
    return sum(Answer.decode(entry).seconds for entry in entries)


def coming_tests(published: Iterable[int]) -> int:
    """Return how many of a certification's tests learners still wait for."""
    known = set(published) & set(range(1, TESTS_PER_CERTIFICATION + 1))
    return TESTS_PER_CERTIFICATION - len(known)


@dataclass(frozen=True, slots=True)
class RunningAttempt:
    """An attempt that waits for its learner."""

    attempt: Attempt
    n_answered: int


@dataclass(frozen=True, slots=True)
class Asked:
    """How a learner asked for a test while another attempt at it is running."""

    mode: str
    length: int

    def __str__(self) -> str:
        """Return the words inside a sentence: an exam of 50."""
        return f"{'an exam' if self.mode == 'exam' else 'a practice'} of {self.length}"


def attempt_words(attempt: Attempt) -> str:
    """Return what an attempt is called inside a sentence."""
    return f"{Asked(attempt.mode, attempt.length)} questions"


@dataclass(frozen=True, slots=True)
class TestCard:
    """A test as its card shows it: not started, running, or taken before.

    ``asked`` fills the card in, in place of what was chosen the last time.
    """

    __test__ = False

    test: Test
    running: Attempt | None = None
    n_answered: int = 0
    asked: Asked | None = None

    @property
    def is_in_the_way(self) -> bool:
        """Say whether something else is running than what was asked for."""
        if self.running is None or self.asked is None:
            return False
        return self.asked != Asked(self.running.mode, self.running.length)

    @property
    def running_words(self) -> str:
        """Say what is running: An exam of 50 questions."""
        assert self.running  # noqa: S101
        words = attempt_words(self.running)
        return words[0].upper() + words[1:]

    @property
    def length(self) -> int:
        """Return the length that is chosen to begin with."""
        return self.asked.length if self.asked else self.test.lengths[0]

    @property
    def is_exam(self) -> bool:
        return self.asked is not None and self.asked.mode == "exam"

    @property
    def state(self) -> str:
        if self.running:
            return "running"
        return "taken" if getattr(self.test, "last_attempt_id", None) else "new"
