"""Whether the parts that `make run` started are there yet."""

import urllib.error
import urllib.request
from pathlib import Path

from celery import Celery
from django.conf import settings


def answers(url: str) -> bool:
    """Whether a web server gives any answer there but its own failure."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def worker_answers() -> bool:
    """Whether a worker on our broker answers a ping."""
    with Celery(broker=settings.CELERY_BROKER_URL) as app:
        return bool(app.control.ping(timeout=0.5, limit=1))


def beat_has_begun(*, since: float) -> bool:
    """Whether beat has written its schedule since that time (seconds of the epoch)."""
    path = Path(settings.CELERY_BEAT_SCHEDULE_FILENAME)
    # Depending on the platform, the name gets a suffix.
    files = path.parent.glob(f"{path.name}*")
    return any(file.stat().st_mtime >= since for file in files)
