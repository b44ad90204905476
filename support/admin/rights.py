"""Who may do what at the desk."""

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User

ANSWER = "support.answer_thread"


def may_answer(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.has_perm(ANSWER)


def agents() -> QuerySet[User]:
    """Everybody who can be given a thread: who may answer, and gets into the desk."""
    found = ModelBackend().with_perm(ANSWER).filter(is_staff=True)
    return found.order_by("display_name")
