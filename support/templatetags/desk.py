"""Words of the agents' pages."""

from datetime import datetime

from django import template
from django.utils import timezone

from support.times import spelled

register = template.Library()
register.filter("spelled", spelled)


@register.filter
def waited(since: datetime) -> str:
    """Return how long ago that was, as people say it."""
    return spelled(timezone.now() - since)
