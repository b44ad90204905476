"""Checks of what people type about themselves."""

from django.core.exceptions import ValidationError

from accounts.time_zones import known_time_zones


def validate_time_zone(name: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if name not in known_time_zones():
        raise ValidationError(
            "%(name)s is not a time zone we know; an example is Europe/Berlin.",
            params={"name": name},
        )
