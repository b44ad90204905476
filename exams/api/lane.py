"""The answer lane: middleware that serves an answer without the rest of them.

Session, user, messages, the page's content security policy and the framework of the
API cost more than the one UPDATE that an answer is (DESIGN.md section 8), and an answer
needs none of them: the capability in the header says who may answer what, and since no
browser adds such a header by itself, it is the protection against forged requests too.
A request without the header takes the long way, to the same operation of the API.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError
from ninja.errors import ValidationError as InvalidRequest
from pydantic import ValidationError

from exams import capability
from exams.api.answers import commit
from exams.api.application import api
from exams.api.schemas import AnswerBody

Handler = Callable[[HttpRequest], HttpResponse]

HEADER = "HTTP_X_ATTEMPT_CAPABILITY"
_ANSWER = re.compile(r"/api/attempts/([0-9]{1,19})/answers")


def answer_lane(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        token: str = request.META.get(HEADER, "")
        match = _ANSWER.fullmatch(request.path_info) if token else None
        if match is None or request.method != "POST":
            return get_response(request)
        response = _answer(request, int(match[1]), token)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response

    return middleware


def _answer(request: HttpRequest, attempt_id: int, token: str) -> HttpResponse:
    try:
        granted = capability.read(token)
        return commit(granted, attempt_id, _read_body(request.body))
    except Exception as error:  # the API knows what each kind means
        return api.on_exception(request, error)


def _read_body(body: bytes) -> AnswerBody:
    """Return the body, or raise what the API raises for such a body."""
    try:
        return AnswerBody.model_validate_json(body)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False)
        if errors[0]["type"] == "json_invalid":
            raise HttpError(400, "The body is not JSON.") from None
        raise InvalidRequest([dict(one) for one in errors]) from None
