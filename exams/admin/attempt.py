"""Attempts, to look at: support agents see what a learner did, and change nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from exams.admin.base import ReadOnlyAdmin, once
from exams.admin.changes import plain
from exams.entries import Answer, Flag
from exams.ids import bounded_id
from exams.models import Attempt
from exams.models.attempt import IS_OPEN
from exams.ordering import question_order
from exams.releases import ReleaseContent, release_content
from exams.scoring import answer_points
from exams.state import decoded

STATE_LABELS = {"Running": "info", "Finished": "success", "Abandoned": "default"}


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"
    conditions: ClassVar[dict[str, Q]] = {
        Attempt.State.OPEN: IS_OPEN,
        Attempt.State.FINISHED: Q(finished_at__isnull=False),
        Attempt.State.ABANDONED: Q(abandoned_at__isnull=False),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Attempt.State.choices)

    def queryset(
        self, request: HttpRequest, attempts: QuerySet[Attempt]
    ) -> QuerySet[Attempt]:
        condition = self.conditions.get(self.value() or "")
        return attempts if condition is None else attempts.filter(condition)


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "learner",
        "test_name",
        "mode",
        "length",
        "state",
        "score_words",
        "started_at",
    )
    list_filter = (StateFilter, "mode", "length", "test__certification")
    list_per_page = 50
    search_fields = ("learner__display_name", "=learner__email")
    search_help_text = (
        "Part of the learner's name, a whole e-mail address, or a number."
    )
    # The newest first by the primary key, and never a count of the whole table.
    ordering = ("-pk",)
    sortable_by = ()
    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False  # It would be the learner's own page, a 404 for staff.
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("learner", "test_name"),
                    ("mode", "length", "release_number"),
                    ("state", "score_words", "right_words"),
                    ("started_at", "deadline"),
                    ("finished_at", "abandoned_at"),
                )
            },
        ),
        ("Answers, in the learner's order", {"fields": ("answers",)}),
    )
    readonly_fields = (
        "test_name",
        "release_number",
        "state",
        "score_words",
        "right_words",
        "answers",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        attempts: Any = super().get_queryset(request).with_test()
        joined = attempts.select_related("release", "learner")
        return joined.defer("release__questions", "release__keys")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Attempt], search_term: str
    ) -> tuple[QuerySet[Attempt], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        number = bounded_id(search_term.strip())
        if number is not None:
            found |= queryset.filter(pk=number)
        return found, may_repeat

    @display(description="No.")
    def number(self, attempt: Attempt) -> str:
        return str(attempt.pk)

    @display(description="Test")
    def test_name(self, attempt: Attempt) -> str:
        return str(attempt.test)

    @display(description="Release")
    def release_number(self, attempt: Attempt) -> int:
        return attempt.release.number

    @display(description="State", label=STATE_LABELS)
    def state(self, attempt: Attempt) -> str:
        return attempt.state.label

    @display(description="Score")
    def score_words(self, attempt: Attempt) -> str:
        return "–" if attempt.score is None else f"{attempt.score:.0f} %"

    @display(description="Right")
    def right_words(self, attempt: Attempt) -> str:
        if attempt.n_right is None:
            return "–"
        return f"{attempt.n_right} of {attempt.length} ({attempt.n_answered} answered)"

    @display(description="")
    @once
    def answers(self, attempt: Attempt) -> SafeString:
        context = {"rows": answer_rows(attempt), "tells": tells(attempt)}
        return render_to_string("exams/admin/_answers.html", context)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One question of an attempt; ``place`` counts from 1, ``outcome`` is a word."""

    place: int
    stem: str
    chosen: list[str]
    outcome: str
    flagged: bool
    seconds: int
    at: datetime | None


def tells(attempt: Attempt) -> bool:
    """Say whether right and wrong may be told: not while an exam is running."""
    return not (attempt.is_exam and attempt.is_open)


def answer_rows(attempt: Attempt) -> list[AnswerRow]:
    content = release_content(attempt.release_id)
    answers, flags = decoded(list(attempt.chunks.all()))
    order = question_order(seed=attempt.seed, length=attempt.length)
    told = tells(attempt)
    return [
        _row(content, place, question, answers.get(question), flags.get(question), told)
        for place, question in enumerate(order, start=1)
    ]


def _row(
    content: ReleaseContent,
    place: int,
    question: int,
    answer: Answer | None,
    flag: Flag | None,
    told: bool,
) -> AnswerRow:
    public = content.questions[question]
    chosen = answer.choices if answer else ()
    outcome = "Answered" if chosen else "Not answered"
    if chosen and told:
        is_right = answer_points(content.keys[question], chosen) == 1
        outcome = "Right" if is_right else "Wrong"
    return AnswerRow(
        place=place,
        stem=plain(public["stem"], length=140),
        chosen=[plain(public["choices"][index], length=140) for index in chosen],
        outcome=outcome,
        flagged=bool(flag and flag.on),
        seconds=answer.seconds if answer else 0,
        at=datetime.fromtimestamp(answer.at, UTC) if answer and answer.at else None,
    )
