"""The form of a test: add many questions at once, and see whether they balance."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from exams.admin.ordering import OrderedForm
from exams.admin.versions import VersionedForm
from exams.ids import bounded_id
from exams.models import Domain, Question, Test
from exams.models import TestQuestion as Place

# Points that a domain's share of a test may differ from the vendor's weight.
TOLERANCE = 3


class PlaceForm(OrderedForm):
    class Meta:
        model = Place
        fields = ("position",)


class QuestionPicker(AutocompleteSelectMultiple):
    """Offers the questions that the test can take (``QuestionAdmin`` narrows them)."""

    test_id: int | None = None

    def get_url(self) -> str:
        return f"{super().get_url()}?test={self.test_id}"

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        # What is no id was refused already; looking it up would end in an error.
        known = [one for one in value if bounded_id(str(one)) is not None]
        return super().optgroups(name, known, attr)


class QuestionsField(forms.ModelMultipleChoiceField):
    def clean(self, value: Any) -> Any:
        """Refuse what no row can have as its id before SQLite stumbles over it."""
        for one in value or ():
            if bounded_id(str(one)) is None:
                message = self.error_messages["invalid_pk_value"]
                raise ValidationError(message, "invalid_pk_value", {"pk": one})
        return super().clean(value)


class TestForm(VersionedForm):
    __test__ = False

    version_of = "places"

    new_questions = QuestionsField(
        label="Add questions",
        queryset=Question.objects.all(),
        required=False,
        help_text="Type words of a question, choose it, go on typing. They are added "
        "to the end when you save.",
    )

    class Meta:
        model = Test
        fields = ("certification", "number", "title", "difficulty", "minutes")
        help_texts = {
            "number": "Its place on the page; it never changes. 0 is for the home "
            "page's samples: anybody may see their answers."
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "new_questions" not in self.fields:
            return  # Whoever may only look gets no fields.
        field: Any = self.fields["new_questions"]
        relation = Test._meta.get_field("questions")
        field.widget = QuestionPicker(relation, admin.site)
        field.widget.test_id = self.instance.pk
        # Tells the new widget, too, where its choices come from.
        field.queryset = Question.objects.filter(
            certification=self.instance.certification_id
        )

    def clean_new_questions(self) -> list[Question]:
        """Return the chosen questions in the order they were chosen in."""
        chosen = list(self.cleaned_data["new_questions"])
        if any(one.status == Question.Status.RETIRED for one in chosen):
            raise ValidationError("A retired question cannot be added to a test.")
        data: Any = self.data
        sent = data.getlist(self.add_prefix("new_questions"))
        return sorted(chosen, key=lambda question: sent.index(str(question.pk)))

    def append_new_questions(self) -> None:
        """Put the chosen questions after those that the test has."""
        places = Place.objects.filter(test=self.instance)
        there = set(places.values_list("question", flat=True))
        chosen = self.cleaned_data.get("new_questions") or []
        new = [question for question in chosen if question.pk not in there]
        Place.objects.bulk_create(
            Place(test=self.instance, question=question, position=position)
            for position, question in enumerate(new, start=len(there))
        )


@dataclass(frozen=True, slots=True)
class DomainShare:
    """A domain's questions in a test; shares and weights in percent."""

    domain: Domain
    n_questions: int
    share: int

    @property
    def gap(self) -> int:
        return abs(self.share - self.domain.weight)

    @property
    def is_off(self) -> bool:
        return self.gap > TOLERANCE


def balance_table(test: Test) -> SafeString:
    """Return each domain's share of the test beside its share of the exam."""
    domains = test.certification.domains.order_by("position").annotate(
        n=Count("questions__places", filter=Q(questions__places__test=test))
    )
    counts = {domain: domain.n for domain in domains}
    total = sum(counts.values())
    rows = [
        DomainShare(domain, n, round(100 * n / total) if total else 0)
        for domain, n in counts.items()
    ]
    context = {"rows": rows, "total": total}
    return render_to_string("exams/admin/_balance.html", context)
