"""Tags of the pages that show rewards."""

from typing import Any

from django import template
from heroicons import IconDoesNotExist
from heroicons.templatetags.heroicons import heroicon_outline

register = template.Library()

_FALLBACK = "trophy"


@register.simple_tag
def award_icon(name: str, *, size: int = 24) -> str:
    """Return an achievement's icon; staff chose its name, and it may not exist."""
    attributes: dict[str, Any] = {"size": size, "aria_hidden": "true", "class": "icon"}
    try:
        return heroicon_outline(name, **attributes)
    except IconDoesNotExist:
        return heroicon_outline(_FALLBACK, **attributes)


@register.filter
def tone(pk: int) -> int:
    """Return one of the eight tones in which people without a picture are shown."""
    return pk % 8 + 1
