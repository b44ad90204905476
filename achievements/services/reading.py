"""Reading what a learner did that has not been counted yet."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from achievements.querysets import uncounted_attempts
from exams.entries import Answer
from exams.lengths import BLOCK, block_of
from exams.models import Attempt
from exams.releases import release_content
from exams.scoring import answer_points

_COLUMNS = (
    "pk",
    "test_id",
    "release_id",
    "mode",
    "length",
    "finished_at",
    "abandoned_at",
    "n_answered",
    "n_right",
    "score",
    "test__certification__pass_percent",
    "counted__questions",
    "chunks__answers",
)


class Answered(NamedTuple):
    """A committed answer; they sort as they happened."""

    at: datetime
    attempt: int
    question: int
    is_right: bool


@dataclass(slots=True)
class Reading:
    """An attempt, what is new in it, and how far it has been counted after that.

    ``row`` has the attempt's columns; ``mask`` a bit per question number of the
    release: its committed answer has been counted.
    """

    row: Mapping[str, Any]
    mask: int
    answers: list[Answered] = field(default_factory=list)
    n_flawless_blocks: int = 0

    @property
    def attempt(self) -> int:
        return int(self.row["pk"])

    @property
    def is_exam(self) -> bool:
        return bool(self.row["mode"] == Attempt.Mode.EXAM)

    @property
    def finished_at(self) -> datetime | None:
        moment: datetime | None = self.row["finished_at"]
        return moment

    @property
    def is_final(self) -> bool:
        return bool(self.finished_at or self.row["abandoned_at"])

    @property
    def is_perfect(self) -> bool:
        return bool(self.finished_at and self.row["n_right"] == self.row["length"])

    @property
    def pass_percent(self) -> int:
        return int(self.row["test__certification__pass_percent"])

    @property
    def mask_digits(self) -> str:
        return f"{self.mask:025x}"

    @property
    def moments(self) -> list[datetime]:
        """When the learner did something: answered in practice, finished an exam.

        An exam that the clock ended while it was empty is nothing that they did.
        """
        if self.is_exam:
            end = self.finished_at
            return [end] if end and self.row["n_answered"] else []
        return [answer.at for answer in self.answers]


def committed_answers(
    chunk: Mapping[str, str],
    *,
    attempt: int,
    release: int,
    exam_end: datetime | None = None,
    skip: int = 0,
) -> Iterator[tuple[int, Answered]]:
    """Yield the answers in a chunk, each with its question's number in the release.

    ``exam_end``: an exam's answers count as of its finish. ``skip`` has a bit for each
    question to leave out. An answer that was taken back is none.
    """
    keys = release_content(release).keys
    for name, entry in chunk.items():
        number = int(name)
        if skip >> number & 1:
            continue
        answer = Answer.decode(entry)
        if answer.choices:
            key = keys[number]
            at = exam_end or datetime.fromtimestamp(answer.at, UTC)
            is_right = answer_points(key, answer.choices) == 1
            yield number, Answered(at, attempt, key.question, is_right)


def read_new(learner_id: int) -> list[Reading]:
    """Return the learner's attempts with something that is not counted yet.

    One query, whatever there is: each attempt with its chunks as of one moment.
    """
    found: dict[int, Reading] = {}
    for row in uncounted_attempts().filter(learner=learner_id).values(*_COLUMNS):
        counted = int(row["counted__questions"] or "0", 16)
        reading = found.setdefault(row["pk"], Reading(row, counted))
        if row["chunks__answers"] and (reading.finished_at or not reading.is_exam):
            _add(reading, row["chunks__answers"], counted)
    return [one for one in found.values() if one.is_final or one.answers]


def _add(reading: Reading, chunk: Mapping[str, str], counted: int) -> None:
    """Take in a chunk of an attempt whose answers are facts."""
    right: Counter[int] = Counter()
    answers = committed_answers(
        chunk,
        attempt=reading.attempt,
        release=reading.row["release_id"],
        exam_end=reading.finished_at if reading.is_exam else None,
        # A flawless block is known by all its answers.
        skip=0 if reading.finished_at else counted,
    )
    for number, answer in answers:
        right[block_of(number)] += answer.is_right
        if not counted >> number & 1:
            reading.answers.append(answer)
            reading.mask |= 1 << number
    if reading.finished_at:
        reading.n_flawless_blocks += sum(n == BLOCK for n in right.values())
