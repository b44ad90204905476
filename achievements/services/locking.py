"""The lock of everything that this app keeps about a learner."""

from django.db import transaction

from accounts.models import User
from achievements.models import Statistics


class LearnerGone(Exception):
    """There is no such learner any more, so there is nothing to keep."""


def lock_learner(learner_id: int) -> Statistics:
    """Return the learner's statistics, made if need be and locked until the commit.

    Whoever writes a row of this app about a learner takes this lock first; of several
    learners in the order of their ids. Whether the learner exists says the caller: a
    row that is made here for one who does not is refused at the commit.
    """
    own = Statistics.objects.select_for_update().filter(pk=learner_id)
    while (statistics := own.first()) is None:
        # Two at once: the second waits here for the first one's commit.
        new = [Statistics(learner_id=learner_id)]
        Statistics.objects.bulk_create(new, ignore_conflicts=True)
    return statistics


@transaction.atomic
def hold_for_deletion(learner: User) -> None:
    """Let nobody write about a learner who is being deleted.

    A settlement that is under way is waited for; one that comes later waits, and then
    finds nobody. The deletion's own transaction keeps the lock.
    """
    lock_learner(learner.pk)
