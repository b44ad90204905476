"""One shape for every error: a stable code, and a message for people."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from exams.capability import CapabilityExpired, CapabilityInvalid
from exams.models import AnswerChunk, Attempt
from exams.services import InvalidAnswer, NotOffered


class Error(Schema):
    """``code`` is stable and for programs, ``message`` is for people."""

    code: str
    message: str


class ClosedError(Error):
    """The attempt accepts nothing any more; ``state`` says how it ended."""

    state: str


class Refusal(Exception):
    """An answer of the API that is not the wanted one."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.content = {"code": code, "message": message, **more}


def closed(attempt: Attempt) -> Refusal:
    return Refusal(
        409,
        "attempt_closed",
        f"This attempt is {attempt.state}; it accepts nothing any more.",
        state=attempt.state,
    )


def _sentence(error: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in error["loc"] if part != "body")
    return f"{place or 'body'}: {error['msg']}."


# What each kind of error means to the caller: (status, code, message or None for the
# error's own words).
_MEANINGS: dict[type[Exception], tuple[int, str, str | None]] = {
    CapabilityExpired: (
        401,
        "capability_expired",
        "The capability is over: get the attempt's state for a new one.",
    ),
    CapabilityInvalid: (
        401,
        "capability_invalid",
        "The capability is not for this attempt: get the attempt's state for one.",
    ),
    AuthenticationError: (401, "not_signed_in", "Sign in first."),
    InvalidAnswer: (422, "invalid_request", None),
    NotOffered: (422, "not_offered", None),
    AnswerChunk.DoesNotExist: (404, "not_found", "There is no such attempt."),
    Http404: (404, "not_found", "There is nothing at this address for you."),
    RequestDataTooBig: (413, "too_big", "The request is too big."),
}


# What a refusal means that did not come from the API itself: an unknown address, a
# wrong method, a defect of ours.
_ELSEWHERE = {
    400: ("bad_request", "This is not a request that can be understood."),
    403: ("forbidden", "This is not allowed."),
    404: ("not_found", "There is nothing at this address."),
    405: ("wrong_method", "This address takes other methods; see Allow."),
    413: ("too_big", "The request is too big."),
}
_DEFECT = ("internal", "Something went wrong here; it has been noted.")


def in_one_shape(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: below /api/ every error has the API's shape, wherever it arose."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code < 400 or not request.path_info.startswith("/api/"):
            return response
        if response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        code, message = _ELSEWHERE.get(response.status_code, _DEFECT)
        content = {"code": code, "message": message}
        shaped = JsonResponse(content, status=response.status_code)
        for name in ("Allow", "Retry-After"):
            if name in response.headers:
                shaped.headers[name] = response.headers[name]
        return shaped

    return middleware


def add_handlers(api: NinjaAPI) -> None:
    """Give every error that the API can meet its status and its one shape."""

    def answer(request: HttpRequest, status: int, content: Any) -> HttpResponse:
        return api.create_response(request, content, status=status)

    @api.exception_handler(Refusal)
    def on_refusal(request: HttpRequest, error: Refusal) -> HttpResponse:
        response = answer(request, error.status, error.content)
        for name, value in error.headers.items():
            response.headers[name] = value
        return response

    @api.exception_handler(ValidationError)
    def on_validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
        words = " ".join(_sentence(one) for one in error.errors)
        return answer(
            request, 422, {"code": "invalid_request", "message": words[:2000]}
        )

    @api.exception_handler(HttpError)
    def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        codes = {400: "not_json", 403: "forbidden"}
        code = codes.get(error.status_code, "refused")
        return answer(
            request, error.status_code, {"code": code, "message": error.message}
        )

    def on_known(request: HttpRequest, error: Any) -> HttpResponse:
        status, code, message = next(
            meaning for kind, meaning in _MEANINGS.items() if isinstance(error, kind)
        )
        return answer(request, status, {"code": code, "message": message or str(error)})

    for kind in _MEANINGS:
        api.add_exception_handler(kind, on_known)
