"""Queueing work for the workers from a web request, which must not wait for it."""

import logging
import time
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# After a failure the broker is left alone this long.
REST_SECONDS = 5.0

_rests_until = 0.0


def queue(task: "Task[..., Any]", **arguments: Any) -> bool:
    """Queue the task; return False if the broker is away.

    Then the sweep does the work later. While the broker rests nobody waits for it.
    """
    global _rests_until
    if time.monotonic() < _rests_until:
        return False
    try:
        task.delay(**arguments)
    except OperationalError as error:
        _rests_until = time.monotonic() + REST_SECONDS
        logger.warning("The broker is away, the sweep will find it: %s", error)
        return False
    return True
