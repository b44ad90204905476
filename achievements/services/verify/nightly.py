"""Verification as a task does it: for a while, from where the last one stopped."""

import logging
import time
from collections.abc import Iterator
from datetime import datetime

from achievements.services.sweeping import settle_all
from achievements.services.verify.batches import (
    BATCH,
    Report,
    learners_after,
    verify_batch,
)
from achievements.services.verify.difference import Kind
from achievements.services.verify.histories import Keys

logger = logging.getLogger(__name__)

# Well below the time limit of tasks: the last batch may be a long one.
SECONDS = 30.0
# If everything is wrong, the log need not say it of everybody.
LOGGED = 500


def verify_for_a_while(
    *, after: int, now: datetime, seconds: float = SECONDS, batch: int = BATCH
) -> int | None:
    """Look at learners after an id; return the last one's, None when there are no more.

    What is wrong goes to the log as errors. Nothing is repaired: what breaks rewards
    is to be understood first. Only what nobody has counted, although everybody could,
    is counted: the sweep does not look so far back.
    """
    n_learners = n_differences = n_pending = 0
    last: int | None = after
    for report in _batches(after, now, seconds, batch):
        last = report.last if report.n_learners == batch else None
        for difference in report.differences[: max(0, LOGGED - n_differences)]:
            logger.error("Rewards differ from the facts: %s", difference)
        settle_all(_uncounted(report), now=now)
        n_learners += report.n_learners
        n_pending += len(report.pending)
        n_differences += len(report.differences)
    if n_differences > LOGGED:
        logger.error("Rewards differ in %s more places", n_differences - LOGGED)
    logger.info(
        "Rewards verified: %s learners after id %s, %s differences, %s pending",
        n_learners,
        after,
        n_differences,
        n_pending,
    )
    return last


def _uncounted(report: Report) -> list[int]:
    waiting = (one for one in report.differences if one.kind == Kind.NOT_COUNTED)
    return sorted({one.learner for one in waiting})


def _batches(after: int, now: datetime, seconds: float, batch: int) -> Iterator[Report]:
    keys, until = Keys(), time.monotonic() + seconds
    while True:
        report = verify_batch(learners_after(after)[:batch], now=now, keys=keys)
        yield report
        after = report.last
        if report.n_learners < batch or time.monotonic() >= until:
            return
