"""The limiter of requests, against a real Redis."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import RequestFactory
from django_ratelimit import core
from pytest_django import Settings

from accounts import limits
from accounts.limits import check_rate, client_address, client_network, rate_limited
from ops.local.processes import free_port


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still, so that no window ends in the middle of a test."""
    clock = Clock(1_763_826_000.0)
    monkeypatch.setattr(core, "time", clock)
    return clock


@rate_limited("test", "2/m")
def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


def make_request(
    *, method: str = "get", path: str = "/page/", user: int | None = None, **meta: str
) -> HttpRequest:
    request: HttpRequest = getattr(RequestFactory(), method)(path, **meta)
    request.user = AnonymousUser()
    if user is not None:
        request.user = SimpleNamespace(pk=user, is_authenticated=True)  # type: ignore[assignment]
    return request


def statuses(*requests: HttpRequest) -> list[int]:
    return [view(request).status_code for request in requests]


# --- the decorator --------------------------------------------------------------------


@pytest.mark.usefixtures("clock")
def test_one_request_too_many_gets_429_with_the_seconds_to_wait() -> None:
    assert statuses(make_request(), make_request()) == [200, 200]
    response = view(make_request())
    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 60
    assert response["Cache-Control"] == "no-store"
    assert b"too fast" in response.content


@pytest.mark.usefixtures("clock")
def test_another_user_and_another_address_are_unaffected() -> None:
    mine = [make_request(user=1) for _ in range(3)]
    assert statuses(*mine) == [200, 200, 429]
    assert statuses(make_request(user=2), make_request()) == [200, 200]
    assert statuses(make_request(REMOTE_ADDR="10.0.0.9")) == [200]


@pytest.mark.usefixtures("clock")
def test_a_signed_in_user_counts_as_one_wherever_they_are() -> None:
    homes = ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    requests = [make_request(user=1, REMOTE_ADDR=home) for home in homes]
    assert statuses(*requests) == [200, 200, 429]


def test_after_the_wait_it_lets_the_next_request_through(clock: Clock) -> None:
    statuses(make_request(), make_request())
    wait = int(view(make_request())["Retry-After"])
    clock.now += wait - 1
    assert statuses(make_request()) == [429]
    clock.now += 1
    assert statuses(make_request()) == [200]


@pytest.mark.usefixtures("clock")
def test_views_of_one_group_share_their_count_and_groups_do_not() -> None:
    for _ in range(2):
        assert check_rate("me", "a", "2/h") is None
    assert check_rate("me", "a", "2/h") is not None
    assert check_rate("me", "b", "2/h") is None


@pytest.mark.usefixtures("clock")
def test_only_the_named_methods_count() -> None:
    @rate_limited("posts", "1/m", methods=["POST"])
    def form(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert [form(make_request()).status_code for _ in range(3)] == [200] * 3
    posts = [make_request(method="post") for _ in range(2)]
    assert [form(request).status_code for request in posts] == [200, 429]


@pytest.mark.usefixtures("clock")
def test_a_view_may_say_itself_whose_requests_count_together() -> None:
    @rate_limited("keyed", "1/m", by=lambda request: request.GET["key"])
    def keyed(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    paths = ["/?key=a", "/?key=a", "/?key=b"]
    assert [keyed(make_request(path=path)).status_code for path in paths] == [
        200,
        429,
        200,
    ]


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("path", "accept"), [("/api/things", "*/*"), ("/page/", "application/json")]
)
def test_programs_get_the_refusal_as_json(path: str, accept: str) -> None:
    requests = [make_request(path=path, HTTP_ACCEPT=accept) for _ in range(3)]
    response = [view(request) for request in requests][-1]
    assert isinstance(response, JsonResponse)
    assert response.status_code == 429
    assert b'"code": "too_fast"' in response.content
    assert int(response["Retry-After"]) >= 1


def test_a_browser_gets_a_page_although_it_accepts_anything() -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert not limits.wants_json(make_request(HTTP_ACCEPT=accept))
    assert not limits.wants_json(make_request(HTTP_ACCEPT="*/*"))


def test_the_switch_in_the_settings_turns_all_limits_off(settings: Settings) -> None:
    settings.RATELIMIT_ENABLE = False
    assert statuses(*(make_request() for _ in range(5))) == [200] * 5


# --- without Redis --------------------------------------------------------------------


def test_without_redis_everything_passes(settings: Settings) -> None:
    nobody = f"redis://127.0.0.1:{free_port()}/0"
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": nobody}}
    assert statuses(*(make_request() for _ in range(5))) == [200] * 5


# --- whose request it is --------------------------------------------------------------


def test_a_forged_forwarding_header_is_ignored_without_a_proxy(
    settings: Settings,
) -> None:
    settings.TRUSTED_PROXY_COUNT = 0
    requests = [make_request(HTTP_X_FORWARDED_FOR=f"1.1.1.{n}") for n in range(3)]
    assert [client_address(request) for request in requests] == ["127.0.0.1"] * 3
    assert statuses(*requests)[-1] == 429


def test_behind_proxies_only_what_they_wrote_themselves_is_believed(
    settings: Settings,
) -> None:
    forged = make_request(HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.7, 10.0.0.2")
    settings.TRUSTED_PROXY_COUNT = 1
    assert client_address(forged) == "10.0.0.2"
    settings.TRUSTED_PROXY_COUNT = 2
    assert client_address(forged) == "203.0.113.7"
    settings.TRUSTED_PROXY_COUNT = 4
    assert client_address(forged) == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("no address", "unknown"),
    ],
)
def test_a_household_counts_as_one_client(address: str, network: str) -> None:
    assert client_network(make_request(REMOTE_ADDR=address)) == network
