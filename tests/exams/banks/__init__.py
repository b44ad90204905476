"""Small banks as files, sound unless a test breaks them."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

FOLDER = "example"


def certification(**changes: Any) -> dict[str, Any]:
    return {
        "slug": FOLDER,
        "name": "Example Certification",
        "short_name": "Example",
        "vendor": "Examples Inc.",
        "exam_code": "EX-100",
        "exam_minutes": 90,
        "exam_questions": 90,
        "pass_percent": 75,
        "pass_mark": "675 on a scale of 100-900",
        "retires_on": None,
        "position": 1,
        "summary": "Proves what examples prove.",
        "source": "https://example.com/exam",
        "domains": [
            {"slug": "cables", "code": "1.0", "name": "Cables", "weight": 60},
            {"slug": "radio", "code": "2.0", "name": "Radio", "weight": 40},
        ],
    } | changes


def question(number: int, *, prefix: str = "q", **changes: Any) -> dict[str, Any]:
    """A question; every fifth has two right choices of five, the others one of four."""
    multiple = number % 5 == 0
    right = {number % 4, (number + 2) % 4} if multiple else {number % 4}
    choices: list[dict[str, Any]] = []
    for place in range(5 if multiple else 4):
        choice: dict[str, Any] = {"text": f"Choice {place} of question {number}"}
        if place in right:
            choice["correct"] = True
        choice["why"] = f"Because of reason {place}."
        choices.append(choice)
    ending = " (Choose two.)" if multiple else ""
    return {
        "id": f"{prefix}-{number:02}",
        "domain": "cables" if number % 5 < 3 else "radio",
        "kind": "multiple" if multiple else "single",
        "stem": f"What does example number {number} of {prefix} show?{ending}",
        "choices": choices,
        "explanation": f"Example {number} explained.",
        "tip": f"Remember {number}.",
        "reference": {
            "title": "Examples Inc., Manual",
            "url": f"https://example.com/manual/{number}",
        },
    } | changes


def exam(number: int = 1, *, count: int = 25, **changes: Any) -> dict[str, Any]:
    prefix = "q" if number == 1 else f"test-{number}"
    return {
        "number": number,
        "title": f"Test {number}",
        "difficulty": "normal",
        "minutes": 25,
        "questions": [question(n, prefix=prefix) for n in range(1, count + 1)],
    } | changes


def write(root: Path, name: str, content: Any, *, folder: str = FOLDER) -> Path:
    """Write one file of a bank: bytes and text as they are, other data as YAML."""
    path = root / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        path.write_text(as_yaml(content), encoding="utf-8")
    return path


def as_yaml(content: Any) -> str:
    text: str = yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False)
    return text


def write_bank(root: Path) -> None:
    """Write a sound bank with one test of 25 questions."""
    write(root, "certification.yaml", certification())
    write(root, "test-01.yaml", exam())


def changed(
    data: dict[str, Any], change: Callable[[dict[str, Any]], object]
) -> dict[str, Any]:
    """Return a copy of the data with a change made to it."""
    copy = deepcopy(data)
    change(copy)
    return copy
