"""Checks of what people type about themselves."""

import zoneinfo

from django.core.exceptions import ValidationError


def validate_time_zone(name: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            "%(name)s is not a time zone we know; an example is Europe/Berlin.",
            params={"name": name},
        )
