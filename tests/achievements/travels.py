"""Where a learner was active when, written as their own clock showed it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from achievements.streaks import Active, Clock, active_days

# A zone, and the local times there: dates alone mean noon.
Stop = tuple[str, list[str]]


def moment(zone: str, local: str, *, fold: int = 0) -> datetime:
    """Return the moment at which the zone's clock shows ``2026-03-02 21:00``."""
    text = local if " " in local else f"{local} 12:00"
    naive = datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007
    return naive.replace(tzinfo=ZoneInfo(zone), fold=fold)


def journey(*stops: Stop) -> tuple[list[datetime], Clock]:
    """Return what happened at each stop, and the clock that moved just before it."""
    moments: list[datetime] = []
    changes: list[tuple[datetime, str]] = []
    for zone, locals_ in stops:
        here = [moment(zone, local) for local in locals_]
        changes.append((here[0] - timedelta(seconds=1), zone))
        moments += here
    return moments, Clock(changes)


def days(*stops: Stop) -> list[Active]:
    return active_days(*journey(*stops))
