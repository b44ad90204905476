"""What a right practice answer brings the learner, as another app sees it.

The exams pay nothing and know nobody who does. An app that does registers one provider
here. The attempt's state carries what it says, and the capability remembers which
questions it still pays for, so that an answer can say what it brought without reading
anything (DESIGN.md section 8). Of an exam nobody is asked before it is finished.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from exams.entries import Answer
from exams.models import Attempt

# What one answer brought, such as {"xp": 10, "coins": 5}; None for nothing.
Reward = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Account:
    """What an attempt can still bring, as of the answers that it has.

    ``questions`` has a bit per question number of the release, 0 the lowest: those that
    this attempt is paid for, or will be once they are right. It depends on other
    attempts alone, so it tells nothing of a key. ``standing`` is what the runner shows
    beside the questions, ready for JSON.
    """

    questions: int
    standing: Mapping[str, Any]


class Credit(Protocol):
    @property
    def reward(self) -> Reward:
        """What a right answer brings that is paid for."""
        ...

    def account(self, attempt: Attempt, answers: Mapping[int, Answer]) -> Account:
        """Return what a running practice attempt with these answers can bring."""
        ...


_providers: list[Credit] = []


def register(provider: Credit) -> None:
    """Let the provider say what answers bring. There can be only one."""
    if _providers:
        raise ValueError("Somebody else says already what answers bring.")
    _providers.append(provider)


def provider() -> Credit | None:
    return _providers[0] if _providers else None


def account(attempt: Attempt, answers: Mapping[int, Answer]) -> Account | None:
    """Return the attempt's account; None when nothing can be told of rewards."""
    known = provider()
    if known is None or attempt.is_exam or not attempt.is_open:
        return None
    return known.account(attempt, answers)


def reward(verdict: Mapping[str, Any], questions: int) -> Reward | None:
    """Return what the answer with this verdict brought; see ``Account.questions``."""
    known = provider()
    is_paid = verdict["right"] and questions >> verdict["question"] & 1
    return known.reward if known and is_paid else None
