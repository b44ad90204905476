"""A learner in numbers, with the ways to what the numbers follow from."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from achievements.admin.words import BY_PERSON, BY_PERSON_HELP, list_link
from achievements.levels import level_at
from achievements.models import Statistics
from exams.admin.base import ReadOnlyAdmin


@admin.register(Statistics)
class StatisticsAdmin(ReadOnlyAdmin):
    list_display = (
        "learner",
        "level",
        "xp",
        "coins",
        "n_finished",
        "best_score",
        "streak",
        "streak_day",
    )
    list_select_related = ("learner",)
    list_per_page = 50
    search_fields = BY_PERSON
    search_help_text = BY_PERSON_HELP
    ordering = ("-pk",)
    sortable_by = ()
    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    fieldsets = (
        (None, {"fields": (("learner", "level"), "ways")}),
        ("Earned", {"fields": (("xp", "coins", "coins_earned"),)}),
        (
            "Finished attempts",
            {
                "fields": (
                    ("n_finished", "n_answered", "n_right"),
                    ("n_perfect_tests", "best_score"),
                )
            },
        ),
        (
            "Streak, as of its last day",
            {"fields": (("streak", "longest_streak"), ("streak_day", "freeze_week"))},
        ),
    )
    readonly_fields = ("level", "ways")

    @display(description="Level")
    def level(self, statistics: Statistics) -> int:
        return level_at(statistics.xp)

    @display(description="What it follows from")
    def ways(self, statistics: Statistics) -> SafeString:
        # By the id: an address in the link would tell it to those who see none.
        lists: dict[str, Any] = {
            "Attempts": "exams_attempt",
            "XP": "achievements_xpentry",
            "Coins": "achievements_coinentry",
            "Achievements": "achievements_grant",
        }
        links = (
            (list_link(to, name, learner__id__exact=statistics.pk),)
            for name, to in lists.items()
        )
        return format_html_join(" · ", "{}", links)
