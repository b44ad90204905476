"""The JSON API, put together: the exams' own, and what the other apps add to it."""

from exams.api import api
from support.api import router as threads

api.add_router("", threads)

__all__ = ["api"]
