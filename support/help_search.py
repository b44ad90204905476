"""What somebody looks for in the help: the words of a question that mean something."""

import re

MOST_WORDS = 8
LONGEST_WORD = 40
_WORD = re.compile(r"[\w+#]+")
# They stand in every question, and say nothing of what it is about.
_SAY_NOTHING = """
    a about after an and any are as at be before but by can could did do does for from
    get had has have he how i if in into is it its me my no not of on one or our out
    over she should so some than that the their them then there they this to too was we
    were what when where which who why will with would you your
"""
_EMPTY = frozenset(re.findall(r"\w+", _SAY_NOTHING))


def search_words(text: str) -> list[str]:
    """Return at most MOST_WORDS words, each once, in the form that finds most.

    A plural's s goes, since the search looks for parts of words.
    """
    found = [word for word in _WORD.findall(text.lower()) if word not in _EMPTY]
    short = (_singular(word[:LONGEST_WORD]) for word in found)
    return list(dict.fromkeys(short))[:MOST_WORDS]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word
