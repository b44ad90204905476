"""How a released question differs from its draft, word by word, for editors to read."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape
from typing import Any

from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString

from exams.models import Question
from exams.snapshot import QuestionKey

# A question as learners get it: its public half and its key.
Frozen = tuple[dict[str, Any], QuestionKey]

_WORD = re.compile(r"\s+|\w+|[^\w\s]")
_BLOCK_END = re.compile(r"<br>|</(?:p|li|pre|tr|blockquote)>")
# Where less than this share is common, two texts are two texts: mixed, nobody could
# read them.
_ALIKE = 0.5
# Longer texts stand side by side: comparing them would hold the page up.
_MOST_WORDS = 4_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of a question that changed; ``words`` is safe HTML."""

    part: str
    words: SafeString
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class _Choice:
    """A choice of a frozen question; ``text`` and ``why`` are HTML."""

    text: str
    why: str
    is_right: bool
    is_last: bool


def lines(html: str) -> str:
    """Return the words of safe HTML, a block per line."""
    text = unescape(strip_tags(_BLOCK_END.sub("\n", html)))
    return "\n".join(line for line in map(str.rstrip, text.splitlines()) if line)


def word_diff(before: str, after: str) -> SafeString:
    """Return both texts in one, what went in <del> and what came in <ins>."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if len(old) + len(new) > _MOST_WORDS or not _mixes(old, new, matcher):
        return _joined([_gone(before), _come(after)], by="\n")
    pieces: list[SafeString] = []
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            pieces.append(format_html("{}", "".join(old[a:b])))
            continue
        pieces += [_gone("".join(old[a:b])), _come("".join(new[c:d]))]
    return _joined(pieces)


def _mixes(old: list[str], new: list[str], matcher: SequenceMatcher[str]) -> bool:
    """Say whether enough of the shorter text is in the other; spaces do not count."""
    shorter = min(sum(not one.isspace() for one in words) for words in (old, new))
    common = sum(
        not one.isspace()
        for block in matcher.get_matching_blocks()
        for one in old[block.a : block.a + block.size]
    )
    return common >= _ALIKE * shorter


def _joined(pieces: Iterable[SafeString], *, by: str = "") -> SafeString:
    return format_html_join(by, "{}", ((one,) for one in pieces if one))


def _gone(text: str) -> SafeString:
    return _marked("del", "removed", text)


def _come(text: str) -> SafeString:
    return _marked("ins", "added", text)


def _marked(tag: str, word: str, text: str) -> SafeString:
    """Mark a piece also in words: many screen readers are silent about the elements."""
    if not text:
        return SafeString()
    pattern = (
        '<{0}><span class="bo-unseen">[{1}: </span>{2}<span class="bo-unseen">]</span>'
        "</{0}>"
    )
    return format_html(pattern, tag, word, text)


def _text_diff(before: str, after: str) -> SafeString:
    """Compare two pieces of safe HTML."""
    old, new = lines(before), lines(after)
    if old == new:
        return format_html("{}\n(its formatting or a link changed, no word)", new)
    return word_diff(old, new)


# --- a question -----------------------------------------------------------------------


def differences(before: Frozen, after: Frozen) -> list[Difference]:
    """Return what an editor should see before learners do, a changed key first."""
    (old, old_key), (new, new_key) = before, after
    choices = _choices(old, old_key), _choices(new, new_key)
    found = _key_differences(*choices)
    if old["stem"] != new["stem"]:
        found.append(Difference("Stem", _text_diff(old["stem"], new["stem"])))
    for one, other in _paired(*choices):
        found += _choice_differences(one, other)
    if old_key.explanation != new_key.explanation:
        words = _text_diff(old_key.explanation, new_key.explanation)
        found.append(Difference("Explanation", words))
    plain = zip(_facts(old, old_key), _facts(new, new_key), strict=True)
    for (part, was), (_, now) in plain:
        if was != now:
            found.append(Difference(part, word_diff(was, now)))
    return found


def _facts(public: dict[str, Any], key: QuestionKey) -> list[tuple[str, str]]:
    """Return what is plain text, not HTML."""
    return [
        ("Kind", Question.Kind(public["kind"]).label),
        ("Scoring", Question.Scoring(key.scoring).label),
        ("Domain", key.domain_name),
        ("Exam tip", key.tip),
        ("Reference", key.reference["title"]),
        ("Reference's address", key.reference["url"]),
    ]


def _choices(public: dict[str, Any], key: QuestionKey) -> list[_Choice]:
    return [
        _Choice(text, key.whys[index], index in key.right, index in key.last)
        for index, text in enumerate(public["choices"])
    ]


Pair = tuple[_Choice | None, _Choice | None]


def _paired(before: Sequence[_Choice], after: Sequence[_Choice]) -> list[Pair]:
    """Pair each choice with what became of it; releases have them in another order.

    The same text first, then the most alike; None stands for added or removed.
    """
    likely = sorted(
        (-_alike(one, other), n, m)
        for n, one in enumerate(before)
        for m, other in enumerate(after)
    )
    came_from: dict[int, int] = {}
    for unlikeness, n, m in likely:
        is_free = m not in came_from and n not in came_from.values()
        if is_free and -unlikeness >= _ALIKE:
            came_from[m] = n
    kept: list[Pair] = [
        (before[came_from[m]] if m in came_from else None, other)
        for m, other in enumerate(after)
    ]
    gone = [one for n, one in enumerate(before) if n not in came_from.values()]
    return kept + [(one, None) for one in gone]


def _alike(one: _Choice, other: _Choice) -> float:
    """Return from 0 to 2 how likely one became the other."""
    if one.text == other.text:
        return 2.0
    texts = SequenceMatcher(None, one.text, other.text, autojunk=False).ratio()
    # Only the reasons tell which of "22" and "23" became "80".
    return max(texts, 1.0 if one.why == other.why else 0.0)


def _key_differences(
    before: Sequence[_Choice], after: Sequence[_Choice]
) -> list[Difference]:
    """Say loudly when what is right says something else now, even by a word."""
    was, now = _right(before), _right(after)
    if was == now:
        return []
    words = _joined([_gone("; ".join(was)), _come("; ".join(now))], by="\n")
    return [Difference("The right answer", words, is_key=True)]


def _right(choices: Sequence[_Choice]) -> list[str]:
    return sorted(lines(one.text) for one in choices if one.is_right)


def _whole(choice: _Choice) -> str:
    return f"{lines(choice.text)}\nWhy: {lines(choice.why)}"


def _choice_differences(one: _Choice | None, other: _Choice | None) -> list[Difference]:
    if one is None:
        return [Difference("New choice", _come(_whole(other)))] if other else []
    if other is None:
        return [Difference("Choice taken out", _gone(_whole(one)))]
    found = []
    name = lines(other.text)
    if one.text != other.text:
        found.append(Difference("Choice", _text_diff(one.text, other.text)))
    if one.is_right != other.is_right:
        was, now = (("wrong", "right"), ("right", "wrong"))[one.is_right]
        words = _joined([_gone(was), _come(now)], by=" ")
        found.append(Difference(f"Choice “{name}” is", words, is_key=True))
    if one.why != other.why:
        words = _text_diff(one.why, other.why)
        found.append(Difference(f"Why of “{name}”", words))
    if one.is_last != other.is_last:
        places = ("shuffled with the others", "stays last")
        words = word_diff(places[one.is_last], places[other.is_last])
        found.append(Difference(f"Place of “{name}”", words))
    return found
