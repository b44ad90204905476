"""What people wrote, as HTML that is safe to show.

Markdown in which the text stays in sight as it was meant: a line break stays one, a
backslash stays (a path of Windows is no escape), an entity stays, and nothing loads or
vanishes: no pictures, no raw HTML, no headings by accident, no definitions of links.
No tables either: a short text can ask for a table of a hundred thousand cells.
"""

import json
from functools import lru_cache

from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from exams.markdown import cleaned, render_block
from support.models import HelpTopic

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["image", "reference", "escape", "entity", "heading", "lheading", "hr"]
)
# The parser drops what stands deeper than 20 levels; nobody means so many.
DEEPEST = 12

# Control characters are shown by their pictures (U+2400 and on), so that nothing acts
# on them. Tab and line breaks are what they are.
_CONTROLS = {code: 0x2400 + code for code in range(0x20) if code not in (9, 10, 13)}
_CONTROLS |= {0x7F: 0x2421} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)


@lru_cache(maxsize=256)
def message_html(text: str) -> SafeString:
    """Return a message as safe HTML; the text itself is what `exact_text` gives."""
    plain = text.translate(_CONTROLS)
    tokens = _markdown.parse(plain)
    if any(token.level > DEEPEST for token in tokens):
        html = linebreaks(plain, autoescape=True)
    else:
        html = _markdown.renderer.render(tokens, _markdown.options, {})
    return mark_safe(cleaned(html))  # noqa: S308  (nh3 has cleaned it)


def topic_html(topic: HelpTopic) -> SafeString:
    """Return a help topic as safe HTML.

    Guides are ours, with their tables; an answer has the words of who asked in it.
    """
    if topic.kind == HelpTopic.Kind.GUIDE:
        return mark_safe(render_block(topic.text))  # noqa: S308  (cleaned there)
    return message_html(topic.text)


def exact_text(text: str) -> str:
    """Return the text as JSON in ASCII: no parser on its way can change it."""
    return json.dumps(text)
