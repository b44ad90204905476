"""Links and words that the pages of the rewards' back office share."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

BY_PERSON = ("learner__display_name", "=learner__email")
BY_PERSON_HELP = "Part of the learner's name, or a whole e-mail address."


def link(to: str, key: int | None, text: str) -> SafeString | str:
    """Return a link to a row's page, or a dash if there is no row."""
    if key is None:
        return "–"
    url = reverse(f"admin:{to}_change", args=[key])
    return format_html('<a class="bo-text-link" href="{}">{}</a>', url, text)


def list_link(to: str, text: str, **filters: object) -> SafeString:
    """Return a link to a list that shows certain rows."""
    url = reverse(f"admin:{to}_changelist", query=filters)
    return format_html('<a class="bo-text-link" href="{}">{}</a>', url, text)


def facts(values: Mapping[str, Any]) -> SafeString:
    """Return names and values as a list of terms."""
    rows = ((name.replace("_", " ").capitalize(), values[name]) for name in values)
    terms = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows)
    return format_html('<dl class="bo-facts">{}</dl>', terms)


def percent(part: int, whole: int) -> int:
    """How much of the whole is done, 0 to 100; nothing to do is all done."""
    return min(100, 100 * part // whole) if whole else 100
