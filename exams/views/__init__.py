"""The exam pages: they load, call one service, and render or redirect."""

from exams.views.attempts import attempt, history, practise, result, review
from exams.views.certifications import certification, certification_list, start
from exams.views.home import home
from exams.views.samples import sample_answer

__all__ = [
    "attempt",
    "certification",
    "certification_list",
    "history",
    "home",
    "practise",
    "result",
    "review",
    "sample_answer",
    "start",
]
