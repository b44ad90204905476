"""Freezing a test: what a release holds, and how it is read again.

A release holds two lists in the test's order. ``questions`` is public: kind, number of
choices to pick, stem and choices as safe HTML. ``keys`` is secret until the rules say
otherwise: the right choices, every why, explanation, tip, reference and domain. Choices
are shuffled once when the release is made, by a key that is thrown away, so that an
editor's habit of writing the right one first tells nobody anything.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exams.markdown import render_block, render_inline
from exams.models import Question
from exams.ordering import shuffled


@dataclass(frozen=True, slots=True)
class QuestionKey:
    """The secret half of a released question."""

    question: int
    domain: int
    domain_name: str
    scoring: str
    right: tuple[int, ...]
    last: tuple[int, ...]
    whys: tuple[str, ...]
    explanation: str
    tip: str
    reference: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "QuestionKey":
        listed = {name: tuple(data[name]) for name in ("right", "last", "whys")}
        return cls(**{**data, **listed})


def fingerprint(questions: Iterable[Question], *, minutes: int) -> str:
    """Return the SHA-256 of all that a release would freeze, in editors' words."""
    content = [
        [
            question.slug, question.kind, question.scoring, question.stem,
            question.explanation, question.tip, question.reference_title,
            question.reference_url, question.domain.name,
            [
                [choice.text, choice.is_correct, choice.why, choice.is_last]
                for choice in question.choices.all()
            ],
        ]
        for question in questions
    ]  # fmt: skip
    text = json.dumps([minutes, content], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def freeze(
    question: Question, *, shuffle_key: str
) -> tuple[dict[str, Any], QuestionKey]:
    """Return the public and the secret half of a question, choices in one new order."""
    choices = list(question.choices.all())
    free = [n for n, choice in enumerate(choices) if not choice.is_last]
    pinned = [n for n, choice in enumerate(choices) if choice.is_last]
    choices = [choices[n] for n in shuffled(free, key=shuffle_key) + pinned]
    right = tuple(n for n, choice in enumerate(choices) if choice.is_correct)
    public = {
        "kind": question.kind,
        "choose": len(right),
        "stem": render_block(question.stem),
        "choices": [render_inline(choice.text) for choice in choices],
    }
    key = QuestionKey(
        question=question.pk,
        domain=question.domain_id,
        domain_name=question.domain.name,
        scoring=question.scoring,
        right=right,
        last=tuple(n for n, choice in enumerate(choices) if choice.is_last),
        whys=tuple(render_block(choice.why) for choice in choices),
        explanation=render_block(question.explanation),
        tip=question.tip,
        reference={"title": question.reference_title, "url": question.reference_url},
    )
    return public, key


def freeze_all(
    questions: Sequence[Question],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a release's ``questions`` and ``keys``."""
    secret = secrets.token_hex(16)
    halves = [
        freeze(question, shuffle_key=f"{secret}/{number}")
        for number, question in enumerate(questions)
    ]
    return [public for public, _ in halves], [key.as_dict() for _, key in halves]
