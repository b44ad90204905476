"""Reading one mapping of a bank file field by field; every problem is noted."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from exams.bank.problems import Notebook, english_list, shown

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# What no keyboard puts into a text: control characters and halves of characters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_URL_PARTS = re.compile(r"[!-;=?-~]+")  # printable ASCII without space, < and >
LONGEST_TEXT = 4_000


class Record:
    """A mapping with known fields, at a place that its messages name."""

    def __init__(
        self, data: Any, *, place: str, notebook: Notebook, fields: Sequence[str]
    ) -> None:
        self.place = place
        self.notebook = notebook
        self.is_mapping = isinstance(data, dict)
        self._data: dict[Any, Any] = data if isinstance(data, dict) else {}
        self._meant: set[str] = set()
        if not self.is_mapping:
            listed = ", ".join(fields)
            self.note("", f"expected a mapping ({listed}), found {shown(data)}.")
        self._refuse_unknown(fields)

    def note(self, name: str, message: str) -> None:
        place = ", ".join(part for part in (self.place, name) if part)
        self.notebook.note(place, message)

    def _refuse_unknown(self, fields: Sequence[str]) -> None:
        """Name fields nobody reads; a near miss excuses the field that was meant."""
        absent = [name for name in fields if name not in self._data]
        for name in self._data:
            if name in fields:
                continue
            near = get_close_matches(str(name), absent, n=1)
            self._meant.update(near)
            hint = (
                f"did you mean {near[0]}?" if near else f"known: {', '.join(fields)}."
            )
            self.note("", f"unknown field {shown(str(name))}; {hint}")

    def _value(self, name: str, expected: str) -> Any:
        """Return the field's value; note that it is missing and return None."""
        value = self._data.get(name)
        if value is None and self.is_mapping and name not in self._meant:
            self.note(name, f"expected {expected}, found nothing.")
        return value

    def _has(self, name: str) -> bool:
        return self._data.get(name) is not None

    def text(self, name: str, *, longest: int = LONGEST_TEXT) -> str:
        value = self._value(name, "text")
        if value is None:
            return ""
        if not isinstance(value, str):
            hint = "" if isinstance(value, dict | list) else "; put it in quotes"
            self.note(name, f"expected text, found {shown(value)}{hint}.")
            return ""
        text = value.strip()
        if not text:
            self.note(name, "expected text, found an empty one.")
        elif len(text) > longest:
            self.note(
                name, f"expected at most {longest:,} characters, found {len(text):,}."
            )
        elif _UNPRINTABLE.search(text):
            self.note(name, "expected printable text, found a control character.")
        return text

    def line(self, name: str, *, longest: int) -> str:
        text = self.text(name, longest=longest)
        if "\n" in text:
            self.note(name, "expected one line, found several.")
        return text

    def optional_text(self, name: str, *, longest: int = LONGEST_TEXT) -> str:
        return self.text(name, longest=longest) if self._has(name) else ""

    def slug(self, name: str, *, longest: int) -> str:
        expected = "lower-case words with hyphens between"
        value = self._value(name, expected)
        if value is None:
            return ""
        if not isinstance(value, str) or not _SLUG.fullmatch(value):
            self.note(name, f"expected {expected}, found {shown(value)}.")
            return ""
        if len(value) > longest:
            self.note(
                name, f"expected at most {longest} characters, found {len(value)}."
            )
        return value

    def whole(self, name: str, low: int, high: int) -> int:
        """Return a whole number in the range; ``low`` when it is none."""
        expected = f"a whole number from {low} to {high}"
        value = self._value(name, expected)
        if value is None:
            return low
        # YAML's true is Python's 1.
        if isinstance(value, bool) or not isinstance(value, int):
            self.note(name, f"expected {expected}, found {shown(value)}.")
            return low
        if not low <= value <= high:
            self.note(name, f"expected {expected}, found {shown(value)}.")
            return low
        return value

    def one_of(
        self, name: str, allowed: Sequence[str], *, default: str | None = None
    ) -> str:
        """Return one of the allowed words; an empty one when it is none of them."""
        if default is not None and not self._has(name):
            return default
        expected = english_list(allowed)
        value = self._value(name, expected)
        if value is None:
            return ""
        if value not in allowed:
            self.note(name, f"expected {expected}, found {shown(value)}.")
            return ""
        return str(value)

    def flag(self, name: str) -> bool:
        """Return true or false; false when the field is not there."""
        value = self._data.get(name, False)
        if not isinstance(value, bool):
            self.note(name, f"expected true or false, found {shown(value)}.")
            return False
        return value

    def day(self, name: str) -> date | None:
        """Return a date; None when the field is null or not there."""
        value = self._data.get(name)
        if value is not None and (
            not isinstance(value, date) or isinstance(value, datetime)
        ):
            self.note(
                name, f"expected a date such as 2027-01-31, found {shown(value)}."
            )
            return None
        return value

    def url(self, name: str, *, longest: int) -> str:
        value = self.line(name, longest=longest)
        if value and not _is_https(value):
            self.note(name, f"expected an https address, found {shown(value)}.")
        return value

    def record(self, name: str, fields: Sequence[str]) -> "Record | None":
        """Return a mapping inside this one; None when it is missing."""
        value = self._value(name, f"a mapping ({', '.join(fields)})")
        if value is None:
            return None
        place = ", ".join(part for part in (self.place, name) if part)
        return Record(value, place=place, notebook=self.notebook, fields=fields)

    def items(self, name: str, *, of: str) -> Iterator[Any]:
        """Yield the items of a list; note when it is none, or empty."""
        value = self._value(name, f"a list of {of}")
        if value is None:
            return
        if not isinstance(value, list) or not value:
            found = "an empty one" if value == [] else shown(value)
            self.note(name, f"expected a list of {of}, found {found}.")
            return
        yield from value


def _is_https(text: str) -> bool:
    if not _URL_PARTS.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    return (
        parts.scheme == "https" and "." in host.strip(".") and "@" not in parts.netloc
    )
