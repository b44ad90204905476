"""Resources: what learners find, what waits for a moderator, and broken links."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from kombu.exceptions import OperationalError
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from exams.admin.base import ContentAdmin
from support import suggesting, tasks
from support.addresses import BadAddress, read_address
from support.linkruns import BATCH
from support.models import Resource

CHECKED_AT_ONCE = 100


class ResourceForm(forms.ModelForm):
    description = forms.CharField(
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="In our own words: why it helps, and with what.",
    )

    def clean_url(self) -> str:
        """Refuse what is no public address, and one that another resource has."""
        try:
            address = read_address(self.cleaned_data["url"])
        except BadAddress as reason:
            raise forms.ValidationError(str(reason)) from reason
        others = Resource.objects.exclude(pk=self.instance.pk)
        known = others.filter(canonical_url=address.canonical).first()
        if known is not None:
            state = known.get_status_display().lower()
            raise forms.ValidationError(f"“{known.title}” is there already ({state}).")
        self.cleaned_data["canonical_url"] = address.canonical
        return address.url


@admin.register(Resource)
class ResourceAdmin(ContentAdmin):
    form = ResourceForm
    list_display = (
        "title_and_maker",
        "kind",
        "cost",
        "names_of_certifications",
        "state",
        "link_state",
        "checked_at",
    )
    list_filter = ("status", "link", "kind", "cost", "level", "certifications")
    search_fields = ("title", "by", "description", "url")
    search_help_text = "Words of the title, the maker, the description or the address."
    ordering = ("title", "pk")
    list_per_page = 50
    actions = ("publish", "decline", "check_now", "take_over_moves")
    filter_horizontal = ("certifications",)
    readonly_fields = ("suggester", "found", "checked_at", "added_at")
    fieldsets = (
        (None, {"fields": ("title", "by", "url", ("kind", "cost", "level"))}),
        (None, {"fields": ("description", "certifications")}),
        (
            "Shown",
            {
                "fields": ("status", "suggester", "added_at"),
                "description": "Learners see what is published, unless its link is "
                "broken. What you change here stays until the file that it came from "
                "changes.",
            },
        ),
        ("Link", {"fields": ("found", "checked_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        rows: QuerySet[Resource] = super().get_queryset(request)
        return rows.prefetch_related("certifications").select_related("suggested_by")

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("support.moderate_resource")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What comes with the product would come back: it is declined instead."""
        if obj is not None and obj.source_fingerprint:
            return False
        return super().has_delete_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Resource, form: Any, change: bool
    ) -> None:
        was_shown = change and form.initial.get("status") == Resource.Status.PUBLISHED
        if not change:
            obj.slug = suggesting.free_slug(obj.title)
        if not was_shown and (not change or obj.status == Resource.Status.PUBLISHED):
            obj.added_at = timezone.now()
        if "url" in form.changed_data:
            obj.canonical_url = form.cleaned_data["canonical_url"]
            obj.forget_check()
        super().save_model(request, obj, form, change)

    # --- what is shown ----------------------------------------------------------------

    @display(description="Resource", ordering="title")
    def title_and_maker(self, resource: Resource) -> SafeString:
        return format_html("{}<br><small>{}</small>", resource.title, resource.by)

    @display(description="For")
    def names_of_certifications(self, resource: Resource) -> str:
        return ", ".join(one.short_name for one in resource.certifications.all())

    @display(
        description="Status",
        ordering="status",
        label={"Published": "success", "Suggested": "warning", "Declined": "danger"},
    )
    def state(self, resource: Resource) -> str:
        return resource.get_status_display()

    @display(description="Link", ordering="link")
    def link_state(self, resource: Resource) -> SafeString:
        words = resource.get_link_display()
        if resource.moved_to:
            return format_html("{}<br><small>to {}</small>", words, resource.moved_to)
        return format_html("{}<br><small>{}</small>", words, resource.link_note)

    @display(description="What the last check found")
    def found(self, resource: Resource) -> SafeString:
        words = resource.get_link_display()
        return format_html("{} {} {}", words, resource.link_note, resource.moved_to)

    @display(description="Suggested by")
    def suggester(self, resource: Resource) -> str:
        who = resource.suggested_by
        return who.display_name if who else "Nobody: it came with the product or staff."

    # --- actions ----------------------------------------------------------------------

    @admin.action(description="Publish", permissions=["moderate"])
    def publish(self, request: HttpRequest, rows: QuerySet[Resource]) -> None:
        n = suggesting.publish_resources(rows, now=timezone.now())
        self.message_user(request, f"Resources published: {n}.")

    @admin.action(description="Decline: hide from learners", permissions=["moderate"])
    def decline(self, request: HttpRequest, rows: QuerySet[Resource]) -> None:
        n = suggesting.decline_resources(rows)
        self.message_user(request, f"Resources declined: {n}.")

    @admin.action(description="Check the links now", permissions=["moderate"])
    def check_now(self, request: HttpRequest, rows: QuerySet[Resource]) -> None:
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:CHECKED_AT_ONCE])
        try:
            for start in range(0, len(ids), BATCH):
                part = ids[start : start + BATCH]
                tasks.check_resources.delay(ids=part, only_due=False)
        except OperationalError:
            note = "The workers cannot be reached now. Try again in a moment."
            self.message_user(request, note, messages.ERROR)
            return
        self.message_user(
            request, f"Links being opened: {len(ids)}. Reload the page in a minute."
        )

    @admin.action(
        description="Take over the addresses they moved to", permissions=["moderate"]
    )
    def take_over_moves(self, request: HttpRequest, rows: QuerySet[Resource]) -> None:
        done = [suggesting.take_over_move(row) for row in rows.order_by("pk")]
        self.message_user(request, f"Addresses taken over: {sum(done)}.")
        if left := len(done) - sum(done):
            note = "they moved nowhere, or another resource is there already."
            self.message_user(request, f"Left: {left}; {note}", messages.WARNING)
