"""A text column that gives back exactly what was put into it."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

# PostgreSQL's text holds every character but U+0000. People paste such things too, so
# it is written as an escape, and the escape character itself twice.
ESCAPE = "\x10"
ESCAPES = {"\x00": ESCAPE + "0", ESCAPE: ESCAPE * 2}
_PLAIN = re.compile(f"[\x00{ESCAPE}]")
_ESCAPED = re.compile(f"{ESCAPE}([0{ESCAPE}])")


def stored(text: str) -> str:
    return _PLAIN.sub(lambda found: ESCAPES[found[0]], text)


def written(text: str) -> str:
    return _ESCAPED.sub(lambda found: ESCAPE if found[1] == ESCAPE else "\x00", text)


def check_encodable(text: str) -> None:
    """Refuse half of a surrogate pair: it is no character, and no bytes say it."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValidationError(
            "The text holds half of a character (a lone surrogate). Take it out.",
            code="surrogate",
        ) from error


class AnyTextField(models.TextField):
    """Any text, control characters and all, byte for byte."""

    default_validators = [check_encodable]

    def from_db_value(self, value: str | None, *args: Any) -> str | None:
        return value if value is None else written(value)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return stored(value) if isinstance(value, str) else value
