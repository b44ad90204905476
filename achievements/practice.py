"""Collecting who practised, so that an answer costs next to nothing.

An answer only puts the learner's id in a set of the process. A timer empties the set
into a message for the workers every few seconds. What is lost with the process is found
by the sweep.
"""

import threading
from collections.abc import Callable, Sequence

from django.conf import settings

from achievements import queueing, tasks

# So that one message is a few seconds' work.
_IDS_PER_MESSAGE = 50

Publish = Callable[[Sequence[int]], object]


class Collector:
    """Ids, each once, that go out together so many seconds after the first of them.

    With 0 seconds they stay until ``flush`` is called.
    """

    def __init__(self, publish: Publish, *, seconds: Callable[[], float]) -> None:
        self._publish = publish
        self._seconds = seconds
        self._ids: set[int] = set()
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def add(self, learner_id: int) -> None:
        with self._lock:
            self._ids.add(learner_id)
            # Not alive: it was left behind in the process that this one was forked off.
            if self._timer and self._timer.is_alive():
                return
            if seconds := self._seconds():
                self._timer = threading.Timer(seconds, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Publish what was collected; now, whoever calls."""
        with self._lock:
            ids, self._ids, self._timer = sorted(self._ids), set(), None
        for start in range(0, len(ids), _IDS_PER_MESSAGE):
            self._publish(ids[start : start + _IDS_PER_MESSAGE])


def _publish(learner_ids: Sequence[int]) -> None:
    queueing.queue(tasks.settle_learners, learner_ids=list(learner_ids))


collector = Collector(_publish, seconds=lambda: settings.REWARDS_COLLECT_SECONDS)
