"""How many threads have something new for a learner: shown on every page, so cached."""

import uuid

from django.core.cache import cache
from django.db import transaction

from accounts.models import User
from support.models import Thread

KEPT_FOR = 300  # seconds; what changes it forgets it at once


def _keys(learner_id: int) -> tuple[str, str]:
    return f"support:unread:{learner_id}", f"support:unread-since:{learner_id}"


def n_unread(learner: User) -> int:
    """Return the number of the learner's threads with an answer they have not seen."""
    number, since = _keys(learner.pk)
    known = cache.get_many([number, since])
    stamp = known.get(since)
    counted = known.get(number)
    # Counted before the last change, by who was slow to write it down: worth nothing.
    if counted is not None and counted[0] == stamp:
        return int(counted[1])
    n = Thread.objects.asked_by(learner).unread().count()
    cache.set(number, (stamp, n), KEPT_FOR)
    return n


def forget_unread(learner_id: int) -> None:
    """Have the number counted anew after the commit."""
    _, since = _keys(learner_id)

    def stamp() -> None:
        # Longer than the number itself: a stamp that ends must not revive an old one.
        cache.set(since, uuid.uuid4().hex, 2 * KEPT_FOR)

    transaction.on_commit(stamp, robust=True)
