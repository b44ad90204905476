"""Words and pictures of the pages where people ask."""

from django import template
from django.utils.safestring import SafeString, mark_safe
from heroicons.templatetags.heroicons import heroicon_outline

from support import presentation

register = template.Library()
register.filter("status_words", presentation.status_words)

ICONS = {
    "exam": "academic-cap",
    "website": "computer-desktop",
    "account": "user-circle",
    "other": "chat-bubble-left-ellipsis",
}
HINTS = {
    "exam": "A question, an explanation, how to prepare",
    "website": "Something is wrong, missing or unclear",
    "account": "Signing in, your data, your progress",
    "other": "Whatever else is on your mind",
}
TYPES = {
    "image/png": "PNG image",
    "image/jpeg": "JPEG image",
    "image/webp": "WebP image",
    "image/gif": "GIF image",
    "application/pdf": "PDF",
    "text/plain": "Text",
}


@register.simple_tag
def topic_icon(topic: str, size: int = 24) -> SafeString:
    """Show a topic's icon; its word stands beside it."""
    svg = heroicon_outline(
        ICONS[topic], size=size, aria_hidden="true", **{"class": "icon"}
    )
    return mark_safe(svg)  # noqa: S308  (an icon of the package)


@register.filter
def topic_hint(topic: str) -> str:
    return HINTS[topic]


@register.filter
def type_word(content_type: str) -> str:
    return TYPES[content_type]
