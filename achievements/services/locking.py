"""The lock of everything that this app keeps about a learner."""

from contextlib import suppress

from django.db import transaction

from accounts.models import User
from achievements.models import Statistics


class LearnerGone(Exception):
    """There is no such learner any more, so there is nothing to keep."""


def lock_learner(learner_id: int) -> Statistics:
    """Return the learner's statistics, made if need be and locked until the commit.

    Whoever writes a row of this app about a learner takes this lock first; of several
    learners in the order of their ids. A deletion takes it as well, so whoever is here
    stays until the commit. Raise LearnerGone when nobody is: what was written until
    then has to be rolled back.
    """
    own = Statistics.objects.select_for_update().filter(pk=learner_id)
    while (statistics := own.first()) is None:
        # Two at once: the second waits here for the first one's commit.
        new = [Statistics(learner_id=learner_id)]
        Statistics.objects.bulk_create(new, ignore_conflicts=True)
        if not User.objects.filter(pk=learner_id).exists():
            raise LearnerGone
    return statistics


def hold_for_deletion(learner: User) -> None:
    """Let nobody write about a learner who is being deleted.

    A settlement that is under way is waited for; one that comes later waits, and then
    finds nobody. The deletion's own transaction keeps the lock.
    """
    with suppress(LearnerGone), transaction.atomic():
        lock_learner(learner.pk)
