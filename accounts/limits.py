"""How often somebody may ask for something: the one limiter of requests.

A rate is ``count/period``: ``"5/m"``, ``"20/h"``, ``"300/5m"``. Windows are fixed, and
they are counted in Redis, so all processes share them. While Redis is away everything
passes (testprep/cache.py): a cache that is down must not stop anybody's answers.
"""

import functools
import ipaddress
from collections.abc import Callable
from typing import Any, Literal, TypeAlias, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django_ratelimit import ALL
from django_ratelimit.core import get_usage

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Who: TypeAlias = Literal["user_or_ip", "ip"] | Callable[[HttpRequest], str]

MESSAGE = "That was too fast. Wait a moment, then try again."


def rate_limited(
    group: str, rate: str, *, by: Who = "user_or_ip", methods: Any = ALL
) -> Callable[[View], View]:
    """Answer 429 with Retry-After to who asks more often than the rate allows.

    ``by`` says whose requests count together; ``methods`` is a list of methods or ALL.
    Views with the same group share their count.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def limited(
            request: HttpRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            if methods != ALL and request.method not in methods:
                return view(request, *args, **kwargs)
            wait = check_rate(requester(request, by), group, rate)
            if wait is not None:
                return too_fast(request, wait)
            return view(request, *args, **kwargs)

        return cast(View, limited)

    return decorate


def check_rate(who: HttpRequest | str, group: str, rate: str) -> int | None:
    """Count one request; return the seconds to wait if it was one too many.

    ``who`` is a request (its user, else its address counts) or any key of the caller.
    """
    value = who if isinstance(who, str) else requester(who)
    usage = get_usage(
        None, group=group, key=lambda *_: value, rate=rate, increment=True
    )
    # None: limits are off, or Redis lost the count between two commands of ours.
    # Negative: the window ended meanwhile.
    if usage is None or not usage["should_limit"] or usage["time_left"] < 0:
        return None
    # The window's last second still belongs to it.
    return int(usage["time_left"]) + 1


def too_fast(request: HttpRequest, wait: int = 60) -> HttpResponse:
    """Return the 429 that fits the request: JSON for programs, a page for people."""
    headers = {"Retry-After": str(wait), "Cache-Control": "no-store"}
    if wants_json(request):
        content = {"code": "too_fast", "message": MESSAGE}
        return JsonResponse(content, status=429, headers=headers)
    response = render(request, "429.html", {"wait": wait}, status=429)
    for name, value in headers.items():
        response.headers[name] = value
    return response


def wants_json(request: HttpRequest) -> bool:
    if request.path_info.startswith("/api/"):
        return True
    preferred = request.get_preferred_type(["text/html", "application/json"])
    return preferred == "application/json"


def requester(request: HttpRequest, by: Who = "user_or_ip") -> str:
    """Return the key under which a request counts."""
    if not isinstance(by, str):
        return by(request)
    if by == "user_or_ip" and request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"address:{client_network(request)}"


def client_address(request: HttpRequest) -> str:
    """Return the address a request came from, as far as it can be believed.

    Each proxy appends whom it was talking to, so only the entries that our own
    proxies wrote count, from the right; anybody can send the others.
    """
    n_proxies: int = settings.TRUSTED_PROXY_COUNT
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    if n_proxies and len(hops) >= n_proxies and hops[-n_proxies].strip():
        return hops[-n_proxies].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def client_network(request: HttpRequest) -> str:
    """Return what counts as one client: an IPv4 address, or an IPv6 /64."""
    try:
        address = ipaddress.ip_address(client_address(request))
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address.packed, 64), strict=False))
    return str(address)
