"""What a request knows about the person who sent it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.time_zones import zone_of


def activate_time_zone(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Show times on pages in the learner's own time zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with timezone.override(None):
            # The user is loaded anyway where a page needs it; a request without a
            # session cookie never touches the session here.
            has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
            if has_session and request.user.is_authenticated:
                timezone.activate(zone_of(request.user.time_zone))
            return get_response(request)

    return middleware
