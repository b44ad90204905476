"""Questions with their choices: finding, writing and proof-reading them."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import smart_split, unescape_string_literal
from unfold.admin import TabularInline
from unfold.decorators import action, display

from exams.admin.base import ContentAdmin, once
from exams.admin.changes import plain
from exams.admin.preview import preview_question
from exams.admin.question_forms import ChoiceForm, ChoiceFormSet, QuestionForm
from exams.entries import MAX_CHOICES
from exams.ids import bounded_id
from exams.markdown import render_block
from exams.models import Choice, Domain, Question, Release
from exams.models import TestQuestion as Place
from exams.publishing import question_problems

STATUS_LABELS = {"Draft": "warning", "Ready": "success", "Retired": "default"}
BLANK_ROWS = 4


class DomainFilter(admin.SimpleListFilter):
    """The domains of the certification that the list is filtered by."""

    title = "domain"
    parameter_name = "domain"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = bounded_id(request.GET.get("certification__id__exact", ""))
        if chosen is None:
            return []
        domains = Domain.objects.filter(certification=chosen).order_by("position")
        return [(str(domain.pk), str(domain)) for domain in domains]

    def queryset(
        self, request: HttpRequest, questions: QuerySet[Question]
    ) -> QuerySet[Question]:
        domain = bounded_id(self.value() or "")
        return questions if domain is None else questions.filter(domain=domain)


class UseFilter(admin.SimpleListFilter):
    title = "use"
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("used", "In a test"), ("free", "In no test")]

    def queryset(
        self, request: HttpRequest, questions: QuerySet[Question]
    ) -> QuerySet[Question]:
        if self.value() not in {"used", "free"}:
            return questions
        return questions.filter(places__isnull=self.value() == "free")


class ChoiceInline(TabularInline):
    model = Choice
    form = ChoiceForm
    formset = ChoiceFormSet
    fields = ("position", "text", "is_correct", "why", "is_last")
    ordering = ("position",)
    ordering_field = "position"
    max_num = MAX_CHOICES
    hide_title = True
    verbose_name_plural = "Choices (learners see them shuffled)"

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj else BLANK_ROWS


@admin.register(Question)
class QuestionAdmin(ContentAdmin):
    form = QuestionForm
    inlines = (ChoiceInline,)
    list_display = (
        "words",
        "certification_name",
        "domain",
        "short_kind",
        "state",
        "uses",
    )
    list_filter = ("certification", DomainFilter, "kind", "status", UseFilter)
    list_select_related = ("certification", "domain")
    list_per_page = 50
    ordering = ("certification__position", "pk")
    show_full_result_count = False
    # What is searched stands in get_search_results; this turns the search box on.
    search_fields = ("stem",)
    search_help_text = "Words of the stem, the explanation or the choices, or the id."
    readonly_fields = ("used_in", "updated_at")
    actions = ("mark_ready", "retire")
    actions_detail = ("preview",)
    text_rows = {"stem": 7, "explanation": 6, "tip": 2}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("certification", "domain"),
                    ("kind", "scoring", "status"),
                    "stem",
                )
            },
        ),
        (
            "After the answer",
            {
                "fields": (
                    "explanation",
                    "tip",
                    ("reference_title", "reference_url"),
                )
            },
        ),
    )

    # --- reading ----------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return super().get_queryset(request).annotate(n_places=Count("places"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Question], search_term: str
    ) -> tuple[QuerySet[Question], bool]:
        """Every word must be somewhere in the question: stem, explanation, choices."""
        for bit in smart_split(search_term):
            is_phrase = (
                bit.startswith(("'", '"')) and bit[0] == bit[-1] and len(bit) > 1
            )
            word = unescape_string_literal(bit) if is_phrase else bit
            choices = Choice.objects.filter(
                Q(text__icontains=word) | Q(why__icontains=word),
                question=OuterRef("pk"),
            )
            queryset = queryset.filter(
                Q(stem__icontains=word)
                | Q(explanation__icontains=word)
                | Q(slug__icontains=word)
                | Exists(choices)
            )
        return self._offered_to_test(request, queryset), False

    def _offered_to_test(
        self, request: HttpRequest, questions: QuerySet[Question]
    ) -> QuerySet[Question]:
        """Narrow what the autocomplete of a test offers to what the test can take."""
        match = request.resolver_match
        if match is None or match.url_name != "autocomplete":
            return questions
        test = bounded_id(request.GET.get("test", ""))
        if test is not None:
            taken = Place.objects.filter(test=test).values("question")
            questions = questions.filter(certification__tests=test).exclude(
                Q(pk__in=taken) | Q(status=Question.Status.RETIRED)
            )
        return questions.select_related("certification", "domain")

    @display(description="Question", ordering="stem")
    def words(self, question: Question) -> str:
        return plain(render_block(question.stem), length=110)

    @display(description="Certification", ordering="certification__position")
    def certification_name(self, question: Question) -> str:
        return question.certification.short_name

    @display(description="Kind", ordering="kind")
    def short_kind(self, question: Question) -> str:
        return question.kind.capitalize()

    @display(description="Status", ordering="status", label=STATUS_LABELS)
    def state(self, question: Question) -> str:
        return question.get_status_display()

    @display(description="Tests", ordering="n_places")
    def uses(self, question: Any) -> int:
        return question.n_places

    @display(description="In tests")
    @once
    def used_in(self, question: Question) -> SafeString | str:
        places = question.places.select_related("test__certification")
        links = [
            (
                reverse("admin:exams_test_change", args=[p.test_id]),
                p.test,
                p.position + 1,
            )
            for p in places
        ]
        if not links:
            return "None yet"
        joined = format_html_join(", ", '<a href="{}">{}</a> (place {})', links)
        return format_html(
            "{}. Learners see a change when the test is published.", joined
        )

    # --- the form ---------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        known = ("used_in", "updated_at") if obj else ()
        return (*self.fieldsets, ("In the bank", {"fields": ("slug", *known)}))

    def get_readonly_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> tuple[str, ...]:
        # A question stays where its tests are, and under the name its bank knows.
        fixed = ("certification", "slug") if obj else ()
        return (*self.readonly_fields, *fixed)

    def has_delete_permission(
        self, request: HttpRequest, obj: Question | None = None
    ) -> bool:
        """What releases may hold is retired: they name questions by their ids."""
        if not super().has_delete_permission(request, obj):
            return False
        if obj is None:
            return True
        tests = {"test__certification": obj.certification_id}
        return not Release.objects.filter(**tests).exists()

    def response_add(
        self, request: HttpRequest, obj: Question, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The next new question is mostly one of the same domain."""
        response = super().response_add(request, obj, post_url_continue)
        if "_addanother" in request.POST:
            same = {"certification": obj.certification_id, "domain": obj.domain_id}
            response["Location"] = f"{request.path}?{urlencode(same)}"
        return response

    # --- actions ----------------------------------------------------------------------

    @action(
        description="Preview",
        url_path="preview",
        permissions=["view"],
        icon="visibility",
    )
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        question = self.get_object(request, object_id)
        if question is None:
            raise Http404
        return preview_question(request, question)

    @admin.action(description="Mark as ready", permissions=["change"])
    def mark_ready(self, request: HttpRequest, questions: QuerySet[Question]) -> None:
        ready = []
        for question in questions.prefetch_related(
            Prefetch("choices", Choice.objects.order_by("position"))
        ):
            question.status = Question.Status.READY
            problems = question_problems(question)
            for problem in problems:
                self.message_user(request, problem, "error")
            if not problems:
                ready.append(question.pk)
        number = Question.objects.filter(pk__in=ready).update(
            status=Question.Status.READY
        )
        self.message_user(request, f"Questions marked as ready: {number}.")

    @admin.action(description="Retire", permissions=["change"])
    def retire(self, request: HttpRequest, questions: QuerySet[Question]) -> None:
        chosen = list(questions.values_list("pk", flat=True))
        number = Question.objects.filter(pk__in=chosen).update(
            status=Question.Status.RETIRED
        )
        self.message_user(
            request,
            f"Questions retired: {number}. A test that lists one cannot be published "
            "until it is taken out.",
        )
