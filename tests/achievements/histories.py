"""What a learner did, in plain lists: the facts that rules ask for, without a database.

``make_facts(make_sitting(score=95), make_sitting(score=40, test=2))``: sittings follow
each other by the hour, numbered as they come; whatever matters is named.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from achievements import criteria, rules  # noqa: F401  importing registers the rules
from achievements.criteria import Criterion, Progress
from achievements.facts import Moment, PublishedTest, Sitting, StreakDay
from achievements.streaks import Clock, active_days, local_time, reached

XP, COINS = 10, 5
# A Monday.
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def hour(number: float) -> datetime:
    """Return a moment so many hours after the start of everything."""
    return START + timedelta(hours=number)


# --- what happened --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answered:
    """A committed answer; XP and coins come from the first right one to a question."""

    at: datetime
    attempt: int
    question: int
    is_right: bool


@dataclass(frozen=True, slots=True)
class Earned:
    at: datetime
    attempt: int
    amount: int


def make_sitting(
    *,
    test: int = 1,
    certification: int = 1,
    length: int = 25,
    score: float | None = None,
    n_right: int | None = None,
    at: datetime | None = None,
    zone: str = "UTC",
    **fields: Any,
) -> Sitting:
    """Make a finished attempt; ``n_right`` and ``score`` follow from each other.

    ``make_facts`` numbers it and says when it was, unless that is given here.
    """
    if n_right is None:
        n_right = length * 3 // 5 if score is None else int(length * score / 100)
    percent = Decimal(100 * n_right) / length if score is None else Decimal(str(score))
    moment = at or datetime.min.replace(tzinfo=UTC)
    return Sitting(
        attempt=fields.pop("attempt", 0),
        test=test,
        certification=certification,
        certification_slug=f"cert-{certification}",
        is_exam=fields.pop("is_exam", False),
        length=length,
        n_answered=fields.pop("n_answered", length),
        n_right=n_right,
        score=percent.quantize(Decimal("0.01")),
        finished_at=moment.astimezone(UTC),
        finished_local=local_time(moment, zone) if at else moment,
        pass_percent=fields.pop("pass_percent", 75),
        **fields,
    )


def make_test(
    number: int,
    *,
    certification: int = 1,
    at: datetime = START,
    withdrawn_at: datetime | None = None,
) -> PublishedTest:
    slug = f"cert-{certification}"
    return PublishedTest(number, certification, slug, at, withdrawn_at)


def make_answers(
    question: int, verdicts: str, *, since: float = 0, attempt: int = 0
) -> list[Answered]:
    """Make a question's answers, an hour apart: ``"wwr"`` is wrong, wrong, right.

    Each in an attempt of its own, numbered from ``attempt + 1``.
    """
    return [
        Answered(hour(since + number), attempt + number + 1, question, verdict == "r")
        for number, verdict in enumerate(verdicts)
    ]


# --- what the rules ask ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amounts:
    """A ``facts.Series`` out of a list."""

    name: str
    entries: Sequence[Earned]

    @property
    def total(self) -> int:
        return sum(entry.amount for entry in self.entries)

    def reached(self, amount: int) -> Moment | None:
        total = 0
        for entry in self.entries:
            total += entry.amount
            if total >= amount:
                return Moment(entry.at, entry.attempt, {self.name: total})
        return None


@dataclass(frozen=True)
class PlainFacts:
    """``achievements.facts.Facts`` out of plain lists, each in order of time."""

    sittings: Sequence[Sitting] = ()
    answers: Sequence[Answered] = ()
    moments: Sequence[datetime] = ()
    clock: Clock = Clock()  # noqa: RUF009  it never changes
    published: Sequence[PublishedTest] = ()

    def _paid(self, name: str, amount: int) -> Amounts:
        first: dict[int, Earned] = {}
        for answer in self.answers:
            if answer.is_right:
                earned = Earned(answer.at, answer.attempt, amount)
                first.setdefault(answer.question, earned)
        return Amounts(name, list(first.values()))

    @property
    def xp(self) -> Amounts:
        return self._paid("xp", XP)

    @property
    def coins(self) -> Amounts:
        return self._paid("coins", COINS)

    @property
    def streak_days(self) -> list[StreakDay]:
        return reached(active_days(self.moments, self.clock))

    def recovery(self, misses: int) -> Moment | None:
        missed: Counter[int] = Counter()
        for answer in self.answers:
            n = missed[answer.question]
            if answer.is_right and n >= misses:
                values = {"question": answer.question, "misses": n}
                return Moment(answer.at, answer.attempt, values)
            missed[answer.question] += not answer.is_right
        return None

    def most_misses(self) -> int:
        missed = Counter(one.question for one in self.answers if not one.is_right)
        return max(missed.values(), default=0)

    def until(self, moment: datetime) -> "PlainFacts":
        """Return what was known then, all of that moment included."""
        offered = [
            replace(
                test,
                withdrawn_at=test.withdrawn_at
                if test.withdrawn_at and test.withdrawn_at <= moment
                else None,
            )
            for test in self.published
            if test.published_at <= moment
        ]
        return PlainFacts(
            [one for one in self.sittings if one.finished_at <= moment],
            [one for one in self.answers if one.at <= moment],
            [one for one in self.moments if one <= moment],
            self.clock,
            offered,
        )


def make_facts(
    *sittings: Sitting,
    answers: Iterable[Answered] = (),
    moments: Iterable[datetime] = (),
    clock: Clock | None = None,
    published: Iterable[PublishedTest] = (),
) -> PlainFacts:
    """Make facts. Sittings without a number or a moment get theirs as they come."""
    placed = [
        _placed(sitting, number) if sitting.attempt == 0 else sitting
        for number, sitting in enumerate(sittings, 1)
    ]
    return PlainFacts(
        sorted(placed, key=lambda one: (one.finished_at, one.attempt)),
        sorted(answers, key=lambda one: (one.at, one.attempt, one.question)),
        sorted(moments),
        clock or Clock(),
        list(published),
    )


def _placed(sitting: Sitting, number: int) -> Sitting:
    if sitting.finished_at > START - timedelta(days=36_500):
        return replace(sitting, attempt=number)
    at = hour(number)
    return replace(sitting, attempt=number, finished_at=at, finished_local=at)


def progress(
    facts: PlainFacts, rule: str, threshold: int, **parameters: object
) -> Progress:
    """Return how far a rule is; a row with these numbers could be saved."""
    problem = criteria.problem(rule, threshold=threshold, parameters=parameters)
    assert problem is None, problem
    return Criterion(rule, threshold, parameters).progress(facts)


def made_by(found: Progress) -> int | None:
    """Return the number of the attempt that did it, None where it is not reached.

    -1 where it was no attempt.
    """
    if found.moment is None:
        return None
    return found.moment.attempt or -1
