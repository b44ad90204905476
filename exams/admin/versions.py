"""Two editors of one row: who saves what somebody else has changed is told, not obeyed.

The page carries the version it was made from. A save first locks the row and compares;
the lock holds until the transaction of the save ends, so of two saves at the same
moment one sees the other's.
"""

import hashlib
import json
from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

# What publishing and loading keep for themselves: no editor wrote it.
_BOOKKEEPING = {"created_at", "updated_at", "source_fingerprint", "current_release"}


class VersionField(forms.CharField):
    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False  # No change of the row's, and so not in its history.


class VersionedForm(forms.ModelForm):
    """``version_of`` names the rows that are edited on the same page."""

    version = VersionField(required=False)
    version_of: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.is_bound:
            self.initial["version"] = self._mark(self.instance)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk:
            self._compare(cleaned.get("version", ""))
        return cleaned

    def _compare(self, shown: str) -> None:
        """Lock the row; raise ValidationError unless it is what the page showed."""
        rows = type(self.instance)._default_manager
        locked = rows.select_for_update().filter(pk=self.instance.pk).first()
        if locked is None:
            raise ValidationError("Nothing was saved: it has been deleted.", "changed")
        seen_entry, _, seen = shown.partition(":")
        if seen != content_version(locked, self.version_of):
            raise ValidationError(_told(locked, seen_entry), code="changed")
        # A save writes every column: those that are not in the form as they are now,
        # not as they were when the request began.
        for field in locked._meta.concrete_fields:
            if field.name not in self.fields:
                setattr(self.instance, field.attname, getattr(locked, field.attname))

    def _mark(self, row: models.Model) -> str:
        last = _edits(row).values_list("pk", flat=True).first() or 0
        return f"{last}:{content_version(row, self.version_of)}"


def content_version(row: models.Model, related: str) -> str:
    """Return the SHA-256 of what editors wrote in a row and in its rows below."""
    below = getattr(row, related).order_by("position", "pk").values()
    content = [_content(type(row)._default_manager.filter(pk=row.pk).values()[0])]
    content += map(_content, below)
    text = json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _content(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in values.items()
        if name.removesuffix("_id") not in _BOOKKEEPING
    }


def _edits(row: models.Model) -> models.QuerySet[LogEntry]:
    """Return the row's entries in the log that a form made, the latest first."""
    # Forms log what changed as a list; a publication, say, logs a sentence.
    return LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        change_message__startswith="[{",
    ).order_by("-pk")


def _told(row: models.Model, seen_entry: str) -> SafeString:
    name = row._meta.verbose_name
    return format_html(
        "Nothing was saved: {}. What you wrote is still below. "
        '<a href="{}" target="_blank" rel="noopener">Open the {} as it is now (in a '
        "new tab)</a>, and put into it what you want to keep.",
        _who_and_when(row, seen_entry),
        reverse(f"admin:exams_{row._meta.model_name}_change", args=[row.pk]),
        name,
    )


def _who_and_when(row: models.Model, seen_entry: str) -> str:
    name = row._meta.verbose_name
    entry = _edits(row).select_related("user").first()
    if entry and entry.pk > (int(seen_entry) if _is_id(seen_entry) else 0):
        when = date_format(localtime(entry.action_time), "j F Y, H:i")
        return f"{entry.user} changed this {name} on {when}, after you had opened it"
    return (
        f"this {name} has changed since you opened it, by an action on the list or by "
        "loading its bank file"
    )


def _is_id(sent: str) -> bool:
    return sent.isdecimal() and len(sent) < 19
