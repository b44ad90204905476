"""Where learners are: since when their clock has shown which zone."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from accounts.models import User
from achievements.models import ZoneChange
from achievements.services.locking import LearnerGone, lock_learner
from achievements.streaks import Clock


def note_time_zone(*, learner_id: int, previous: str, now: datetime) -> bool:
    """Note which zone the learner's clock shows from now on, unless that is known.

    ``previous`` is for all the time before, where nothing is noted yet. Return whether
    something was noted; a learner who is gone is no error.
    """
    with suppress(LearnerGone), transaction.atomic():
        lock_learner(learner_id)
        # As it is under the lock: of two changes at once the later one stands.
        zone = User.objects.values_list("time_zone", flat=True).get(pk=learner_id)
        changes = _missing(_rows(learner_id), previous, zone)
        return bool(_note(learner_id, changes, now))
    return False


def clock_of(learner: User, *, now: datetime) -> Clock:
    """Return where the learner was when; note it if that is news. The lock is held."""
    rows = _rows(learner.pk)
    missing = _missing(rows, learner.time_zone, learner.time_zone)
    rows += _note(learner.pk, missing, now)
    return Clock((row.since, row.zone) for row in rows)


def _rows(learner_id: int) -> list[ZoneChange]:
    rows = ZoneChange.objects.filter(learner=learner_id)
    return list(rows.order_by("since", "pk"))


def _missing(rows: list[ZoneChange], first: str, zone: str) -> list[str]:
    """Return the zones to note so that the first and the last ones are right."""
    zones = [] if rows else [first]
    last = rows[-1].zone if rows else first
    return zones if last == zone else [*zones, zone]


def _note(learner_id: int, zones: list[str], now: datetime) -> list[ZoneChange]:
    new = [ZoneChange(learner_id=learner_id, zone=one, since=now) for one in zones]
    return ZoneChange.objects.bulk_create(new)
