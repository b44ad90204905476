"""The product's own beat schedule, each entry every second; for ``celery --app``."""

from testprep.celery import app

for entry in app.conf.beat_schedule.values():
    entry["schedule"] = 1.0

__all__ = ["app"]
