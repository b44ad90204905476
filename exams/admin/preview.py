"""Questions as learners see them, for editors: the learner's templates, style and code.

A draft goes through the same freezing as a publication, a release is shown as it is,
and answers are graded by the one scoring function.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from exams.models import Question, Release, Test
from exams.publishing import ordered_questions, question_problems
from exams.review import ReviewChoice
from exams.scoring import answer_points
from exams.snapshot import QuestionKey, freeze


@dataclass(frozen=True, slots=True)
class PreviewItem:
    """One question, ready for the learner's templates; ``number`` counts from 1."""

    number: int
    question: int
    public: dict[str, Any]
    key: QuestionKey
    problems: Sequence[str] = ()
    chosen: Sequence[int] = ()

    @property
    def stem(self) -> SafeString:
        return _safe(self.public["stem"])

    @property
    def explanation(self) -> SafeString:
        return _safe(self.key.explanation)

    @property
    def choices(self) -> list[ReviewChoice]:
        return [
            ReviewChoice(
                index=index,
                text=_safe(text),
                why=_safe(self.key.whys[index]),
                is_key=index in self.key.right,
                is_chosen=index in self.chosen,
                letter=ascii_uppercase[index],
            )
            for index, text in enumerate(self.public["choices"])
        ]

    @property
    def points(self) -> float:
        return float(answer_points(self.key, self.chosen))


def _safe(html: str) -> SafeString:
    # Both halves of a frozen question hold HTML that exams/markdown.py has cleaned.
    return mark_safe(html)  # noqa: S308


def draft_item(
    question: Question, *, number: int = 1, chosen: Sequence[int] = ()
) -> PreviewItem:
    # A key that stays, so that the choices keep their lines from look to look.
    public, key = freeze(question, shuffle_key=f"preview/{question.pk}")
    problems = question_problems(question)
    return PreviewItem(number, question.pk, public, key, problems, chosen)


def released_items(release: Release) -> list[PreviewItem]:
    keys = [QuestionKey.from_dict(key) for key in release.keys]
    return [
        PreviewItem(number, key.question, public, key)
        for number, (public, key) in enumerate(
            zip(release.questions, keys, strict=True), start=1
        )
    ]


def _chosen(request: HttpRequest) -> tuple[int, ...]:
    sent = request.GET.getlist("choices")
    return tuple(sorted({int(one) for one in sent if one.isdecimal() and len(one) < 3}))


def _as_for_learners(response: HttpResponse) -> HttpResponse:
    """Keep the site's own security policy: nothing here needs the back office's."""
    response._csp_replace = {}  # type: ignore[attr-defined]
    return response


def preview_question(request: HttpRequest, question: Question) -> HttpResponse:
    """Show one draft question; choose and submit to see the verdict of practice."""
    chosen = _chosen(request)
    item = draft_item(question, chosen=chosen)
    too_many = len(chosen) > item.public["choose"]
    context = {
        "title": str(question),
        "item": item,
        "question": question,
        "too_many": too_many,
        "answered": "verdict" in request.GET and not too_many,
        "may_edit": request.user.has_perm("exams.change_question"),
    }
    page = render(request, "exams/admin/preview_question.html", context)
    return _as_for_learners(page)


def preview_test(
    request: HttpRequest, test: Test, release: Release | None = None
) -> HttpResponse:
    """Show all questions of a draft, or of a release, with or without the verdicts."""
    if release:
        items = released_items(release)
    else:
        drafts = ordered_questions(test)
        items = [draft_item(one, number=n) for n, one in enumerate(drafts, start=1)]
    context = {
        "title": str(release or test),
        "test": test,
        "release": release,
        "items": items,
        "show": "asked" if request.GET.get("show") == "asked" else "answered",
        "may_edit": request.user.has_perm("exams.change_question"),
    }
    return _as_for_learners(render(request, "exams/admin/preview_test.html", context))
