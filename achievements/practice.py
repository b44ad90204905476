"""Collecting who practised, so that an answer costs next to nothing.

An answer only puts the learner's id in a set of the process. A timer empties the set
into a message for the workers every few seconds. What is lost with the process is found
by the sweep.
"""

import atexit
import threading
from collections.abc import Callable, Iterable, Sequence

from django.conf import settings

from achievements import queueing, tasks

# So that one message is a few seconds' work.
_IDS_PER_MESSAGE = 50

# Returns whether the message is on its way.
Publish = Callable[[Sequence[int]], bool]


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
        self._keep([learner_id])

    def _keep(self, learner_ids: Iterable[int]) -> None:
        with self._lock:
            self._ids.update(learner_ids)
            # Not alive: it was left behind in the process that this one was forked off.
            if self._timer and self._timer.is_alive():
                return
            if seconds := self._seconds():
                self._timer = threading.Timer(seconds, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Publish what was collected; now, whoever calls.

        What cannot be published stays, and the next timer tries again.
        """
        with self._lock:
            ids, self._ids, self._timer = sorted(self._ids), set(), None
        for start in range(0, len(ids), _IDS_PER_MESSAGE):
            if not self._publish(ids[start : start + _IDS_PER_MESSAGE]):
                self._keep(ids[start:])
                break


def _publish(learner_ids: Sequence[int]) -> bool:
    return queueing.queue(tasks.settle_learners, learner_ids=list(learner_ids))


collector = Collector(_publish, seconds=lambda: settings.REWARDS_COLLECT_SECONDS)


@atexit.register
def _flush_at_exit() -> None:
    """Let a process that ends take nothing along; the broker has two seconds."""
    if settings.REWARDS_COLLECT_SECONDS:
        collector.flush()
