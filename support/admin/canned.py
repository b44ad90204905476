"""Canned replies: written here, chosen at the desk."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Case, Value, When

from exams.admin.base import ContentAdmin
from support.canned import PLACEHOLDERS, filled, unknown_placeholders
from support.models import CannedReply, Thread


@dataclass(frozen=True, slots=True)
class Offered:
    """A canned reply with its placeholders filled in for one thread."""

    pk: int
    title: str
    text: str


def offered_replies(thread: Thread, *, agent: Any) -> list[Offered]:
    """Return the replies that are offered, those on the thread's topic first."""
    certification = thread.certification
    values = {
        "learner": thread.learner.display_name,
        "agent": agent.display_name,
        "certification": certification.short_name if certification else "your exam",
        "thread": f"#{thread.pk}",
    }
    fits = Case(When(topic=thread.topic, then=Value(0)), default=Value(1))
    replies = CannedReply.objects.filter(
        is_active=True, topic__in=[thread.topic, ""]
    ).order_by(fits, "position", "title")
    return [Offered(one.pk, one.title, filled(one.text, values)) for one in replies]


class CannedReplyForm(forms.ModelForm):
    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if unknown := unknown_placeholders(text):
            names = ", ".join(f"{{{{{name}}}}}" for name in unknown)
            known = ", ".join(f"{{{{{name}}}}}" for name in PLACEHOLDERS)
            raise ValidationError(
                f"Nothing can be filled in for {names}. These can be: {known}.",
                code="unknown_placeholder",
            )
        return text


@admin.register(CannedReply)
class CannedReplyAdmin(ContentAdmin):
    form = CannedReplyForm
    list_display = ("title", "topic", "is_active", "position")
    list_filter = ("topic", "is_active")
    search_fields = ("title", "text")
    search_help_text = "Words of the title or the text."
    fields: ClassVar[Any] = ("title", "text", ("topic", "position"), "is_active")
    text_rows: ClassVar[dict[str, int]] = {"text": 8}
    show_facets = admin.ShowFacets.NEVER
