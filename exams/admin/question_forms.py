"""The form of a question: all of it is right, or nothing is saved."""

from collections import Counter
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.utils.text import slugify
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from exams.admin.ordering import OrderedForm, OrderedFormSet
from exams.admin.versions import VersionedForm
from exams.entries import MAX_CHOICES
from exams.models import Choice, Domain, Question

MIN_CHOICES = 2
SLUG_WORDS = 8


class DomainsByCertification(ModelChoiceIterator):
    """Domains under the heading of their certification."""

    def __iter__(self) -> Any:
        yield "", self.field.empty_label
        groups: dict[str, list[Any]] = {}
        for domain in self.queryset:
            heading = domain.certification.short_name
            groups.setdefault(heading, []).append(self.choice(domain))
        yield from groups.items()


class DomainField(forms.ModelChoiceField):
    iterator = DomainsByCertification

    def __init__(self, **kwargs: Any) -> None:
        domains = Domain.objects.select_related("certification")
        super().__init__(
            domains.order_by("certification__position", "position"),
            widget=UnfoldAdminSelectWidget,
            empty_label="Select value",
            **kwargs,
        )


class QuestionForm(VersionedForm):
    version_of = "choices"

    domain = DomainField(help_text="One of the certification's own.")
    slug = forms.SlugField(
        label="Id in the bank",
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Its name in the bank file; it stays when the wording changes. "
        "Left empty, it is made from the stem.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "domain" in self.fields:
            field: Any = self.fields["domain"]
            own = {"certification": self.instance.certification_id}
            field.queryset = field.queryset.filter(**own)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        certification, stem = cleaned.get("certification"), cleaned.get("stem")
        if "slug" in self.fields and not cleaned.get("slug") and certification and stem:
            taken = set(certification.questions.values_list("slug", flat=True))
            cleaned["slug"] = free_slug(stem, taken=taken)
        return cleaned


def free_slug(stem: str, *, taken: set[str]) -> str:
    """Return a slug of the stem's first words that no other question has."""
    words = slugify(stem).split("-")[:SLUG_WORDS]
    base = "-".join(words)[:70].strip("-") or "question"
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


class ChoiceForm(OrderedForm):
    text = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="One line; `code`, **strong** and *emphasis* work.",
        error_messages={"required": "Write what the choice says."},
    )

    class Meta:
        model = Choice
        fields = ("position", "text", "is_correct", "why", "is_last")
        widgets = {"why": UnfoldAdminTextareaWidget(attrs={"rows": 3})}
        error_messages = {
            "why": {"required": "Say why this choice is right, or wrong."},
        }

    def clean_text(self) -> str:
        return " ".join(self.cleaned_data["text"].split())


class ChoiceFormSet(OrderedFormSet):
    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return  # First things first: the rows themselves.
        rows = [form.cleaned_data for form in self.kept_forms()]
        problems = choice_problems(self.instance.kind, rows)
        if problems:
            raise ValidationError(problems)


def choice_problems(kind: str, rows: list[dict[str, Any]]) -> list[str]:
    """Say in an editor's words what is wrong with the choices as a whole.

    The rules are those of ``exams/publishing.py``; a test holds the two together.
    """
    problems = []
    right = sum(row["is_correct"] for row in rows)
    if not MIN_CHOICES <= len(rows) <= MAX_CHOICES:
        problems.append(
            f"A question has {MIN_CHOICES} to {MAX_CHOICES} choices; this one has "
            f"{len(rows)}."
        )
    if kind == Question.Kind.SINGLE and right != 1:
        problems.append(
            f"Mark exactly one choice as right; {right or 'none'} "
            f"{'are' if right > 1 else 'is'} marked. (Or make it a question with "
            "several right choices.)"
        )
    if kind == Question.Kind.MULTIPLE and not 2 <= right < len(rows):
        problems.append(
            "Mark two or more choices as right and leave at least one wrong; "
            f"{right or 'none'} of {len(rows)} {'is' if right < 2 else 'are'} marked."
        )
    texts = Counter(" ".join(row["text"].split()) for row in rows)
    problems += [
        f"Two choices say the same: {text}" for text, n in texts.items() if n > 1
    ]
    return problems
