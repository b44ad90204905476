"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

# Which entry of the navigation a page belongs to, by the name of its URL.
SECTIONS = {
    "home": "home",
    "exams:certification_list": "tests",
    "exams:certification": "tests",
    "exams:history": "history",
    "exams:result": "history",
    "exams:review": "history",
    "exams:practise": "history",
    "achievements:achievements": "achievements",
    "achievements:leaderboard": "leaderboard",
    "achievements:profile": "leaderboard",
    "achievements:preferences": "account",
    "support:mail": "account",
    "support:resources": "resources",
    "support:suggest_resource": "resources",
    "support:inbox": "ask",
    "support:ask": "ask",
    "support:thread": "ask",
    "support:rate": "ask",
}
ACCOUNT_PAGES = ("account", "mfa_", "usersessions_")


def section_of(view_name: str) -> str:
    """Return the navigation's section of a page, or nothing where it has none."""
    if view_name.startswith(ACCOUNT_PAGES):
        return "account"
    return SECTIONS.get(view_name, "")


def site(request: HttpRequest) -> dict[str, Any]:
    match = request.resolver_match
    return {
        "site_name": settings.SITE_NAME,
        "environment": settings.ENVIRONMENT,
        "section": section_of(match.view_name if match else ""),
    }


def environment_label(request: HttpRequest) -> list[str] | None:
    """The ribbon of the back office: which environment this is, and how alarming."""
    if settings.ENVIRONMENT == "production":
        return ["Production", "danger"]
    return [settings.ENVIRONMENT.title(), "info"]
