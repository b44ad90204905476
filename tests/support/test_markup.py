"""What people wrote, as HTML: safe, quick, and with nothing that vanishes."""

import json
import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.markup import exact_text, message_html
from tests.support.attacks import ATTACKS

TAGS = {
    *("p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "a"),
}


def tags_of(html: str) -> set[str]:
    return set(re.findall(r"<\s*/?\s*([a-zA-Z!?][^\s>/]*)", html))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb\r\nc\rd", "<p>a<br>\nb<br>\nc<br>\nd</p>"),
        ("**b** `c`", "<p><strong>b</strong> <code>c</code></p>"),
        ("C:\\[x] \\\\server", "<p>C:\\[x] \\\\server</p>"),
        ("&lt; &amp;", "<p>&amp;lt; &amp;amp;</p>"),
        ("# no\n---", "<p># no<br>\n---</p>"),
        ("<b>x</b><!-- y -->", "<p>&lt;b&gt;x&lt;/b&gt;&lt;!-- y --&gt;</p>"),
        ("[//]: # (seen)", "<p>[//]: # (seen)</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("a\x00b\x1b\x7f\x85", "<p>a␀b␛␡\ufffd</p>"),
    ],
)
def test_a_text_is_shown_as_it_was_meant(text: str, html: str) -> None:
    assert message_html(text) == html


def test_a_link_tells_where_it_leads_nothing_of_where_it_was() -> None:
    html = message_html("[x](https://example.com)")
    assert html == (
        '<p><a href="https://example.com" rel="noopener noreferrer">x</a></p>'
    )


@pytest.mark.parametrize("deep", ["> " * 60, "- " * 60, ">" * 5_000])
def test_what_stands_too_deep_does_not_vanish(deep: str) -> None:
    assert "at the bottom" in message_html(deep + "at the bottom")


@pytest.mark.parametrize("text", ATTACKS)
def test_attacks_make_no_other_tags(text: str) -> None:
    assert tags_of(message_html(text)) <= TAGS


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_safe_and_comes_back(text: str) -> None:
    assert tags_of(message_html(text)) <= TAGS
    source = exact_text(text)
    assert source.isascii()
    assert json.loads(unescape(source.replace("&", "&amp;"))) == text
