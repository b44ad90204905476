"""Reviewing a finished attempt: what was asked, chosen and right, in one list."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Literal

from django.utils.safestring import SafeString, mark_safe

from exams.entries import Answer, Flag
from exams.models import Attempt
from exams.ordering import choice_order, question_order
from exams.releases import ReleaseContent, release_content
from exams.scoring import answer_points
from exams.state import decoded

Outcome = Literal["right", "wrong", "skipped"]


class NotFinished(Exception):
    """Keys and explanations stay here until the attempt is finished."""


@dataclass(frozen=True, slots=True)
class ReviewChoice:
    """A choice on its line; ``index`` is its number in the release.

    ``letter`` names the line where lines have letters, as in the runner.
    """

    index: int
    text: SafeString
    why: SafeString
    is_key: bool
    is_chosen: bool
    letter: str = ""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One question as the learner saw it; ``place`` counts from 0."""

    place: int
    question: int
    kind: str
    choose: int
    stem: SafeString
    choices: list[ReviewChoice]
    outcome: Outcome
    flagged: bool
    points: float
    seconds: int
    domain_name: str
    explanation: SafeString
    tip: str
    reference: dict[str, str]

    @property
    def chosen(self) -> bool:
        return self.outcome != "skipped"

    @property
    def marked(self) -> list[ReviewChoice]:
        """The choices that were chosen or right: what the verdict is about."""
        return [one for one in self.choices if one.is_chosen or one.is_key]


def _safe(html: str) -> SafeString:
    # Releases hold HTML that exams/markdown.py has cleaned.
    return mark_safe(html)  # noqa: S308


def _choices(
    content: ReleaseContent, attempt: Attempt, question: int, chosen: tuple[int, ...]
) -> list[ReviewChoice]:
    texts, key = content.questions[question]["choices"], content.keys[question]
    order = choice_order(
        seed=attempt.seed, question=question, count=len(texts), last=key.last
    )
    return [
        ReviewChoice(
            index=index,
            text=_safe(texts[index]),
            why=_safe(key.whys[index]),
            is_key=index in key.right,
            is_chosen=index in chosen,
            letter=ascii_uppercase[line],
        )
        for line, index in enumerate(order)
    ]


def review_items(attempt: Attempt) -> list[ReviewItem]:
    """Return every question of a finished attempt in the learner's own order.

    Raise NotFinished for any other attempt.
    """
    if attempt.state != Attempt.State.FINISHED:
        raise NotFinished
    content = release_content(attempt.release_id)
    answers, flags = decoded(list(attempt.chunks.all()))
    order = question_order(seed=attempt.seed, length=attempt.length)
    return [
        _item(content, attempt, place, question, answers.get(question), flags)
        for place, question in enumerate(order)
    ]


def reviewed_question(
    attempt: Attempt, question: int, chosen: Iterable[int]
) -> ReviewItem | None:
    """Return one question of a finished attempt with what was chosen, or None.

    ``question`` and ``chosen`` are numbers in the release, kept where they were asked
    about; so nothing but the release is read. Raise NotFinished.
    """
    if attempt.state != Attempt.State.FINISHED:
        raise NotFinished
    order = question_order(seed=attempt.seed, length=attempt.length)
    if question not in order:
        return None
    content = release_content(attempt.release_id)
    answer = Answer(seq=0, choices=tuple(chosen))
    return _item(content, attempt, order.index(question), question, answer, {})


def _item(
    content: ReleaseContent,
    attempt: Attempt,
    place: int,
    question: int,
    answer: Answer | None,
    flags: dict[int, Flag],
) -> ReviewItem:
    public, key = content.questions[question], content.keys[question]
    chosen = answer.choices if answer else ()
    points = float(answer_points(key, chosen)) if chosen else 0.0
    outcome: Outcome = "skipped"
    if chosen:
        outcome = "right" if points == 1 else "wrong"
    flag = flags.get(question)
    return ReviewItem(
        place=place,
        question=question,
        kind=public["kind"],
        choose=public["choose"],
        stem=_safe(public["stem"]),
        choices=_choices(content, attempt, question, chosen),
        outcome=outcome,
        flagged=bool(flag and flag.on),
        points=points,
        seconds=answer.seconds if answer else 0,
        domain_name=key.domain_name,
        explanation=_safe(key.explanation),
        tip=key.tip,
        reference=dict(key.reference),
    )


def filter_counts(items: Iterable[ReviewItem]) -> dict[str, int]:
    """Return the filters' counts: right + wrong + skipped = all; flagged apart."""
    items = list(items)
    outcomes = Counter(item.outcome for item in items)
    return {
        "all": len(items),
        "wrong": outcomes["wrong"],
        "right": outcomes["right"],
        "flagged": sum(item.flagged for item in items),
        "skipped": outcomes["skipped"],
    }
