"""What the rules of achievements know about a learner. Pure: no Django, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Sitting:
    """A finished attempt; ``score`` and ``pass_percent`` are percents."""

    attempt: int
    test: int
    certification: int
    certification_slug: str
    is_exam: bool
    length: int
    n_answered: int
    n_right: int
    score: Decimal
    finished_at: datetime
    # The finish by the learner's own clock, at the place where they then were.
    finished_local: datetime
    pass_percent: int
    n_flawless_blocks: int = 0

    @property
    def is_perfect(self) -> bool:
        return self.n_right == self.length


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was reached, the attempt that did it, and the values then."""

    at: datetime
    attempt: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


class Series(Protocol):
    """Amounts that were earned one after the other."""

    @property
    def total(self) -> int: ...

    def reached(self, amount: int) -> Moment | None:
        """Return when the sum first was so much or more."""
        ...


@dataclass(frozen=True, slots=True)
class PublishedTest:
    """A test that learners can take, and since when there has been one.

    One that was withdrawn may be told, too, with the moment: then whoever had finished
    all there was keeps that moment although there is less, or something else, today.
    """

    test: int
    certification: int
    certification_slug: str
    published_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StreakDay:
    """The length of the streak as of the first moment of an active day."""

    day: date
    first_at: datetime
    length: int


class Facts(Protocol):
    """A learner's facts, each in order of time; read only as far as a rule asks."""

    @property
    def sittings(self) -> Sequence[Sitting]:
        """Finished attempts in order of ``finished_at``, then id."""
        ...

    @property
    def xp(self) -> Series: ...

    @property
    def coins(self) -> Series:
        """Coins from right answers; spending is not in here."""
        ...

    @property
    def streak_days(self) -> Sequence[StreakDay]: ...

    @property
    def published(self) -> Sequence[PublishedTest]: ...

    def recovery(self, misses: int) -> Moment | None:
        """Return the first right answer to a question missed so often before."""
        ...

    def most_misses(self) -> int:
        """Return how often the most missed question was missed."""
        ...
