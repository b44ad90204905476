"""Backfills, to watch: how far a new or changed rule has been looked up."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from achievements.admin.words import percent
from achievements.models import Backfill
from exams.admin.base import ReadOnlyAdmin

STATE_LABELS = {
    "Waiting": "default",
    "Running": "info",
    "Done": "success",
    "Stopped": "warning",
}


@admin.register(Backfill)
class BackfillAdmin(ReadOnlyAdmin):
    list_display = (
        "title",
        "state_label",
        "progress",
        "n_granted",
        "requested_at",
        "finished_at",
    )
    list_filter = ("state", "achievement")
    list_select_related = ("achievement",)
    search_fields = ("achievement__title",)
    ordering = ("-requested_at", "-pk")
    fields = (
        ("achievement", "state"),
        "progress",
        ("n_learners", "n_done", "n_granted"),
        ("requested_at", "moved_at", "finished_at"),
    )
    readonly_fields = ("progress",)

    @display(description="Achievement")
    def title(self, backfill: Backfill) -> str:
        return backfill.achievement.title

    @display(description="State", label=STATE_LABELS)
    def state_label(self, backfill: Backfill) -> str:
        return backfill.get_state_display()

    @display(description="Progress")
    def progress(self, backfill: Backfill) -> SafeString:
        # Learners who came meanwhile are settled with the rule as it is now.
        is_done = backfill.state == Backfill.State.DONE
        done = 100 if is_done else percent(backfill.n_done, backfill.n_learners)
        words = f"{backfill.n_done:,} of {max(backfill.n_done, backfill.n_learners):,}"
        return format_html(
            '<progress class="bo-progress" max="100" value="{}">{} %</progress>'
            " {} learners",
            done,
            done,
            words,
        )
