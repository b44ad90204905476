"""The rules of achievements, one module per noun; importing them registers them."""

from achievements.rules import (
    catalogue,
    earnings,
    finishing,
    habits,
    mistakes,
    scores,
)

__all__ = ["catalogue", "earnings", "finishing", "habits", "mistakes", "scores"]
