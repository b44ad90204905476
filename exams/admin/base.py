"""What the pages of the exams' back office have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin

Shown = TypeVar("Shown")


def once(method: Callable[[Any, Any], Shown]) -> Callable[[Any, Any], Shown]:
    """Work a field out once per row: unfold asks for it five times on a page."""
    name = f"_shown_{method.__name__}"

    @wraps(method)
    def inner(self: Any, row: Any) -> Shown:
        if name not in row.__dict__:
            row.__dict__[name] = method(self, row)
        shown: Shown = row.__dict__[name]
        return shown

    return inner


class ContentAdmin(ModelAdmin):
    """What editors write in. ``text_rows``: how many lines a text begins with."""

    text_rows: ClassVar[dict[str, int]] = {}
    warn_unsaved_form = True
    compressed_fields = False

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if rows := self.text_rows.get(db_field.name):
            field.widget.attrs["rows"] = rows
        return field


class ReadOnlyAdmin(ModelAdmin):
    """What is looked at and never changed here."""

    actions = None
    compressed_fields = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
