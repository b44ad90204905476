"""Looking through all learners for who fulfils a new or changed rule, in batches.

A batch is one transaction: who is looked at, what they are granted and how far the
backfill has come are stored together or not at all, so that any batch may be delivered
twice, be lost, or meet another one. What is found is old and told to nobody: grants
carry the moment they were earned, and count as told.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts.models import User
from achievements import queueing
from achievements.models import Achievement, Backfill, Grant, Statistics
from achievements.records import Records
from achievements.services.granting import grant, reached
from achievements.services.time_zones import clock_of

# Learners whose rows one transaction locks, and transactions in one run of the task.
LOCKED_TOGETHER = 50
BATCHES_PER_RUN = 6
# Batches take seconds: one that has not moved for so long was lost.
STANDS_STILL = timedelta(minutes=3)

UNFINISHED = Q(state__in=[Backfill.State.WAITING, Backfill.State.RUNNING])


class Superseded(Exception):
    """The backfill was started over, stopped or carried on by somebody else."""


def unfinished() -> "QuerySet[Backfill]":
    return Backfill.objects.filter(UNFINISHED)


@transaction.atomic
def request_backfill(*, achievement: Achievement, now: datetime) -> None:
    """Have everybody looked at; one that is under way starts over.

    Whoever changed the row calls this in the transaction of the change.
    """
    # Two changes at once take turns, so there is one backfill to start over.
    Achievement.objects.select_for_update(no_key=True).get(pk=achievement.pk)
    start = {
        "state": Backfill.State.WAITING,
        "cursor": 0,
        "n_learners": Statistics.objects.count(),
        "n_done": 0,
        "n_granted": 0,
        "requested_at": now,
        "moved_at": now,
    }
    if not unfinished().filter(achievement=achievement).update(**start):
        Backfill.objects.create(achievement=achievement, **start)
    _queue(achievement.backfills.get(UNFINISHED).pk)


@transaction.atomic
def request_backfills(*, rules: Collection[str], now: datetime) -> None:
    """Have everybody looked at for the active achievements with these rules."""
    active = Achievement.objects.active().filter(rule__in=rules).order_by("pk")
    for achievement in active:
        request_backfill(achievement=achievement, now=now)


def stop_backfill(*, achievement: Achievement, now: datetime) -> bool:
    """Grant no more of an achievement that became inactive; what is granted stays."""
    running = unfinished().filter(achievement=achievement)
    return bool(
        running.update(state=Backfill.State.STOPPED, finished_at=now, moved_at=now)
    )


def resume_backfills(*, now: datetime) -> int:
    """Carry on what stands still because a worker or the broker died."""
    n_resumed = 0
    lost = unfinished().filter(moved_at__lt=now - STANDS_STILL)
    for backfill in lost.order_by("pk"):
        # Two sweeps at once: one of them moves it.
        if lost.filter(pk=backfill.pk).update(moved_at=now):
            _queue(backfill.pk)
            n_resumed += 1
    return n_resumed


def _queue(backfill_id: int) -> None:
    def queue() -> None:
        # Here, since tasks import the services.
        from achievements import tasks

        queueing.queue(tasks.run_backfill, backfill_id=backfill_id)

    # robust: a broker that is down must not turn a saved rule into an error page.
    transaction.on_commit(queue, robust=True)


def run_backfill(*, backfill_id: int, now: datetime) -> bool:
    """Look at the next few hundred learners; return whether there are more."""
    for _ in range(BATCHES_PER_RUN):
        backfill = unfinished().select_related("achievement").filter(pk=backfill_id)
        if (found := backfill.first()) is None:
            return False
        try:
            run_batch(found, now=now)
        except Superseded:
            # Whoever did that queued what comes next.
            return False
    return unfinished().filter(pk=backfill_id).exists()


@transaction.atomic
def run_batch(backfill: Backfill, *, now: datetime) -> None:
    """Look at the learners after the cursor, and move it.

    Under their locks, so that nobody is missed who is being settled meanwhile: whoever
    is settled later is looked at for this achievement there. Raise Superseded, and
    grant nothing, when the backfill is not as it was read.
    """
    rows = Statistics.objects.filter(pk__gt=backfill.cursor).order_by("pk")
    learners = list(rows.select_for_update()[:LOCKED_TOGETHER])
    n_granted = _grant(backfill.achievement, learners, now)
    is_last = len(learners) < LOCKED_TOGETHER
    as_read = unfinished().filter(
        pk=backfill.pk, cursor=backfill.cursor, requested_at=backfill.requested_at
    )
    moved = as_read.update(
        state=Backfill.State.DONE if is_last else Backfill.State.RUNNING,
        cursor=learners[-1].pk if learners else backfill.cursor,
        n_done=F("n_done") + len(learners),
        n_granted=F("n_granted") + n_granted,
        moved_at=now,
        finished_at=now if is_last else None,
    )
    if not moved:
        raise Superseded


def _grant(
    achievement: Achievement, learners: Sequence[Statistics], now: datetime
) -> int:
    """Grant the achievement to those who fulfil it and have never had it."""
    ids = [statistics.pk for statistics in learners]
    had = Grant.objects.filter(achievement=achievement, learner__in=ids)
    without = set(ids) - set(had.values_list("learner", flat=True))
    people = User.objects.in_bulk(without)
    n_granted = 0
    for statistics in learners:
        if learner := people.get(statistics.pk):
            facts = Records(statistics, clock_of(learner, now=now))
            found = reached([achievement], facts)
            grant(statistics, found, now=now, is_news=lambda _: False)
            n_granted += len(found)
    return n_granted
