"""Links that the pages of the desk share."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString


def link(to: str, key: int | None, text: str) -> SafeString | str:
    """Return a link to a row's page, or a dash if there is no row."""
    if key is None:
        return "–"
    url = reverse(f"admin:{to}_change", args=[key])
    return format_html('<a class="bo-text-link" href="{}">{}</a>', url, text)
