"""The ledgers, to look at: every XP and every coin, and why."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from achievements.admin.words import BY_PERSON, BY_PERSON_HELP, link
from achievements.models import CoinEntry, XpEntry
from exams.admin.base import ReadOnlyAdmin


class LedgerAdmin(ReadOnlyAdmin):
    list_display = ("number", "learner", "amount", "reason", "attempt_link", "at")
    list_filter = ("reason",)
    list_select_related = ("learner",)
    list_per_page = 50
    search_fields = BY_PERSON
    search_help_text = BY_PERSON_HELP
    ordering = ("-pk",)
    sortable_by = ()
    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    fields = (
        ("learner", "amount"),
        ("reason", "at"),
        ("question_number", "attempt_link"),
        "note",
    )
    readonly_fields = ("attempt_link", "question_number")

    @display(description="No.")
    def number(self, entry: Any) -> str:
        return str(entry.pk)

    @display(description="Question")
    def question_number(self, entry: Any) -> str:
        # Its row may be gone; the release has it still.
        return "–" if entry.question_id is None else f"No. {entry.question_id}"

    @display(description="Attempt")
    def attempt_link(self, entry: Any) -> SafeString | str:
        return link("exams_attempt", entry.attempt_id, f"No. {entry.attempt_id}")


@admin.register(XpEntry)
class XpEntryAdmin(LedgerAdmin):
    pass


@admin.register(CoinEntry)
class CoinEntryAdmin(LedgerAdmin):
    pass
