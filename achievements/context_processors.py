"""What every template may ask about the learner's rewards."""

from typing import Any

from django.http import HttpRequest

from achievements.frame import rewards_of


def rewards(request: HttpRequest) -> dict[str, Any]:
    """Cost nothing: a page without the frame reads nothing."""
    return {"rewards": rewards_of(request)}
