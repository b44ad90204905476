"""Filling in canned replies: four names, one pass, and nothing is evaluated."""

import re
from collections.abc import Mapping

PLACEHOLDERS = ("learner", "agent", "certification", "thread")
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def unknown_placeholders(text: str) -> list[str]:
    """Return what stands in double braces and is no placeholder, each once."""
    found = dict.fromkeys(_PLACEHOLDER.findall(text))
    return [name for name in found if name not in PLACEHOLDERS]


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its placeholders replaced.

    What is filled in is never looked at again, so a name with braces stays a name; and
    a placeholder that has no value stays as it was written, for the agent to see.
    """
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
