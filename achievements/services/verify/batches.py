"""Looking at learners a batch at a time, and mending what is found."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Case, Q, QuerySet, Value, When

from accounts.models import User
from achievements import rules  # noqa: F401  importing registers the rules
from achievements.facts import PublishedTest
from achievements.models import Achievement, Backfill
from achievements.querysets import published_tests
from achievements.recompute import History, recompute
from achievements.services.locking import lock_learner
from achievements.services.settling import settle_learner
from achievements.services.verify.compare import Comparison, waiting
from achievements.services.verify.difference import Difference
from achievements.services.verify.histories import Keys, histories
from achievements.services.verify.stored import Stored, stored

logger = logging.getLogger(__name__)

# Counting takes seconds. A worker that is away for longer is worth a line in the log.
GRACE = timedelta(minutes=10)
BATCH = 200
# How often somebody who goes on answering is counted anew before they are left alone.
TRIES = 5

BACKFILLED_NOW = Q(
    backfills__state__in=[Backfill.State.WAITING, Backfill.State.RUNNING]
)

# Whether others may see somebody on the leaderboards.
IS_SHOWN = Case(
    When(Q(is_active=False) | Q(profile__on_leaderboard=False), then=Value(False)),
    default=Value(True),
)


class Look(NamedTuple):
    """All that there is to say about one learner, as of one moment."""

    history: History
    rows: Stored
    achievements: Sequence[Achievement]


@dataclass
class Report:
    """What came out of some learners; ``last`` is the last one's id.

    ``pending``: in the middle of being counted. ``mended``: all of their differences
    are gone. ``failed``: they could not be looked at or mended; the log says why.
    """

    n_learners: int = 0
    last: int = 0
    pending: set[int] = field(default_factory=set)
    differences: list[Difference] = field(default_factory=list)
    mended: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)

    @property
    def wrong(self) -> set[int]:
        """The learners with something wrong that is still there."""
        return {one.learner for one in self.differences} - self.mended | self.failed

    def add(self, other: "Report") -> None:
        self.n_learners += other.n_learners
        self.last = max(self.last, other.last)
        self.pending |= other.pending
        self.differences += other.differences
        self.mended |= other.mended
        self.failed |= other.failed


def learners_after(cursor: int, *, only: int | None = None) -> "QuerySet[User]":
    """Return whom to look at next, in order."""
    learners = User.objects.filter(pk__gt=cursor).order_by("pk")
    return learners if only is None else learners.filter(pk=only)


def verify_batch(
    learners: "QuerySet[User]",
    *,
    now: datetime,
    grace: timedelta = GRACE,
    keys: Keys | None = None,
    repair: bool = False,
) -> Report:
    """Look at some learners; mend what is found if asked to.

    The number of queries does not depend on how many they are, but for those whose
    rows are mended. ``keys`` keeps the releases' keys from batch to batch.
    """
    keys = Keys() if keys is None else keys
    looks = look_at(learners, keys)
    report = Report(n_learners=len(looks), last=max(looks, default=0))
    for learner, look in looks.items():
        try:
            found = _differences(look, now=now, grace=grace)
            if found is None:
                report.pending.add(learner)
                continue
            report.differences += found
            if found and repair:
                _mend(report, learner, found, now=now, keys=keys)
        except Exception:
            # One whose rows make no sense at all keeps nobody else waiting.
            logger.exception("Learner %s could not be verified", learner)
            report.failed.add(learner)
    return report


def _mend(
    report: Report, learner: int, found: list[Difference], *, now: datetime, keys: Keys
) -> None:
    mended, left = repair_learner(learner, now=now, keys=keys)
    # What came to light only after everything was counted.
    known = {(one.kind, one.subject) for one in found}
    new = [one for one in mended if (one.kind, one.subject) not in known]
    report.differences += new
    if not left:
        report.mended.add(learner)


def look_at(learners: "QuerySet[User]", keys: Keys) -> dict[int, Look]:
    """Read facts and rows as of one moment: a settlement is in both or in neither."""
    with _snapshot():
        people = list(
            learners.annotate(is_shown=IS_SHOWN).values_list(
                "pk", "time_zone", "is_shown"
            )
        )
        homes = {pk: zone for pk, zone, _ in people}
        # Of one that is being backfilled nothing is missing yet.
        achievements = list(Achievement.objects.active().exclude(BACKFILLED_NOW))
        published = [PublishedTest(*row) for row in published_tests()]
        rows = stored({pk: is_shown for pk, _, is_shown in people})
        facts = histories(homes, keys=keys, published=published)
    return {pk: Look(facts[pk], rows[pk], achievements) for pk in homes}


@contextmanager
def _snapshot() -> Iterator[None]:
    """Let all queries in the block see the database as of the first one.

    SQLite's transactions do so by themselves. Within a transaction that has begun it
    is too late to ask PostgreSQL; who does that holds the learner's lock, and looks
    again when something has come up in between.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _differences(
    look: Look, *, now: datetime, grace: timedelta
) -> list[Difference] | None:
    """Return what is wrong; None while that cannot be said yet."""
    expected = recompute(look.history)
    found = waiting(look.history, expected, look.rows)
    if not found:
        return list(Comparison(*look, expected).differences(now=now))
    # What is not counted makes everything else differ, too: it comes first.
    due = [one for one in found if one.since <= now - grace]
    return [one.difference(expected.learner) for one in due] or None


# --- mending --------------------------------------------------------------------------


class StillAnswering(Exception):
    """Whenever the learner was counted, something new had come up."""


def repair_learner(
    learner_id: int, *, now: datetime, keys: Keys
) -> tuple[list[Difference], list[Difference]]:
    """Count what waits and set right what differs; return that, and what is left.

    All under the learner's lock, from what then is there: what was seen before may be
    settled by now.
    """
    for _ in range(TRIES):
        try:
            return _repair(learner_id, now=now, keys=keys)
        except StillAnswering:
            continue
    raise StillAnswering


@transaction.atomic
def _repair(
    learner_id: int, *, now: datetime, keys: Keys
) -> tuple[list[Difference], list[Difference]]:
    own = User.objects.filter(pk=learner_id)
    if not own.exists():
        return [], []
    lock_learner(learner_id)
    settle_learner(learner_id, now=now)
    found = _look_again(own, now=now, keys=keys)
    for difference in found:
        for mend in difference.mends:
            mend.apply()
    return found, _look_again(own, now=now, keys=keys) if found else []


def _look_again(
    own: "QuerySet[User]", *, now: datetime, keys: Keys
) -> list[Difference]:
    """Return what is wrong with one learner right now."""
    found: list[Difference] = []
    for look in look_at(own, keys).values():
        expected = recompute(look.history)
        if waiting(look.history, expected, look.rows):
            raise StillAnswering
        found += Comparison(*look, expected).differences(now=now)
    return found
