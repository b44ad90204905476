"""What is wrong in a bank's files, collected so that everything is told at once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One line for the editor: which file, where in it, and what was expected."""

    file: str
    place: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.place, self.message) if part)


@dataclass
class BankErrors(Exception):
    """Files that cannot be loaded, with every problem found in them."""

    problems: Sequence[Problem]

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


@dataclass
class Notebook:
    """The problems of one file, in the order they were met."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def note(self, place: str, message: str) -> None:
        self.problems.append(Problem(self.file, place, message))


def shown(value: object) -> str:
    """Return a value as it is told to an editor: one short line, nothing hidden."""
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…")
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def english_list(items: Sequence[Any]) -> str:
    """Return ``a, b or c``."""
    words = [str(item) for item in items]
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
