"""Tests: which questions in which order, how the draft looks, and publishing it."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.views import ChangeList

from accounts.http import LearnerRequest
from exams.admin.base import ContentAdmin, once
from exams.admin.drafts import DraftState, draft_states
from exams.admin.ordering import OrderedFormSet
from exams.admin.preview import preview_test
from exams.admin.publish import publish_page
from exams.admin.question import STATUS_LABELS
from exams.admin.test_forms import PlaceForm, TestForm, balance_table
from exams.models import Release, Test
from exams.models import TestQuestion as Place

STATE_LABELS = {
    DraftState.NEVER.label: "default",
    DraftState.SAME.label: "success",
    DraftState.CHANGED.label: "warning",
}


class PublishedFilter(admin.SimpleListFilter):
    title = "publication"
    parameter_name = "published"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Published"), ("no", "Never published")]

    def queryset(self, request: HttpRequest, tests: QuerySet[Test]) -> QuerySet[Test]:
        if self.value() not in {"yes", "no"}:
            return tests
        return tests.filter(current_release__isnull=self.value() == "no")


class TestChangeList(ChangeList):
    """Adds each test's draft state to the rows of the page, all in two queries."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        tests = list(self.result_list)
        for test, state in zip(tests, draft_states(tests).values(), strict=True):
            test.draft_state = state
        self.result_list = tests


class PlaceInline(TabularInline):
    model = Place
    form = PlaceForm
    formset = OrderedFormSet
    fields = ("position", "words", "domain", "kind", "state")
    readonly_fields = ("words", "domain", "kind", "state")
    ordering = ("position",)
    ordering_field = "position"
    hide_title = True
    extra = 0
    verbose_name_plural = "Questions in order"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # The field above the list adds many at once.

    def get_queryset(self, request: HttpRequest) -> QuerySet[Place]:
        return super().get_queryset(request).select_related("question__domain")

    @display(description="Question")
    def words(self, place: Place) -> SafeString:
        url = reverse("admin:exams_question_change", args=[place.question_id])
        return format_html('<a href="{}">{}</a>', url, place.question)

    @display(description="Domain")
    def domain(self, place: Place) -> str:
        return str(place.question.domain)

    @display(description="Kind")
    def kind(self, place: Place) -> str:
        return place.question.get_kind_display()

    @display(description="Status", label=STATUS_LABELS)
    def state(self, place: Place) -> str:
        return place.question.get_status_display()


@admin.register(Test)
class TestAdmin(ContentAdmin):
    form = TestForm
    inlines = (PlaceInline,)
    list_display = ("name", "title", "difficulty", "question_count", "state", "release")
    list_display_links = ("name", "title")
    list_filter = ("certification", PublishedFilter, "difficulty")
    list_per_page = 20
    search_fields = ("title", "certification__short_name", "certification__name")
    ordering = ("certification__position", "number")
    actions_detail = ("preview", "publish")
    readonly_fields = ("state", "release", "balance")
    change_fieldsets = (
        (None, {"fields": (("state", "release"),)}),
        (
            "About the test",
            {
                "fields": (
                    ("certification", "number"),
                    ("title", "difficulty", "minutes"),
                    "balance",
                )
            },
        ),
        ("Questions", {"fields": ("new_questions",)}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    ("certification", "number"),
                    ("title", "difficulty", "minutes"),
                ),
                "description": "Save it, then add its questions.",
            },
        ),
    )

    # --- reading ----------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TestChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Test]:
        tests: QuerySet[Test] = super().get_queryset(request).with_release_facts()
        return tests.annotate(n_questions=Count("places"))

    @display(description="Test", ordering="certification__position")
    def name(self, test: Test) -> str:
        return str(test)

    @display(description="Questions", ordering="n_questions")
    def question_count(self, test: Any) -> int:
        return test.n_questions

    @display(description="State", label=STATE_LABELS)
    @once
    def state(self, test: Test) -> str:
        state = getattr(test, "draft_state", None) or draft_states([test])[test.pk]
        return str(state.label)

    @display(description="Current release")
    def release(self, test: Test) -> str:
        release = test.current_release
        return release_words(release) if release else "None: learners do not see it"

    @display(description="Domains")
    @once
    def balance(self, test: Test) -> SafeString:
        return balance_table(test)

    # --- the form ---------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.change_fieldsets if obj else self.add_fieldsets

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def get_readonly_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> tuple[str, ...]:
        # Its questions are of this certification; the number is in addresses and in
        # the name of its bank file, and says whether the keys are public (0).
        fixed = ("certification", "number") if obj else ()
        return (*self.readonly_fields, *fixed)

    def response_add(
        self, request: HttpRequest, obj: Test, post_url_continue: str | None = None
    ) -> HttpResponse:
        """After "Save" a new test goes on to its questions."""
        if "_addanother" not in request.POST and "_popup" not in request.POST:
            sent = request.POST.copy()
            sent["_continue"] = "1"
            request.POST = sent  # type: ignore[assignment]
        return super().response_add(request, obj, post_url_continue)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        form.append_new_questions()

    # --- actions ----------------------------------------------------------------------

    def has_publish_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        return request.user.has_perm("exams.publish_test")

    def _test(self, request: HttpRequest, object_id: str) -> Test:
        test = self.get_object(request, object_id)
        if test is None:
            raise Http404
        return test

    @action(
        description="Preview",
        url_path="preview",
        permissions=["view"],
        icon="visibility",
    )
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return preview_test(request, self._test(request, object_id))

    @action(
        description="Publish",
        url_path="publish",
        permissions=["publish"],
        icon="rocket_launch",
        variant="primary",
    )
    def publish(self, request: LearnerRequest, object_id: str) -> HttpResponse:
        return publish_page(self, request, self._test(request, object_id))


def release_words(release: Release) -> str:
    when = date_format(localtime(release.published_at), "j M Y, H:i")
    return f"Release {release.number}, {when}"
