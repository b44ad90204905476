"""What happens to a response because of the learner's rewards."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers


def tell_once(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let no browser keep a page that tells of something new.

    Going back to it asks again, and the answer has nothing to tell any more.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if getattr(request, "has_told", False):
            add_never_cache_headers(response)
        return response

    return middleware
