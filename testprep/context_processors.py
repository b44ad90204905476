"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    return {"site_name": settings.SITE_NAME, "environment": settings.ENVIRONMENT}


def environment_label(request: HttpRequest) -> list[str] | None:
    """The ribbon of the back office: which environment this is, and how alarming."""
    if settings.ENVIRONMENT == "production":
        return ["Production", "danger"]
    return [settings.ENVIRONMENT.title(), "info"]
