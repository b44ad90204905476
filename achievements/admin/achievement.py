"""Achievements: what staff edit, who holds them, and filling in what changed."""

from functools import cache
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminRadioSelectWidget

from achievements import criteria, rules  # noqa: F401  importing registers the rules
from achievements.admin.words import list_link, percent
from achievements.catalogue import CATALOGUE, read_catalogue
from achievements.models import Achievement, Backfill
from achievements.services.backfill import request_backfill, stop_backfill
from exams.admin.base import ContentAdmin

# What decides who has earned one; a change means that everybody is looked at again.
DECIDES = ("rule", "threshold", "parameters", "is_active")


class AchievementForm(forms.ModelForm):
    rule = forms.ChoiceField(
        widget=UnfoldAdminRadioSelectWidget,
        help_text="What it looks at. The threshold says how much of it.",
    )

    class Meta:
        model = Achievement
        fields = (
            "title",
            "slug",
            "text",
            "icon",
            "category",
            "position",
            "rule",
            "threshold",
            "parameters",
            "is_hidden",
            "is_active",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "rule" in self.fields:
            self.fields["rule"].choices = rule_choices()  # type: ignore[attr-defined]


@cache
def shipped() -> frozenset[str]:
    """Return the slugs of the achievements that come with the product."""
    return frozenset(one.slug for one in read_catalogue(CATALOGUE))


def rule_choices() -> list[tuple[str, SafeString]]:
    """Return the rules with what they mean and which parameters they take."""
    found = sorted(criteria.rules().items())
    return [(code, _rule_words(rule)) for code, rule in found]


def _rule_words(rule: criteria.Rule) -> SafeString:
    parameters = format_html_join(
        "", " Parameter <code>{}</code>: {}", _parameter_words(rule)
    )
    return format_html("<strong>{}</strong>: {}{}", rule.code, rule.help, parameters)


def _parameter_words(rule: criteria.Rule) -> list[tuple[str, str]]:
    return [(name, one.help) for name, one in rule.parameters.items()]


@admin.register(Achievement)
class AchievementAdmin(ContentAdmin):
    form = AchievementForm
    list_display = (
        "title",
        "category",
        "rule_words",
        "holder_count",
        "hidden_word",
        "is_active",
        "backfill_words",
    )
    list_filter = ("is_active", "category", "is_hidden", "rule")
    search_fields = ("title", "text", "slug")
    ordering = ("position", "pk")
    actions = ("activate", "deactivate", "look_again")
    text_rows: ClassVar[dict[str, int]] = {"parameters": 3}
    prepopulated_fields = {"slug": ("title",)}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("title", "slug"),
                    "text",
                    ("icon", "category", "position"),
                    ("is_active", "is_hidden"),
                )
            },
        ),
        (
            "What it takes",
            {
                "fields": ("rule", ("threshold", "parameters")),
                "description": "Saving a change here looks at everybody in the "
                "background. Nobody loses what they earned under the rule as it was.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Achievement]:
        newest = Backfill.objects.filter(achievement=OuterRef("pk"))
        newest = newest.order_by("-requested_at", "-pk")
        standing = Q(grants__isnull=False, grants__revoked_at=None)
        return (
            super()
            .get_queryset(request)
            .annotate(
                n_holders=Count("grants", filter=standing),
                backfill_state=Subquery(newest.values("state")[:1]),
                backfill_done=Subquery(newest.values("n_done")[:1]),
                backfill_learners=Subquery(newest.values("n_learners")[:1]),
            )
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What somebody holds stays, and what comes with the product would come back.

        Both are made inactive instead.
        """
        if obj is not None and (obj.grants.exists() or obj.slug in shipped()):
            return False
        return super().has_delete_permission(request, obj)

    @transaction.atomic
    def save_model(
        self, request: HttpRequest, obj: Achievement, form: Any, change: bool
    ) -> None:
        before = Achievement.objects.filter(pk=obj.pk).values(*DECIDES).first()
        super().save_model(request, obj, form, change)
        if before != {name: getattr(obj, name) for name in DECIDES}:
            self._fill_in(obj)

    def _fill_in(self, achievement: Achievement) -> None:
        if achievement.is_active:
            request_backfill(achievement=achievement, now=timezone.now())
        else:
            stop_backfill(achievement=achievement, now=timezone.now())

    @display(description="Rule", ordering="rule")
    def rule_words(self, achievement: Achievement) -> str:
        parameters = ", ".join(f"{k} {v}" for k, v in achievement.parameters.items())
        words = f"{achievement.rule} {achievement.threshold:,}"
        return f"{words} ({parameters})" if parameters else words

    @display(description="Shown", ordering="is_hidden")
    def hidden_word(self, achievement: Achievement) -> str:
        return "Once earned" if achievement.is_hidden else "Always"

    @display(description="Holders", ordering="n_holders")
    def holder_count(self, achievement: Any) -> SafeString | str:
        if not achievement.n_holders:
            return "0"
        text = f"{achievement.n_holders:,}"
        return list_link(
            "achievements_grant", text, achievement__id__exact=achievement.pk
        )

    @display(description="Filled in")
    def backfill_words(self, achievement: Any) -> SafeString | str:
        state = achievement.backfill_state
        if state is None:
            return "–"
        done, all_ = achievement.backfill_done, achievement.backfill_learners
        text = Backfill.State(state).label
        if state in (Backfill.State.RUNNING, Backfill.State.WAITING):
            text = f"{text}, {percent(done, all_)} %"
        return list_link(
            "achievements_backfill", text, achievement__id__exact=achievement.pk
        )

    # --- actions ----------------------------------------------------------------------

    @admin.action(description="Activate", permissions=["change"])
    def activate(self, request: HttpRequest, rows: QuerySet[Achievement]) -> None:
        self._switch(request, rows, is_active=True)

    @admin.action(
        description="Deactivate: nobody newly earns it", permissions=["change"]
    )
    def deactivate(self, request: HttpRequest, rows: QuerySet[Achievement]) -> None:
        self._switch(request, rows, is_active=False)

    @admin.action(description="Look at everybody again", permissions=["change"])
    def look_again(self, request: HttpRequest, rows: QuerySet[Achievement]) -> None:
        chosen = list(Achievement.objects.filter(pk__in=rows.values("pk")).active())
        with transaction.atomic():
            for achievement in chosen:
                self._fill_in(achievement)
        self.message_user(request, f"Backfills requested: {len(chosen)}.")

    def _switch(
        self, request: HttpRequest, rows: QuerySet[Achievement], *, is_active: bool
    ) -> None:
        changed = Achievement.objects.filter(pk__in=rows.values("pk"))
        chosen = list(changed.exclude(is_active=is_active))
        with transaction.atomic():
            for achievement in chosen:
                achievement.is_active = is_active
                achievement.save(update_fields=["is_active"])
                self._fill_in(achievement)
        word = "activated" if is_active else "deactivated"
        self.message_user(request, f"Achievements {word}: {len(chosen)}.")
