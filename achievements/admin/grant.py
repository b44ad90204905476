"""Grants: who earned what, when and why. Looked at, and revoked with a reason."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator
from unfold.widgets import UnfoldAdminTextareaWidget

from achievements.admin.words import BY_PERSON, BY_PERSON_HELP, facts, link
from achievements.models import Grant
from achievements.services.revoking import reinstate, revoke
from exams.admin.base import ReadOnlyAdmin


class RevokeForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="The learner reads it, so name nobody else. It stays on record.",
        error_messages={"required": "Say why: nothing is taken away without a reason."},
    )


class StandsFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("stands", "Stands"), ("revoked", "Revoked")]

    def queryset(
        self, request: HttpRequest, grants: QuerySet[Grant]
    ) -> QuerySet[Grant]:
        if self.value() in ("stands", "revoked"):
            return grants.filter(revoked_at__isnull=self.value() == "stands")
        return grants


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    list_display = ("title", "learner", "earned_at", "attempt_link", "state")
    list_filter = (StandsFilter, "achievement")
    list_select_related = ("learner", "achievement")
    list_per_page = 50
    search_fields = BY_PERSON
    search_help_text = BY_PERSON_HELP
    # The newest first by the primary key, and never a count of the whole table.
    ordering = ("-pk",)
    sortable_by = ()
    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions_detail = ("revoke_page", "reinstate_page")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("achievement", "learner"),
                    ("earned_at", "granted_at"),
                    ("told_at", "attempt_link"),
                )
            },
        ),
        ("Why", {"fields": ("rule_then", "values_then")}),
        ("Revoked", {"fields": (("revoked_at", "revoked_by"), "revoke_reason")}),
    )
    readonly_fields = ("attempt_link", "rule_then", "values_then")

    def has_revoke_permission(
        self, request: HttpRequest, object_id: object = None
    ) -> bool:
        return request.user.has_perm("achievements.change_grant")

    @display(description="Achievement")
    def title(self, grant: Grant) -> str:
        return grant.achievement.title

    @display(description="Attempt")
    def attempt_link(self, grant: Grant) -> SafeString | str:
        number = grant.attempt_id
        return link("exams_attempt", number, f"No. {number}")

    @display(description="State", label={"Stands": "success", "Revoked": "danger"})
    def state(self, grant: Grant) -> str:
        return "Revoked" if grant.revoked_at else "Stands"

    @display(description="The rule as it was")
    def rule_then(self, grant: Grant) -> SafeString:
        rule = {k: v for k, v in grant.evidence.items() if k != "values"}
        parameters = rule.pop("parameters", {}) or {}
        return facts(rule | parameters)

    @display(description="What fulfilled it")
    def values_then(self, grant: Grant) -> SafeString | str:
        return facts(grant.values) if grant.values else "–"

    # --- revoking ---------------------------------------------------------------------

    @action(
        description="Revoke",
        url_path="revoke",
        permissions=["revoke"],
        icon="block",
    )
    def revoke_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        grant = self._grant(request, object_id)
        form = RevokeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._revoke(request, grant, form.cleaned_data["reason"])
        context = {
            **self.admin_site.each_context(request),
            "title": f"Revoke {grant.achievement.title}",
            "opts": self.opts,
            "original": grant,
            "form": form,
        }
        return TemplateResponse(request, "achievements/admin/revoke.html", context)

    def _revoke(self, request: HttpRequest, grant: Grant, reason: str) -> HttpResponse:
        by: Any = request.user
        if revoke(grant=grant, by=by, reason=reason, now=timezone.now()):
            self._log(request, grant, f"Revoked: {reason}")
            words = f"{grant.achievement.title} was revoked."
            self.message_user(request, words, messages.SUCCESS)
        else:
            self.message_user(request, "It had been revoked before.", messages.WARNING)
        return redirect("admin:achievements_grant_change", grant.pk)

    @action(
        description="Reinstate",
        url_path="reinstate",
        permissions=["revoke"],
        icon="undo",
    )
    def reinstate_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        grant = self._grant(request, object_id)
        if request.method == "POST":
            if reinstate(grant=grant):
                self._log(request, grant, f"Reinstated; it was: {grant.revoke_reason}")
                self.message_user(request, "It stands again.", messages.SUCCESS)
            return redirect("admin:achievements_grant_change", grant.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Reinstate {grant.achievement.title}",
            "opts": self.opts,
            "original": grant,
            "form": None,
        }
        return TemplateResponse(request, "achievements/admin/revoke.html", context)

    def _grant(self, request: HttpRequest, object_id: str) -> Grant:
        grant: Grant | None = self.get_object(request, object_id)
        if grant is None:
            raise Http404
        return grant

    def _log(self, request: HttpRequest, grant: Grant, words: str) -> None:
        LogEntry.objects.log_actions(
            user_id=request.user.pk or 0,
            queryset=[grant],
            action_flag=CHANGE,
            change_message=words,
            single_object=True,
        )
