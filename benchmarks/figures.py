"""Printing figures, and the median of alternating rounds."""

import statistics
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def figure(name: str, value: float | int) -> None:
    """Print one ``name value`` line."""
    text = f"{value:d}" if isinstance(value, int) else f"{value:.3f}"
    print(f"{name} {text}", flush=True)


def note(text: str) -> None:
    """Tell whoever watches; figures alone go to standard output."""
    print(f"# {text}", file=sys.stderr, flush=True)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def alternate(rounds: int, *sides: Callable[[int], T]) -> list[list[T]]:
    """Run the sides in turns, so that what disturbs the machine disturbs them all."""
    results: list[list[T]] = [[] for _ in sides]
    for number in range(rounds):
        for side, measured in zip(sides, results, strict=True):
            measured.append(side(number))
    return results
