"""Reading the facts of many learners at once: so many queries, however many they are.

What is derived is not read here, with two exceptions that are facts of their day:
since when a learner's clock showed which zone, and the pass mark at a finish.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from achievements.facts import PublishedTest
from achievements.models import ZoneChange
from achievements.recompute import AttemptRecord, Given, History
from exams.entries import Answer
from exams.models import AnswerChunk, Attempt, Release
from exams.scoring import answer_points
from exams.snapshot import QuestionKey

Row = TypeVar("Row")


def grouped(rows: Iterable[tuple[int, Row]]) -> Mapping[int, list[Row]]:
    """Return the rows by what they begin with."""
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for owner, row in rows:
        groups[owner].append(row)
    return groups


@dataclass
class Keys:
    """Which answers are right, by release; each release is read once."""

    releases: dict[int, list[QuestionKey]] = field(default_factory=dict)
    _right: dict[tuple[int, int, tuple[int, ...]], bool] = field(default_factory=dict)

    def read(self, releases: Iterable[int]) -> None:
        missing = Release.objects.filter(pk__in=set(releases) - self.releases.keys())
        for pk, keys in missing.values_list("pk", "keys").iterator(chunk_size=10):
            self.releases[pk] = [QuestionKey.from_dict(key) for key in keys]

    def given(self, release: int, number: int, answer: Answer) -> Given:
        key = self.releases[release][number]
        name = (release, number, answer.choices)
        is_right = self._right.get(name)
        if is_right is None:
            is_right = answer_points(key, answer.choices) == 1
            self._right[name] = is_right
        at = datetime.fromtimestamp(answer.at, UTC)
        return Given(number, key.question, is_right, at)


ATTEMPT = (
    "learner",
    "pk",
    "test",
    "test__certification",
    "test__certification__slug",
    "release",
    "mode",
    "length",
    "finished_at",
    "abandoned_at",
    "deadline",
    "n_answered",
    "n_right",
    "score",
    "counted__pass_percent",
    "test__certification__pass_percent",
)


def histories(
    homes: Mapping[int, str], *, keys: Keys, published: Sequence[PublishedTest]
) -> dict[int, History]:
    """Return what learners did. Three queries, and one for releases.

    ``homes``: the learners, with the zone that their accounts name.
    """
    rows = Attempt.objects.filter(learner__in=homes).order_by("pk")
    attempts = [
        dict(zip(ATTEMPT, row, strict=True)) for row in rows.values_list(*ATTEMPT)
    ]
    keys.read(attempt["release"] for attempt in attempts)
    entries = _entries(homes)
    records = grouped(
        (attempt["learner"], _record(attempt, entries[attempt["pk"]], keys))
        for attempt in attempts
    )
    changes = ZoneChange.objects.filter(learner__in=homes).order_by("since", "pk")
    zones = grouped(
        (learner, (since, zone))
        for learner, since, zone in changes.values_list("learner", "since", "zone")
    )
    return {
        pk: History(pk, records[pk], zones[pk], home, published)
        for pk, home in homes.items()
    }


def _entries(learners: Iterable[int]) -> Mapping[int, list[dict[str, str]]]:
    """Return the answers in the chunks, by attempt."""
    chunks = AnswerChunk.objects.filter(attempt__learner__in=list(learners))
    return grouped(chunks.values_list("attempt", "answers"))


def _record(
    attempt: Mapping[str, Any], chunks: Iterable[Mapping[str, str]], keys: Keys
) -> AttemptRecord:
    decoded = [
        (int(number), Answer.decode(entry))
        for chunk in chunks
        for number, entry in chunk.items()
    ]
    answers = [
        keys.given(attempt["release"], number, answer)
        for number, answer in decoded
        if answer.choices
    ]
    of_the_day = attempt["counted__pass_percent"]
    of_today = attempt["test__certification__pass_percent"]
    return AttemptRecord(
        attempt=attempt["pk"],
        test=attempt["test"],
        certification=attempt["test__certification"],
        certification_slug=attempt["test__certification__slug"],
        is_exam=attempt["mode"] == Attempt.Mode.EXAM,
        length=attempt["length"],
        answers=answers,
        finished_at=attempt["finished_at"],
        abandoned_at=attempt["abandoned_at"],
        deadline=attempt["deadline"],
        n_answered=attempt["n_answered"] or 0,
        n_right=attempt["n_right"] or 0,
        score=attempt["score"] or Decimal(0),
        pass_percent=of_today if of_the_day is None else of_the_day,
    )
