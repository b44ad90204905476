"""How many threads have something new for a learner: shown on every page, so cached."""

from django.core.cache import cache
from django.db import transaction

from accounts.models import User
from support.models import Thread

KEPT_FOR = 300  # seconds; what changes it forgets it at once


def _key(learner_id: int) -> str:
    return f"support:unread:{learner_id}"


def n_unread(learner: User) -> int:
    """Return the number of the learner's threads with an answer they have not seen."""
    known = cache.get(_key(learner.pk))
    if known is None:
        known = Thread.objects.asked_by(learner).unread().count()
        cache.set(_key(learner.pk), known, KEPT_FOR)
    return int(known)


def forget_unread(learner_id: int) -> None:
    """Have the number counted anew after the commit."""
    transaction.on_commit(lambda: cache.delete(_key(learner_id)), robust=True)
