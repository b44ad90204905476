"""Releases: what went out when. They never change, so they are only looked at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from unfold.decorators import action, display

from exams.admin.base import ReadOnlyAdmin
from exams.admin.preview import preview_test
from exams.models import Release


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    list_display = (
        "name",
        "question_count",
        "minutes",
        "published_at",
        "published_by",
        "is_current",
    )
    list_filter = ("test__certification", "published_at")
    list_select_related = ("test__certification", "published_by")
    search_fields = ("test__title", "test__certification__short_name")
    ordering = ("-published_at", "-pk")
    show_full_result_count = False
    actions_detail = ("preview",)
    fields = (
        ("test", "number"),
        ("question_count", "minutes"),
        ("published_at", "published_by"),
        "is_current",
    )
    readonly_fields = ("is_current",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Release]:
        releases: QuerySet[Release] = super().get_queryset(request).without_content()
        return releases

    @display(description="Release", ordering="number")
    def name(self, release: Release) -> str:
        return str(release)

    @display(description="What learners start now", boolean=True)
    def is_current(self, release: Release) -> bool:
        return release.test.current_release_id == release.pk

    @action(
        description="Preview",
        url_path="preview",
        permissions=["view"],
        icon="visibility",
    )
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        release: Any = self.get_object(request, object_id)
        if release is None:
            raise Http404
        return preview_test(request, release.test, release)
