"""What the pages show, worked out from numbers. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from achievements import streaks
from achievements.criteria import Progress
from achievements.levels import LevelProgress

if TYPE_CHECKING:
    from achievements.models import Statistics

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page: level, XP and the streak as of today."""

    level: LevelProgress
    streak: int
    # Something was done today, so that today the streak needs nothing more.
    is_lit: bool

    @classmethod
    def of(
        cls, statistics: Statistics, *, today: date, streak: int | None = None
    ) -> Frame:
        """``today`` is the day by the learner's own clock.

        ``streak``: what it is worth today, if that is known better than by the dates.
        """
        if streak is None:
            streak = streaks.current_length(
                length=statistics.streak,
                day=statistics.streak_day,
                freeze_week=statistics.freeze_week,
                today=today,
            )
        # Whoever flew west may have been active "tomorrow".
        day = statistics.streak_day
        is_lit = streak > 0 and day is not None and day >= today
        return cls(LevelProgress.of(statistics.xp), streak, is_lit)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A line of a leaderboard. ``xp`` is of the period, ``level`` of all time."""

    rank: int
    learner: int
    name: str
    xp: int
    level: int
    has_profile: bool = False
    is_me: bool = False

    @property
    def medal(self) -> str:
        return {1: "gold", 2: "silver", 3: "bronze"}.get(self.rank, "")


@dataclass(frozen=True, slots=True)
class AwardCard:
    """An achievement as its learner sees it: earned, on the way, or still a secret."""

    slug: str
    title: str
    text: str
    icon: str
    category: str
    is_secret: bool = False
    earned_at: datetime | None = None
    # What did it, in words; the attempt, where there is a result to look at.
    reason: str = ""
    place: str = ""
    attempt: int | None = None
    # Why it was taken back.
    lost_because: str = ""
    progress: Progress | None = None

    @property
    def is_earned(self) -> bool:
        return self.earned_at is not None

    @property
    def n(self) -> int:
        """How much of the target is done; never more, whatever the rule counts."""
        return min(self.progress.n, self.progress.target) if self.progress else 0


@dataclass(frozen=True, slots=True)
class AwardGroup:
    """The achievements of a category: earned ones first, secrets last."""

    label: str
    cards: list[AwardCard]

    @classmethod
    def of(cls, label: str, cards: Iterable[AwardCard]) -> AwardGroup:
        return cls(label, sorted(cards, key=lambda c: (not c.is_earned, c.is_secret)))

    @property
    def n_earned(self) -> int:
        return sum(card.is_earned for card in self.cards)


def nearest(
    ahead: Sequence[Item], behind: Sequence[Item], *, count: int
) -> tuple[Sequence[Item], Sequence[Item]]:
    """Return ``count`` of those ahead (nearest first) and behind, half of each.

    Where one side has too few the other fills up.
    """
    n_behind = min(len(behind), count - min(len(ahead), count // 2))
    return ahead[: count - n_behind], behind[:n_behind]


def page_number(text: str | None, *, most: int) -> int:
    """Return the page an address asks for: 1 for nonsense, never more than ``most``."""
    if not text or not text.isdecimal():
        return 1
    # Python refuses to read thousands of digits; so many are beyond any page.
    return max(1, min(int(text[:9]), most))
