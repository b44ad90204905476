"""The project: settings, URLs, WSGI, Celery, health. No models, no features."""

from testprep.celery import app as celery_app

__all__ = ["celery_app"]
