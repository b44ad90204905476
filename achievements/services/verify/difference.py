"""What verification finds: a wrong or missing row, the evidence, what mends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import models


class Kind(StrEnum):
    NOT_COUNTED = "not counted"
    COUNTED = "counted"
    XP = "XP ledger"
    COINS = "coin ledger"
    MISSES = "misses"
    ACTIVE_DAYS = "active days"
    STANDINGS = "standings"
    STATISTICS = "statistics"
    MISSING_GRANT = "missing grant"
    UNEARNED_GRANT = "unearned grant"
    EARLY_GRANT = "early grant"


@dataclass(frozen=True)
class Mend:
    """What sets a row right: these values where the key is; None takes it away.

    Without a key it is a new row: ledgers only grow.
    """

    model: type[models.Model]
    key: Mapping[str, Any]
    values: Mapping[str, Any] | None

    def apply(self) -> None:
        rows = self.model._default_manager
        if self.values is None:
            rows.filter(**self.key).delete()
            return
        if self.key and rows.filter(**self.key).update(**self.values):
            return
        rows.create(**self.key, **self.values)


@dataclass(frozen=True)
class Difference:
    """Where a learner's rows are not what the facts come to.

    ``stored`` and ``facts`` are words for people, ``because`` names the attempts and
    questions that say so.
    """

    learner: int
    kind: Kind
    subject: str
    stored: str
    facts: str
    because: str = ""
    mends: tuple[Mend, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        about = [f"learner {self.learner}", self.kind.value, self.subject]
        place = ", ".join(words for words in about if words)
        because = f" ({self.because})" if self.because else ""
        return f"{place}: stored {self.stored}; by the facts {self.facts}{because}"
