"""What a right practice answer brings the learner, as another app sees it.

The exams pay nothing and know nobody who does. An app that does registers one provider
here; the attempt's state then carries what it says, and the capability remembers which
questions it still pays for, so that an answer can say what it brought without reading
anything (DESIGN.md section 8).
"""

from collections.abc import Mapping
from typing import Any, Protocol

from exams.models import Attempt


class Credit(Protocol):
    @property
    def reward(self) -> Mapping[str, int]:
        """What a right answer brings that is still paid for, such as {"xp": 10}."""
        ...

    def open_questions(self, attempt: Attempt) -> int:
        """Return a bit per question of the release, 0 the lowest: is it paid for?"""
        ...

    def standing(self, attempt: Attempt) -> Mapping[str, Any]:
        """Return what the runner shows beside the questions; ready for JSON."""
        ...


_providers: list[Credit] = []


def register(provider: Credit) -> None:
    """Let the provider say what answers bring. There can be only one."""
    if _providers:
        raise ValueError("Somebody else says already what answers bring.")
    _providers.append(provider)


def provider() -> Credit | None:
    return _providers[0] if _providers else None
