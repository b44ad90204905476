"""What the frame of every page shows of the desk."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from support.services.unread import n_unread


def asking(request: HttpRequest) -> dict[str, Any]:
    """Give the number of threads with something new; counted only where it is shown."""

    def count() -> int:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return 0
        return n_unread(user)

    return {"n_unread_threads": SimpleLazyObject(count)}
