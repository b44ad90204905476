"""Saving answers, flags and the position of a running attempt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from exams.capability import Capability, CapabilityExpired
from exams.entries import Answer, Flag, answer_stands, flag_stands
from exams.lengths import block_of
from exams.models import AnswerChunk, Attempt
from exams.releases import ReleaseContent, release_content
from exams.services.errors import AttemptClosed
from exams.signals import practice_answered

Outcome = Literal["saved", "unchanged", "superseded"]


class InvalidAnswer(Exception):
    """An answer that the question does not have; the text says what is expected."""


@dataclass(frozen=True, slots=True)
class AnswerIn:
    question: int
    choices: tuple[int, ...]
    seq: int
    seconds: int = 0

    def entry(self, *, now: datetime) -> str:
        at = int(now.timestamp())
        return Answer(self.seq, self.choices, self.seconds, at).encode()


@dataclass(frozen=True, slots=True)
class AnswerOut:
    """What became of an answer, and the answer that stands now."""

    question: int
    outcome: Outcome
    stands: Answer


@dataclass(frozen=True, slots=True)
class FlagIn:
    question: int
    on: bool
    seq: int


@dataclass(frozen=True, slots=True)
class PositionIn:
    place: int
    seq: int


def check_answer(
    content: ReleaseContent, answer: AnswerIn, *, length: int, is_exam: bool
) -> None:
    """Raise InvalidAnswer unless the question could be answered like this."""
    if answer.question >= length:
        raise InvalidAnswer(
            f"question must be from 0 to {length - 1}; this attempt has no other."
        )
    question = content.questions[answer.question]
    choices, most = answer.choices, question["choose"]
    if choices and max(choices) >= len(question["choices"]):
        raise InvalidAnswer(
            f"choices must be from 0 to {len(question['choices']) - 1}."
        )
    if len(choices) > most:
        raise InvalidAnswer(f"Choose {most} at most.")
    if not choices and not is_exam:
        raise InvalidAnswer("Choose something before you submit.")


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a database merges an entry into a chunk's JSON and reads one from it."""

    merge: str
    entry: str
    key: str  # how an entry is named, with the question's number for {}
    order: str  # compare byte by byte, whatever the database's language

    def update(self, *, is_exam: bool) -> str:
        guard = f"{self.entry} IS NULL"
        if is_exam:
            guard = (
                f"coalesce(substr({self.entry}, 1, 18), '') {self.order}"
                f" < substr(%s, 1, 18) {self.order}"
            )
        # Put together from the constants below alone; what people send is a parameter.
        return (
            f"UPDATE exams_answerchunk SET answers = {self.merge}"  # noqa: S608
            ' WHERE attempt_id = %s AND "index" = %s AND NOT closed AND epoch = %s'
            f" AND {guard}"
        )


_DIALECTS = {
    "postgresql": _Dialect(
        merge="answers || %s::jsonb",
        entry="(answers ->> %s::text)",
        key="{}",
        order='COLLATE "C"',
    ),
    # Not ->> here: SQLite takes a name of digits for the place in a list.
    "sqlite": _Dialect(
        merge="json_patch(answers, %s)",
        entry="json_extract(answers, %s)",
        key='$."{}"',
        order="COLLATE BINARY",
    ),
}
_UPDATES = {
    (vendor, is_exam): dialect.update(is_exam=is_exam)
    for vendor, dialect in _DIALECTS.items()
    for is_exam in (False, True)
}


def _merge(
    cursor: CursorWrapper, capability: Capability, question: int, entry: str
) -> bool:
    """Write the entry if the rules of the attempt's mode let it stand.

    Practice: nothing is there yet. Exam: what is there has a lower rank (entries.py).
    """
    key = _DIALECTS[connection.vendor].key.format(question)
    # Digits only, so this is JSON without further ado.
    patch = f'{{"{question}":"{entry}"}}'
    row = (patch, capability.attempt, block_of(question), capability.epoch, key)
    sql = _UPDATES[connection.vendor, capability.is_exam]
    cursor.execute(sql, (*row, entry) if capability.is_exam else row)
    return bool(cursor.rowcount == 1)


def _standing(capability: Capability, question: int) -> str:
    """Return the entry that kept a new one out, or raise what else did."""
    chunk = AnswerChunk.objects.values_list("answers", "closed", "epoch").get(
        attempt=capability.attempt, index=block_of(question)
    )
    answers, closed, epoch = chunk
    if closed:
        raise AttemptClosed
    if epoch != capability.epoch:
        raise CapabilityExpired
    entry: str = answers[str(question)]
    return entry


def _outcome(question: int, old: str, new: str) -> AnswerOut:
    stands, offered = Answer.decode(old), Answer.decode(new)
    same = stands.choices == offered.choices
    return AnswerOut(question, "unchanged" if same else "superseded", stands)


def record_answer(
    *, capability: Capability, answer: AnswerIn, now: datetime
) -> AnswerOut:
    """Save one answer with one guarded UPDATE, and say which answer stands.

    One statement when it is saved; a second one, a read, when something else stands.
    Raise InvalidAnswer, AttemptClosed, CapabilityExpired, or AnswerChunk.DoesNotExist
    when the attempt is gone.
    """
    content = release_content(capability.release)
    check_answer(content, answer, length=capability.length, is_exam=capability.is_exam)
    if capability.is_overdue(now=now):
        raise AttemptClosed
    entry = answer.entry(now=now)
    with connection.cursor() as cursor:
        saved = _merge(cursor, capability, answer.question, entry)
    if saved:
        if not capability.is_exam:
            _announce(capability.attempt, capability.learner)
        return AnswerOut(answer.question, "saved", Answer.decode(entry))
    return _outcome(answer.question, _standing(capability, answer.question), entry)


def _announce(attempt_id: int, learner_id: int) -> None:
    """Say that practice answers were committed, once they are."""

    def announce() -> None:
        practice_answered.send_robust(
            Attempt, attempt_id=attempt_id, learner_id=learner_id
        )

    transaction.on_commit(announce, robust=True)


def _locked_chunks(
    attempt: Attempt, questions: Iterable[int]
) -> dict[int, AnswerChunk]:
    """Lock the chunks of the questions in order, as finishing does."""
    blocks = {block_of(question) for question in questions}
    chunks = attempt.chunks.filter(index__in=blocks).order_by("index")
    locked = {chunk.index: chunk for chunk in chunks.select_for_update()}
    if any(chunk.closed for chunk in locked.values()):
        raise AttemptClosed
    return locked


def _put_answer(
    chunk: AnswerChunk, answer: AnswerIn, *, is_exam: bool, now: datetime
) -> AnswerOut:
    name, entry = str(answer.question), answer.entry(now=now)
    old = chunk.answers.get(name)
    if answer_stands(old, entry, first_is_final=not is_exam):
        chunk.answers[name] = entry
        return AnswerOut(answer.question, "saved", Answer.decode(entry))
    return _outcome(answer.question, old, entry)


def _put_flag(chunk: AnswerChunk, flag: FlagIn) -> None:
    name, entry = str(flag.question), Flag(flag.seq, flag.on).encode()
    if flag_stands(chunk.flags.get(name), entry):
        chunk.flags[name] = entry


@transaction.atomic
def record_batch(
    *,
    attempt: Attempt,
    answers: Sequence[AnswerIn] = (),
    flags: Sequence[FlagIn] = (),
    now: datetime,
) -> list[AnswerOut]:
    """Save several answers and flags together, all or none; a write per chunk touched.

    Raise InvalidAnswer or AttemptClosed before anything is written.
    """
    content = release_content(attempt.release_id)
    for answer in answers:
        check_answer(content, answer, length=attempt.length, is_exam=attempt.is_exam)
    if any(flag.question >= attempt.length for flag in flags):
        raise InvalidAnswer(f"question must be from 0 to {attempt.length - 1}.")
    if not attempt.is_open or attempt.is_overdue(now=now):
        raise AttemptClosed
    touched = [one.question for one in answers]
    touched += [one.question for one in flags]
    chunks = _locked_chunks(attempt, touched)
    before = {index: _content(chunk) for index, chunk in chunks.items()}
    outcomes = [
        _put_answer(
            chunks[block_of(answer.question)], answer, is_exam=attempt.is_exam, now=now
        )
        for answer in answers
    ]
    for flag in flags:
        _put_flag(chunks[block_of(flag.question)], flag)
    for index, chunk in chunks.items():
        if _content(chunk) != before[index]:
            chunk.save(update_fields=["answers", "flags"])
    if not attempt.is_exam and any(one.outcome == "saved" for one in outcomes):
        _announce(attempt.pk, attempt.learner_id)
    return outcomes


def _content(chunk: AnswerChunk) -> tuple[Mapping[str, str], Mapping[str, str]]:
    return dict(chunk.answers), dict(chunk.flags)


def check_position(position: PositionIn, *, length: int) -> None:
    if position.place >= length:
        raise InvalidAnswer(f"place must be from 0 to {length - 1}.")


@transaction.atomic
def record_position(*, attempt: Attempt, position: PositionIn) -> bool:
    """Remember where the learner is, unless something later is remembered already.

    The remembered place may be lost in a crash of the database server: it is not worth
    waiting for the disk.
    """
    check_position(position, length=attempt.length)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
    place, seq = position.place, position.seq
    # Of two places with one number the further one stands, whichever comes first.
    earlier = Q(position_seq__lt=seq) | Q(position_seq=seq, position__lt=place)
    here = Attempt.objects.open().filter(earlier, pk=attempt.pk)
    return bool(here.update(position=place, position_seq=seq))
