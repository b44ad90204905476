"""Markdown of stems, choices and explanations to HTML that is safe to show."""

import re

import nh3
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")

_BLOCK_TAGS = {
    "p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote",
    "table", "thead", "tbody", "tr", "th", "td", "a",
}  # fmt: skip
_INLINE_TAGS = {"strong", "em", "code"}
_LANGUAGE = re.compile(r' class="language-[^"]*"')


def render_block(text: str) -> str:
    """Return paragraphs, lists, tables and code blocks as safe HTML."""
    return cleaned(_markdown.render(text))


def cleaned(html: str) -> str:
    """Return rendered markdown as HTML that is safe to show."""
    clean = nh3.clean(
        _LANGUAGE.sub("", html),
        tags=_BLOCK_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"https", "http"},
        link_rel="noopener noreferrer",
    ).strip()
    # A wide table or block scrolls inside itself, and the keyboard can reach it.
    return (
        clean.replace("<pre>", '<pre tabindex="0">')
        .replace("<table>", '<div class="table-scroll" tabindex="0"><table>')
        .replace("</table>", "</table></div>")
    )


def render_inline(text: str) -> str:
    """Return one line (code, strong, emphasis) as safe HTML."""
    return nh3.clean(_markdown.renderInline(text), tags=_INLINE_TAGS, attributes={})
