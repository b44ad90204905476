"""Inline rows that have an order which the database keeps unique.

Editors see places from 1 and may type a place, drag a row, add and remove; whatever
they send, the rows end up as 0, 1, 2 and so on. Django's own formset cannot swap two
rows of a unique column: it would write the first while the second still holds its
place. Here all rows first step aside, within the transaction of the save.
"""

from typing import Any

from django import forms
from django.db import models
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminIntegerFieldWidget

_ASIDE = 10_000  # more than any list is long, less than a small integer holds
_END = float("inf")


class OrderedForm(forms.ModelForm):
    position = forms.IntegerField(
        label="Place",
        required=False,
        min_value=0,
        widget=UnfoldAdminIntegerFieldWidget,
        error_messages={"min_value": "Places count from 1."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_new = self.instance._state.adding
        self.place = _END if is_new else self.instance.position + 1
        self.initial["position"] = None if is_new else self.place

    def _get_validation_exclusions(self) -> set[str]:
        # The formset numbers the rows itself, so no place can be taken twice.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | {"position"}

    def sort_key(self) -> tuple[float, int]:
        """Order by the place asked for; who moves there comes past who is there."""
        wanted = self.cleaned_data.get("position")
        if wanted is None:
            wanted = _END
        return wanted, (wanted > self.place) - (wanted < self.place)


class OrderedFormSet(PaginationInlineFormSet):
    def kept_forms(self) -> list[OrderedForm]:
        """Return the forms of the rows that stay or come, in their order."""
        gone = self.deleted_forms
        kept = [
            form
            for form in self.forms
            if form not in gone and (form.instance.pk or form.has_changed())
        ]
        return sorted(kept, key=lambda form: form.sort_key())

    def save(self, commit: bool = True) -> list[models.Model]:
        if not commit or not self.has_changed():
            return super().save(commit)
        # Two editors of one list take turns.
        parent = type(self.instance)._default_manager
        parent.select_for_update().get(pk=self.instance.pk)
        rows = self.model._default_manager.filter(**{self.fk.name: self.instance})
        rows.update(position=models.F("position") + _ASIDE)
        for place, form in enumerate(self.kept_forms()):
            form.instance.position = place
        saved = super().save(commit)
        self._bring_back(rows)
        return saved

    def _bring_back(self, rows: models.QuerySet[Any]) -> None:
        """Give a place to the rows that were not written: unchanged, or new to us."""
        places = {
            form.instance.pk: form.instance.position for form in self.kept_forms()
        }
        aside = list(rows.filter(position__gte=_ASIDE).order_by("position"))
        for row in aside:
            row.position = places.setdefault(row.pk, len(places))
        self.model._default_manager.bulk_update(aside, ["position"])
