"""What is too large is refused before it is read."""

from collections.abc import Callable

from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.shortcuts import render

from support.uploads import MAX_FILES, MAX_SIZE

# All files of a message with the text and what is around them; somebody who attaches
# one file too many still gets the form back.
MAX_BODY = (MAX_FILES + 2) * MAX_SIZE
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def refuse_large_bodies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: answer 413 to a form that is far larger than any of ours.

    The check against forged requests reads the whole body, files and all, before any
    view could say no; so this stands before it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if (
            request.method == "POST"
            and request.content_type in FORMS
            and _large(request)
        ):
            return too_large(request)
        return get_response(request)

    return middleware


def _large(request: HttpRequest) -> bool:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return False
    if length > MAX_BODY:
        return True
    return request.path_info.startswith("/ask/") and _cannot_be_kept(request)


def _cannot_be_kept(request: HttpRequest) -> bool:
    """Whether the text is too large for the memory, though the files may not be."""
    try:
        # Read once, here or by the check that comes next.
        request.POST  # noqa: B018
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        request._mark_post_parse_error()  # type: ignore[attr-defined]
        return True
    except UnreadablePostError:
        # Who sent it has gone; the check that comes next knows what to do.
        return False
    return False


def too_large(request: HttpRequest) -> HttpResponse:
    context = {"max_files": MAX_FILES, "max_megabytes": MAX_SIZE // 1024 // 1024}
    response = render(request, "413.html", context, status=413)
    # What was not read would be taken for the next request.
    response.headers["Connection"] = "close"
    return response
