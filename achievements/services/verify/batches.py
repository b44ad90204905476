"""Looking at learners a batch at a time, and mending what is found."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Case, Q, QuerySet, Value, When

from accounts.models import User
from achievements import rules  # noqa: F401  importing registers the rules
from achievements.facts import PublishedTest
from achievements.models import Achievement
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
_TRIES = 5

# Whether others may see somebody on the leaderboards.
IS_SHOWN = Case(
    When(Q(is_active=False) | Q(profile__on_leaderboard=False), then=Value(False)),
    default=Value(True),
)


@dataclass(frozen=True)
class Yardstick:
    """What is the same for every learner, read once."""

    now: datetime
    grace: timedelta
    achievements: Sequence[Achievement]
    published: Sequence[PublishedTest]
    keys: Keys = field(default_factory=Keys)

    @classmethod
    def read(cls, *, now: datetime, grace: timedelta = GRACE) -> "Yardstick":
        active = list(Achievement.objects.active())
        published = [PublishedTest(*row) for row in published_tests()]
        return cls(now, grace, active, published)


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
    learners: "QuerySet[User]", yardstick: Yardstick, *, repair: bool = False
) -> Report:
    """Look at some learners; mend what is found if asked to.

    The number of queries does not depend on how many they are, but for those whose
    rows are mended.
    """
    looks = _look(learners, yardstick)
    report = Report(n_learners=len(looks), last=max(looks, default=0))
    for learner, (history, rows) in looks.items():
        try:
            found = _differences(history, rows, yardstick)
            if found is None:
                report.pending.add(learner)
            elif found:
                _note(report, learner, found, yardstick, repair=repair)
        except Exception:
            # One whose rows make no sense at all keeps nobody else waiting.
            logger.exception("Learner %s could not be verified", learner)
            report.failed.add(learner)
    return report


def _note(
    report: Report,
    learner: int,
    found: list[Difference],
    yardstick: Yardstick,
    *,
    repair: bool,
) -> None:
    report.differences += found
    if repair:
        mended, left = repair_learner(learner, yardstick)
        # What came to light only after everything was counted.
        known = {(one.kind, one.subject) for one in found}
        new = [one for one in mended if (one.kind, one.subject) not in known]
        report.differences += new
        if not left:
            report.mended.add(learner)


def _look(
    learners: "QuerySet[User]", yardstick: Yardstick
) -> dict[int, tuple[History, Stored]]:
    """Read facts and rows as of one moment: a settlement is in both or in neither."""
    with _snapshot():
        people = list(
            learners.annotate(is_shown=IS_SHOWN).values_list(
                "pk", "time_zone", "is_shown"
            )
        )
        homes = {pk: zone for pk, zone, _ in people}
        rows = stored({pk: is_shown for pk, _, is_shown in people})
        facts = histories(homes, keys=yardstick.keys, published=yardstick.published)
    return {pk: (facts[pk], rows[pk]) for pk in homes}


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
    history: History, rows: Stored, yardstick: Yardstick
) -> list[Difference] | None:
    """Return what is wrong; None while that cannot be said yet."""
    expected = recompute(history)
    found = waiting(history, expected, rows)
    if not found:
        comparison = Comparison(expected, rows, yardstick.achievements)
        return list(comparison.differences(now=yardstick.now))
    # What is not counted makes everything else differ, too: it comes first.
    due = [one for one in found if one.since <= yardstick.now - yardstick.grace]
    return [one.difference(history.learner) for one in due] or None


# --- mending --------------------------------------------------------------------------


class StillAnswering(Exception):
    """Whenever the learner was counted, something new had come up."""


def repair_learner(
    learner_id: int, yardstick: Yardstick
) -> tuple[list[Difference], list[Difference]]:
    """Count what waits and set right what differs; return that, and what is left.

    All under the learner's lock, from what then is there: what was seen before may be
    settled by now.
    """
    for _ in range(_TRIES):
        try:
            return _repair(learner_id, yardstick)
        except StillAnswering:
            continue
    raise StillAnswering


@transaction.atomic
def _repair(
    learner_id: int, yardstick: Yardstick
) -> tuple[list[Difference], list[Difference]]:
    own = User.objects.filter(pk=learner_id)
    if not own.exists():
        return [], []
    lock_learner(learner_id)
    settle_learner(learner_id, now=yardstick.now)
    found = _now(own, yardstick)
    for difference in found:
        for mend in difference.mends:
            mend.apply()
    return found, _now(own, yardstick) if found else []


def _now(own: "QuerySet[User]", yardstick: Yardstick) -> list[Difference]:
    """Return what is wrong with one learner right now."""
    found: list[Difference] = []
    for history, rows in _look(own, yardstick).values():
        expected = recompute(history)
        if waiting(history, expected, rows):
            raise StillAnswering
        comparison = Comparison(expected, rows, yardstick.achievements)
        found += comparison.differences(now=yardstick.now)
    return found
