"""Middleware of the project."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve

Handler = Callable[[HttpRequest], HttpResponse]

_ANSWER = re.compile(r"/api/attempts/[0-9]{1,19}/answers")


def answer_lane(get_response: Handler) -> Handler:
    """Serve an answer that carries a capability without the rest of the middleware.

    Session, user, messages and the content security policy of pages cost more than the
    one UPDATE that an answer is (DESIGN.md section 8), and it needs none of them: the
    capability in the header says who may answer what, and since a browser adds no
    such header by itself it is the protection against forged requests, too.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not (
            request.method == "POST"
            and "HTTP_X_ATTEMPT_CAPABILITY" in request.META
            and _ANSWER.fullmatch(request.path_info)
        ):
            return get_response(request)
        match = request.resolver_match = resolve(request.path_info)
        response = match.func(request, *match.args, **match.kwargs)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response

    return middleware
