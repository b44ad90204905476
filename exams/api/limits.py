"""The limit on a learner's requests to the API, at no cost to honest ones.

A round trip to Redis for every answer would cost a good part of the answer itself. So
each process first counts for itself, and asks the shared limiter only about learners
who are faster than anyone reads. All processes together let at most
``PER_LEARNER + processes * QUIET_PER_MINUTE`` through in a minute.
"""

import time
from collections import Counter

from accounts.limits import check_rate
from exams.api.errors import Refusal

# Nobody answers a question every two seconds for a minute by reading it.
QUIET_PER_MINUTE = 30
PER_LEARNER = "300/m"


class QuietCounter:
    """Counts requests per learner in the running minute of this process."""

    def __init__(self) -> None:
        self._minute = 0
        self._counts: Counter[int] = Counter()

    def is_quiet(self, learner: int) -> bool:
        """Count a request; say whether the learner is still within the quiet ones."""
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            # Threads may meet here and forget a few counts: that is to the good of
            # the learner, and the shared limiter still holds.
            self._minute, self._counts = minute, Counter()
        self._counts[learner] += 1
        return self._counts[learner] <= QUIET_PER_MINUTE


_quiet = QuietCounter()


def refuse_if_too_fast(learner: int) -> None:
    """Raise the API's 429 when the learner sends more than the limit allows."""
    if _quiet.is_quiet(learner):
        return
    wait = check_rate(f"user:{learner}", "api", PER_LEARNER)
    if wait is not None:
        raise Refusal(
            429,
            "too_fast",
            f"That is faster than anyone can read. Wait {wait} seconds.",
            headers={"Retry-After": str(wait)},
        )
