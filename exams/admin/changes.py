"""What publishing a test would change for learners, question by question."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.text import Truncator

from exams.admin.differences import Difference, differences
from exams.models import Question, Release
from exams.snapshot import QuestionKey, freeze


@dataclass(frozen=True, slots=True)
class ChangedQuestion:
    """A question and its number (from 1) in the draft, or in the release if gone.

    ``was``: the number in the release of one that moved.
    """

    question: int
    number: int
    words: str
    was: int | None = None
    differences: Sequence[Difference] = ()

    @property
    def has_new_key(self) -> bool:
        return any(one.is_key for one in self.differences)


@dataclass(frozen=True, slots=True)
class Changes:
    """The draft against a release; a test that was never out has only ``added``."""

    count_before: int
    count_after: int
    minutes_before: int | None
    minutes_after: int
    added: list[ChangedQuestion] = field(default_factory=list)
    removed: list[ChangedQuestion] = field(default_factory=list)
    changed: list[ChangedQuestion] = field(default_factory=list)
    moved: list[ChangedQuestion] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether a learner would notice anything."""
        rows = (self.added, self.removed, self.changed, self.moved)
        return any(rows) or self.minutes_before != self.minutes_after

    @property
    def new_keys(self) -> list[ChangedQuestion]:
        return [row for row in self.changed if row.has_new_key]


# A released question: its number from 1, its public half and its key.
Released = tuple[int, dict[str, Any], QuestionKey]


def plain(html: str, *, length: int = 90) -> str:
    """Return a stem's words in one line."""
    words = " ".join(unescape(strip_tags(html)).split())
    return Truncator(words).chars(length)


def _content(public: dict[str, Any], key: QuestionKey) -> tuple[Any, ...]:
    """Return what learners see of a question, whatever order its choices stand in."""
    choices = sorted(
        (text, index in key.right, index in key.last, key.whys[index])
        for index, text in enumerate(public["choices"])
    )
    about = (key.scoring, key.domain_name, key.explanation, key.tip, key.reference)
    return public["kind"], public["stem"], choices, about


def _released(release: Release | None) -> dict[int, Released]:
    """Return a release's questions in order: id to number, public half and key."""
    if release is None:
        return {}
    halves = zip(release.questions, release.keys, strict=True)
    keyed = [(public, QuestionKey.from_dict(key)) for public, key in halves]
    return {
        key.question: (number, public, key)
        for number, (public, key) in enumerate(keyed, start=1)
    }


def _kept_in_order(before: list[int], after: list[int]) -> set[int]:
    """Return what stands in the same order in both; the rest of both was moved."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {one for at, _, size in blocks for one in before[at : at + size]}


def compare(
    release: Release | None, questions: Sequence[Question], *, minutes: int
) -> Changes:
    """Compare the draft's questions, in order and with choices, with a release."""
    old = _released(release)
    changes = Changes(
        count_before=len(old),
        count_after=len(questions),
        minutes_before=release.minutes if release else None,
        minutes_after=minutes,
    )
    in_order = _kept_in_order(list(old), [question.pk for question in questions])
    for number, question in enumerate(questions, start=1):
        draft = freeze(question, shuffle_key="")
        row = ChangedQuestion(question.pk, number, plain(draft[0]["stem"]))
        if question.pk not in old:
            changes.added.append(row)
            continue
        was, public, key = old.pop(question.pk)
        if question.pk not in in_order:
            changes.moved.append(replace(row, was=was))
        if _content(public, key) != _content(*draft):
            found = differences((public, key), draft)
            changes.changed.append(replace(row, differences=found))
    changes.removed.extend(
        ChangedQuestion(pk, number, plain(public["stem"]))
        for pk, (number, public, _) in old.items()
    )
    return changes
