"""Certifications with their domains."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display

from exams.admin.base import ContentAdmin
from exams.admin.ordering import OrderedForm, OrderedFormSet
from exams.models import Certification, Domain, Question, Test
from exams.publishing import released_ids

WHOLE = 100


class DomainForm(OrderedForm):
    class Meta:
        model = Domain
        fields = ("position", "code", "name", "slug", "weight")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Bank files name a domain by its slug.
        if not self.instance._state.adding and "slug" in self.fields:
            self.fields["slug"].disabled = True


class DomainFormSet(OrderedFormSet):
    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form.cleaned_data["weight"] for form in self.kept_forms()]
        if not kept:
            raise ValidationError("Add the exam's domains with their weights.")
        if sum(kept) != WHOLE:
            raise ValidationError(
                f"The weights add up to {sum(kept)} percent; together they must be "
                f"{WHOLE}."
            )
        self._keep_released()

    def _keep_released(self) -> None:
        gone = {form.instance.pk: form.instance for form in self.deleted_forms}
        if not gone:
            return
        kept = gone.keys() & released_ids(self.instance, "domain")
        problems = [
            f"{gone[pk]} cannot be deleted: a release counts results under it. Its "
            "name, code and weight may change."
            for pk in sorted(kept)
        ]
        if problems:
            raise ValidationError(problems)


class DomainInline(TabularInline):
    model = Domain
    form = DomainForm
    formset = DomainFormSet
    prepopulated_fields = {"slug": ("name",)}
    ordering = ("position", "pk")
    ordering_field = "position"
    extra = 0
    hide_title = True
    verbose_name_plural = "Domains (their weights must add up to 100)"


def _count(rows: QuerySet[Any]) -> Coalesce:
    """Count rows of one certification in a query of its own: joins would multiply."""
    own = rows.filter(certification=OuterRef("pk")).order_by().values("certification")
    return Coalesce(Subquery(own.annotate(n=Count("pk")).values("n")), 0)


@admin.register(Certification)
class CertificationAdmin(ContentAdmin):
    list_display = (
        "short_name",
        "exam_code",
        "vendor",
        "domains",
        "question_count",
        "test_count",
        "retires_on",
    )
    list_filter = ("vendor",)
    search_fields = ("name", "short_name", "exam_code", "vendor")
    ordering = ("position", "pk")
    inlines = (DomainInline,)
    text_rows = {"summary": 3}
    readonly_fields = ("weight_sum",)
    fieldsets = (
        (None, {"fields": (("name", "short_name"), ("slug", "position"), "summary")}),
        (
            "The real exam",
            {
                "fields": (
                    ("vendor", "exam_code"),
                    ("exam_minutes", "exam_questions"),
                    ("pass_percent", "pass_mark"),
                    ("source", "retires_on"),
                    "weight_sum",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Certification]:
        weights = Domain.objects.filter(certification=OuterRef("pk")).order_by()
        return (
            super()
            .get_queryset(request)
            .annotate(
                n_domains=_count(Domain.objects.all()),
                n_weight=Subquery(
                    weights.values("certification")
                    .annotate(n=Sum("weight"))
                    .values("n")
                ),
                n_questions=_count(
                    Question.objects.exclude(status=Question.Status.RETIRED)
                ),
                n_tests=_count(Test.objects.filter(number__gt=Test.SAMPLES)),
                n_published=_count(Test.objects.published()),
            )
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> tuple[str, ...]:
        # Addresses and bank files name a certification by its slug.
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> dict[str, Any]:
        return {} if obj else {"slug": ("short_name",)}

    @display(description="Domains", ordering="n_domains")
    def domains(self, certification: Any) -> str:
        number, weight = certification.n_domains, certification.n_weight or 0
        return str(number) if weight == WHOLE else f"{number} (weights: {weight} %)"

    @display(description="Questions", ordering="n_questions")
    def question_count(self, certification: Any) -> int:
        return certification.n_questions

    @display(description="Tests", ordering="n_tests")
    def test_count(self, certification: Any) -> str:
        return f"{certification.n_published} of {certification.n_tests} published"

    @display(description="Sum of the domains' weights")
    def weight_sum(self, certification: Certification) -> str:
        weight = getattr(certification, "n_weight", None) or 0
        return f"{weight} %" if weight == WHOLE else f"{weight} %: it must be {WHOLE}"
