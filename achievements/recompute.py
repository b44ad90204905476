"""What a learner's facts come to, worked out from the beginning. Pure: no Django.

The yardstick of verification: it shares the levels, the streaks and the rules with the
services that keep count as things happen, and nothing else. It reads everything once,
from the first answer to the last, and remembers nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from achievements import amounts, streaks
from achievements.facts import Moment, PublishedTest, Sitting, StreakDay
from achievements.streaks import Active, Clock, Streak

BLOCK = 25
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Given(NamedTuple):
    """A committed answer with choices: the question's number in the release, its id."""

    number: int
    question: int
    is_right: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """An attempt as the exams have it, with the answers in its chunks."""

    attempt: int
    test: int
    certification: int
    certification_slug: str
    is_exam: bool
    length: int
    answers: Sequence[Given]
    finished_at: datetime | None = None
    abandoned_at: datetime | None = None
    deadline: datetime | None = None
    n_answered: int = 0
    n_right: int = 0
    score: Decimal = Decimal(0)
    pass_percent: int = 0

    @property
    def is_closed(self) -> bool:
        return self.finished_at is not None or self.abandoned_at is not None

    @property
    def facts(self) -> list[Given]:
        """The answers that count: an exam's only once it is finished, and as of then.

        One that was abandoned, or is running, has told its learner nothing.
        """
        if not self.is_exam:
            return list(self.answers)
        if self.finished_at is None:
            return []
        return [one._replace(at=self.finished_at) for one in self.answers]

    @property
    def may_be_late(self) -> bool:
        """Whether the clock ended it: then it may have been closed long after."""
        return self.is_exam and self.finished_at == self.deadline


@dataclass(frozen=True, slots=True)
class History:
    """All the facts about one learner. ``zones``: since when which, in order."""

    learner: int
    attempts: Sequence[AttemptRecord]
    zones: Sequence[tuple[datetime, str]] = ()
    home: str = "UTC"  # where no zone was ever noted
    published: Sequence[PublishedTest] = ()

    @property
    def clock(self) -> Clock:
        """What the learner's own clock showed, and when."""
        return Clock(self.zones or [(_BEGINNING, self.home)])

    def without_late(self) -> "History":
        """Return what was known before the clock's exams were closed."""
        in_time = [one for one in self.attempts if not one.may_be_late]
        return replace(self, attempts=in_time)


class Event(NamedTuple):
    """An answer that counts; events sort as they happened."""

    at: datetime
    attempt: int
    question: int
    is_right: bool


class Paid(NamedTuple):
    """What the first right answer to a question brought, and where it was."""

    at: datetime
    attempt: int
    question: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Amounts, one after the other (``facts.Series``)."""

    name: str
    entries: Sequence[tuple[datetime, int | None, int]]

    @property
    def total(self) -> int:
        return sum(amount for _, _, amount in self.entries)

    def reached(self, amount: int) -> Moment | None:
        if self.total < amount:
            return None
        running = 0
        for at, attempt, more in self.entries:
            running += more
            if running >= amount:
                return Moment(at, attempt, {self.name: running})
        return None


@dataclass(frozen=True, slots=True)
class Counted:
    """How far an attempt has to be counted: a bit per question number."""

    questions: int
    is_final: bool
    n_flawless_blocks: int


@dataclass(frozen=True)
class Expected:
    """What the facts come to. Also what the rules ask (``facts.Facts``)."""

    learner: int
    events: Sequence[Event]
    sittings: Sequence[Sitting]
    days: Sequence[Active]
    counted: Mapping[int, Counted]
    published: Sequence[PublishedTest] = field(repr=False)
    # XP that staff gave or took: when and how much. No answer says it.
    corrections: Sequence[tuple[datetime, int]] = ()

    @cached_property
    def paid(self) -> list[Paid]:
        """The first right answer to each question, in the order of time."""
        first: dict[int, Paid] = {}
        for event in self.events:
            if event.is_right and event.question not in first:
                first[event.question] = Paid(event.at, event.attempt, event.question)
        return list(first.values())

    @cached_property
    def misses(self) -> Mapping[int, int]:
        return Counter(one.question for one in self.events if not one.is_right)

    @cached_property
    def right(self) -> frozenset[Paid]:
        """Every right answer: whichever was counted first is the one that is paid."""
        return frozenset(Paid(*event[:3]) for event in self.events if event.is_right)

    @cached_property
    def streak(self) -> Streak:
        return streaks.streak_of(self.days)

    @cached_property
    def statistics(self) -> dict[str, Any]:
        """The columns that follow from finished attempts and active days alone."""
        last = self.streak.last
        perfect = {one.test for one in self.sittings if one.is_perfect}
        return {
            "n_finished": len(self.sittings),
            "n_answered": sum(one.n_answered for one in self.sittings),
            "n_right": sum(one.n_right for one in self.sittings),
            "n_perfect_tests": len(perfect),
            "best_score": max((one.score for one in self.sittings), default=None),
            "streak": self.streak.length,
            "longest_streak": self.streak.longest,
            "streak_day": last.day if last else None,
            "freeze_week": self.streak.freeze_week,
        }

    # --- what the rules ask -----------------------------------------------------------

    @cached_property
    def xp(self) -> Sums:
        entries: list[tuple[datetime, int | None, int]]
        entries = [(one.at, one.attempt, amounts.XP) for one in self.paid]
        entries += [(at, None, amount) for at, amount in self.corrections]
        return Sums("xp", sorted(entries, key=itemgetter(0)))

    @cached_property
    def coins(self) -> Sums:
        entries = [(one.at, one.attempt, amounts.COINS) for one in self.paid]
        return Sums("coins", entries)

    @cached_property
    def streak_days(self) -> Sequence[StreakDay]:
        return streaks.reached(self.days)

    def recovery(self, misses: int) -> Moment | None:
        missed: Counter[int] = Counter()
        for event in self.events:
            if not event.is_right:
                missed[event.question] += 1
            elif missed[event.question] >= misses:
                values = {
                    "question": event.question,
                    "misses": missed[event.question],
                }
                return Moment(event.at, event.attempt, values)
        return None

    def most_misses(self) -> int:
        return max(self.misses.values(), default=0)


def recompute(history: History) -> Expected:
    """Return what the facts come to."""
    events = sorted(
        Event(one.at, record.attempt, one.question, one.is_right)
        for record in history.attempts
        for one in record.facts
    )
    return Expected(
        learner=history.learner,
        events=events,
        sittings=_sittings(history),
        days=_days(history, events),
        counted={one.attempt: _counted(one) for one in history.attempts},
        published=history.published,
    )


def _sittings(history: History) -> list[Sitting]:
    sittings, clock = [], history.clock
    for one in history.attempts:
        if one.finished_at is None:
            continue
        sittings.append(
            Sitting(
                attempt=one.attempt,
                test=one.test,
                certification=one.certification,
                certification_slug=one.certification_slug,
                is_exam=one.is_exam,
                length=one.length,
                n_answered=one.n_answered,
                n_right=one.n_right,
                score=one.score,
                finished_at=one.finished_at,
                finished_local=clock.local(one.finished_at),
                pass_percent=one.pass_percent,
                n_flawless_blocks=_counted(one).n_flawless_blocks,
            )
        )
    return sorted(sittings, key=lambda one: (one.finished_at, one.attempt))


def _counted(record: AttemptRecord) -> Counted:
    facts = record.facts
    flawless = 0
    if record.finished_at is not None:
        right = Counter(one.number // BLOCK for one in facts if one.is_right)
        flawless = sum(n == BLOCK for n in right.values())
    bits = sum(1 << number for number in {one.number for one in facts})
    return Counted(bits, record.is_closed, flawless)


def _days(history: History, events: Iterable[Event]) -> list[Active]:
    """Return the active days: of practice answers, and of exams with an answer.

    An exam that the clock ended while it was empty is nothing that anybody did.
    """
    moments = {one.at for one in events}
    moments |= {
        one.finished_at
        for one in history.attempts
        if one.is_exam and one.finished_at and one.n_answered
    }
    return streaks.active_days(moments, history.clock)


# --- what follows from a ledger -------------------------------------------------------

WEEK, MONTH, ALL_TIME = "week", "month", "all-time"
EPOCH = date(1970, 1, 1)


class Place(NamedTuple):
    """A row of a leaderboard: how much, and when that was reached."""

    xp: int
    reached_at: datetime


def standings(
    entries: Iterable[tuple[datetime, int]],
) -> dict[tuple[str, date], Place]:
    """Return the leaderboards' rows by board and first day: ledger rows to sums.

    Periods are those of UTC. Somebody whose sum is no more than 0 is on no board.
    """
    sums: Counter[tuple[str, date]] = Counter()
    reached: dict[tuple[str, date], datetime] = {}
    for at, amount in sorted(entries):
        day = at.astimezone(UTC).date()
        for key in (
            (WEEK, streaks.week_of(day)),
            (MONTH, day.replace(day=1)),
            (ALL_TIME, EPOCH),
        ):
            sums[key] += amount
            reached[key] = at
    return {key: Place(xp, reached[key]) for key, xp in sums.items() if xp > 0}
