"""The JSON API that the runner talks to; its documentation is at /api/docs."""

from exams.api.application import api

__all__ = ["api"]
