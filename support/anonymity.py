"""Finding what a text may give away about who asked. It helps a person to look."""

import re
from collections.abc import Iterable

_EMAIL = re.compile(r"[^\s@<>()\"']+@[^\s@<>()\"']+\.\w+")
# Eight digits and more, however they are grouped: phones, cards, orders, candidates.
# Codes of exams (220-1201) have fewer.
_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[ ()/.-]{0,2}\d){7,}(?!\w)")
_IP_ADDRESS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w.]*\d)")
# Letters with numbers, as voucher codes and candidate ids are written.
_CODE = re.compile(r"\b(?=\w*\d\w*\d\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9]{7,}\b")
_SHORTEST_NAME = 3


def giveaways(text: str, *, names: Iterable[str]) -> list[str]:
    """Return what is to be looked at, in words; ``names`` are those of the people."""
    found = [f"an e-mail address: {one}" for one in _EMAIL.findall(text)]
    rest = _EMAIL.sub(" ", text)
    found += [f"a name: {one}" for one in _names_in(rest, names)]
    found += [f"a number that looks personal: {one}" for one in _numbers_in(rest)]
    return list(dict.fromkeys(found))


def _names_in(text: str, names: Iterable[str]) -> list[str]:
    """Return the names, or the parts of them, that stand in the text as words."""
    parts = (part for name in names for part in (name, *name.split()))
    wanted = dict.fromkeys(one for one in parts if len(one) >= _SHORTEST_NAME)
    return [
        one
        for one in wanted
        if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text, re.IGNORECASE)
    ]


def _numbers_in(text: str) -> list[str]:
    rest = _IP_ADDRESS.sub(" ", text)
    return [*_NUMBER.findall(rest), *_CODE.findall(rest)]
