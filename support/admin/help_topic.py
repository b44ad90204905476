"""Help topics: written, looked at as learners see them, and published."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from exams.admin.base import ContentAdmin
from support.admin.rights import may_answer
from support.admin.words import link
from support.markup import topic_html
from support.models import HelpTopic


@admin.register(HelpTopic)
class HelpTopicAdmin(ContentAdmin):
    list_display = ("title", "kind", "topic", "certification", "state", "updated_at")
    list_filter = ("is_published", "kind", "topic", "certification")
    list_select_related = ("certification",)
    list_per_page = 50
    search_fields = ("title", "words", "text")
    search_help_text = "Words of the title, the other words or the text."
    show_facets = admin.ShowFacets.NEVER
    prepopulated_fields: ClassVar[Any] = {"slug": ("title",)}
    text_rows: ClassVar[dict[str, int]] = {"text": 16}
    actions_detail = ("preview",)
    view_on_site = False  # A draft has no page yet; the preview shows both.

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown: list[Any] = [
            "title",
            "text",
            ("topic", "certification"),
            ("kind", "position"),
            "words",
            "slug",
            "is_published",
        ]
        if obj is not None and may_answer(request):
            shown.append("came_from")
        return [(None, {"fields": shown})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("came_from",) if obj is not None and may_answer(request) else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # An address that is known stays, whatever becomes of the title.
        return {} if obj is not None else self.prepopulated_fields

    @display(description="State", label={"Published": "success", "Draft": "warning"})
    def state(self, topic: HelpTopic) -> str:
        return "Published" if topic.is_published else "Draft"

    @display(description="Made of an answer in")
    def came_from(self, topic: HelpTopic) -> SafeString | str:
        number = topic.thread_id
        return link("support_thread", number, f"Thread #{number}")

    @action(
        description="Preview",
        url_path="preview",
        permissions=["view"],
        icon="visibility",
    )
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the topic on the learners' page, under the learners' policy."""
        topic = self.get_object(request, object_id)
        if topic is None:
            raise Http404("There is no such topic.")
        context = {"topic": topic, "text": topic_html(topic), "related": []}
        response = render(request, "support/help_topic.html", context)
        response._csp_replace = {}  # type: ignore[attr-defined]
        return response
