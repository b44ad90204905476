"""The time zones that learners choose from."""

import zoneinfo
from datetime import UTC, tzinfo
from functools import cache

REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)

Group = tuple[str, list[tuple[str, str]]]


@cache
def known_time_zones() -> frozenset[str]:
    # Reading them walks through a folder tree; UTC is known where there is none, too.
    return frozenset({"UTC", *zoneinfo.available_timezones()})


def zone_of(name: str) -> tzinfo:
    """Return the zone, or UTC when this machine's database does not have it (now)."""
    if name == "UTC" or name not in known_time_zones():
        return UTC
    return zoneinfo.ZoneInfo(name)


def time_zone_choices(*, current: str) -> list[Group]:
    """Return the zones by region, as a select wants them, with the current one."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(known_time_zones()):
        region, _, place = name.partition("/")
        if region in REGIONS and place:
            label = place.replace("_", " ").replace("/", ", ")
            groups.setdefault(region, []).append((name, label))
    others = sorted({"UTC", current} - {n for g in groups.values() for n, _ in g})
    return [*groups.items(), ("Other", [(name, name) for name in others])]
