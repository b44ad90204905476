"""How one answer and one flag are written inside an answer chunk, and which one wins.

A chunk's ``answers`` maps a question's number in the release ("32") to an entry of 33
characters, a chunk's ``flags`` to one of 17. The fixed width keeps a full chunk near
1 kB and lets SQL compare and cut entries with ``substr`` on every database:

    ========  =====  ====================================================
    columns   width  what
    ========  =====  ====================================================
    1 to 16   16     the client's sequence number, decimal
    17 to 18  2      the chosen choices as a bit mask, hexadecimal
    19 to 23  5      seconds spent on the question, decimal
    24 to 33  10     when it was committed, seconds since the epoch
    ========  =====  ====================================================

The first 18 characters are the rank: of two answers the greater rank stands, in
whichever order they arrive, so duplicates and reordering cannot matter. For flags the
seventeenth character is 1 (flagged) or 0, and the whole entry is the rank.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

MAX_SEQ = 2**53 - 1  # what JavaScript counts exactly
MAX_CHOICES = 8
MAX_SECONDS = 86_400
RANK = 18


@dataclass(frozen=True, slots=True)
class Answer:
    """A committed answer. No choices at all means that it was taken back."""

    seq: int
    choices: tuple[int, ...]
    seconds: int = 0
    at: int = 0

    @classmethod
    def decode(cls, entry: str) -> Self:
        mask = int(entry[16:18], 16)
        return cls(
            seq=int(entry[:16]),
            choices=tuple(n for n in range(MAX_CHOICES) if mask >> n & 1),
            seconds=int(entry[18:23]),
            at=int(entry[23:33]),
        )

    def encode(self) -> str:
        return (
            f"{self.seq:016d}{choice_mask(self.choices):02x}"
            f"{self.seconds:05d}{self.at:010d}"
        )


@dataclass(frozen=True, slots=True)
class Flag:
    """Whether a question is flagged, as of a sequence number."""

    seq: int
    on: bool

    @classmethod
    def decode(cls, entry: str) -> Self:
        return cls(seq=int(entry[:16]), on=entry[16] == "1")

    def encode(self) -> str:
        return f"{self.seq:016d}{int(self.on)}"


def choice_mask(choices: Iterable[int]) -> int:
    """Return the choices as bits: choice 0 is 1, choice 1 is 2, choice 2 is 4."""
    mask = 0
    for choice in choices:
        mask |= 1 << choice
    return mask


def answer_stands(old: str | None, new: str, *, first_is_final: bool) -> bool:
    """Say whether the new answer entry replaces what is there.

    In practice the first committed answer is final; in an exam the greater rank wins.
    """
    if old is None:
        return True
    return not first_is_final and new[:RANK] > old[:RANK]


def flag_stands(old: str | None, new: str) -> bool:
    """Say whether the new flag entry replaces what is there."""
    return old is None or new > old
