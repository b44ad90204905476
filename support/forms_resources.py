"""What people send to the pages of the resources."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from exams.models import Certification
from support.addresses import LONGEST, BadAddress, read_address
from support.finding import CertificationName, Wanted
from support.models import Resource
from support.suggesting import known_resource

ANY = [("", "Any")]


class FilterForm(forms.Form):
    """What somebody looks for. Nothing is required; what is wrong is left out."""

    q = forms.CharField(required=False, max_length=100)
    certification = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False, choices=[*ANY, *Resource.Kind.choices])
    cost = forms.ChoiceField(required=False, choices=[*ANY, *Resource.Cost.choices])
    level = forms.ChoiceField(required=False, choices=[*ANY, *Resource.Level.choices])
    bookmarked = forms.BooleanField(required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=10_000)

    def __init__(
        self, *args: Any, certifications: Sequence[CertificationName], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.slug, one.short_name) for one in certifications]
        self.fields["certification"].choices = [*ANY, *choices]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return Wanted(**given)


class SuggestionForm(forms.Form):
    """A resource that a learner knows."""

    url = forms.CharField(
        label="Address",
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none"}),
        error_messages={"required": "Give the address of the page."},
    )
    title = forms.CharField(max_length=160, help_text="What its maker calls it.")
    by = forms.CharField(
        label="Made by", max_length=100, help_text="A person, a project or a company."
    )
    kind = forms.ChoiceField(choices=[("", "Choose one"), *Resource.Kind.choices])
    cost = forms.ChoiceField(choices=[("", "Choose one"), *Resource.Cost.choices])
    level = forms.ChoiceField(choices=[("", "Choose one"), *Resource.Level.choices])
    certifications = forms.ModelMultipleChoiceField(
        queryset=Certification.objects.order_by("position", "pk"),
        to_field_name="slug",
        label="Helps with",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one certification.",
            "invalid_choice": "There is no certification %(value)s.",
        },
    )
    description = forms.CharField(
        label="Why it helps",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One or two sentences of your own: what to use it for, and when.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["certifications"].label_from_instance = (  # type: ignore[attr-defined]
            lambda certification: certification.short_name
        )

    def clean_url(self) -> str:
        written: str = self.cleaned_data["url"]
        try:
            known = known_resource(written)
            url = read_address(written).url
        except BadAddress as reason:
            raise forms.ValidationError(str(reason), code="bad_address") from reason
        if known is not None:
            raise forms.ValidationError(where_it_is(known), code="known")
        return url

    def clean_description(self) -> str:
        return " ".join(self.cleaned_data["description"].split())


def where_it_is(known: Resource) -> SafeString | str:
    """Say where a resource is that somebody suggests again."""
    if known.status == Resource.Status.SUGGESTED:
        return "Somebody suggested it already; we are going to look at it."
    if known.status in (Resource.Status.DECLINED, Resource.Status.WITHDRAWN):
        return "We know it and decided not to list it."
    if known.link == Resource.Link.BROKEN:
        return "We list it, but its link does not work at the moment."
    return format_html(
        'We list it already: <a href="{}">{}</a>.',
        known.get_absolute_url(),
        known.title,
    )
