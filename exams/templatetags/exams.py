"""Filters of the exam pages."""

import math

from django import template

from exams import presentation

register = template.Library()


@register.filter
def percent(score: presentation.Percent) -> str:
    """Round down, so that no page claims a mark that was missed by a hair."""
    # The hair keeps 29 of 50 (57.99999 in floats) at 58.
    return f"{math.floor(float(score) + 1e-6)}\u00a0%"


@register.filter
def grade(score: presentation.Percent) -> str:
    return presentation.grade_word(score)


@register.filter
def has_trophy(score: presentation.Percent | None) -> bool:
    return presentation.earns_trophy(score)


@register.filter
def degrees(percent: int) -> float:
    """Return how far round a circle a percentage stands."""
    return percent * 3.6
