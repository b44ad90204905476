"""The cache that may be away: here a real Valkey really stops, and comes back."""

import socket
import time
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.test import Client
from pytest_django import Settings

from exams.releases import release_content
from ops.local.processes import free_port, stop_all
from ops.local.services import Service, valkey
from testprep import cache as ours
from testprep.cache import ForgivingRedisCache
from tests.accounts.people import PASSWORD, make_person, sign_in
from tests.exams.factories import make_attempt, make_test

SECONDS_THAT_NOBODY_NOTICES = 1.5


def use(settings: Settings, url: str) -> None:
    configured = deepcopy(settings.CACHES)
    configured["default"]["LOCATION"] = f"{url}/0"
    settings.CACHES = configured


@pytest.fixture
def server(settings: Settings) -> Iterator[Service]:
    """A Valkey of the test's own, which it may stop."""
    with valkey() as service:
        use(settings, service.url)
        yield service


def stop(service: Service) -> None:
    stop_all([service.process])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr("testprep.cache.time.monotonic", lambda: now[0])
    return now


# --- the product without it -----------------------------------------------------------


@pytest.mark.django_db
def test_people_sign_in_and_answer_while_it_is_away(server: Service) -> None:
    person = make_person()
    attempt = make_attempt(person, make_test())
    before = sign_in(person)  # Its session is in the cache.
    stop(server)
    release_content.cache_clear()
    started = time.monotonic()
    for client in (before, sign_in(person)):
        assert client.get("/").status_code == 200
        assert client.get("/account/").status_code == 200
        state = client.get(f"/api/attempts/{attempt.pk}").json()
        response = Client().post(
            f"/api/attempts/{attempt.pk}/answers",
            {"question": 3, "choices": [0], "seq": 1, "seconds": 5},
            content_type="application/json",
            headers={"X-Attempt-Capability": state["capability"]},
        )
        assert response.status_code == 200
    assert before.post("/account/logout/").status_code == 302
    assert before.get("/account/").status_code == 302
    assert time.monotonic() - started < 30


@pytest.mark.django_db
def test_a_wrong_password_is_still_wrong(server: Service) -> None:
    person = make_person()
    stop(server)
    client = Client()
    form = {"login": person.email, "password": f"not {PASSWORD}"}
    assert client.post("/account/login/", form).status_code in {200, 422}
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_a_session_ended_meanwhile_does_not_come_back_with_it(
    server: Service, clock: list[float]
) -> None:
    client = sign_in(make_person())
    outage = ours.outage_of(f"{server.url}/0")
    outage.rests_until = clock[0] + 1  # It cannot be reached, and keeps what it has.
    cookie = client.cookies["sessionid"].value
    client.post("/account/logout/")
    clock[0] += 1
    client.cookies["sessionid"] = cookie
    assert client.get("/account/").status_code == 302
    assert not outage.stale


# --- the cache itself -----------------------------------------------------------------


def test_every_call_is_a_miss_or_does_nothing(settings: Settings) -> None:
    use(settings, f"redis://127.0.0.1:{free_port()}")
    assert isinstance(caches["default"], ForgivingRedisCache)
    assert cache.get("a") is None
    assert cache.get("a", "other") == "other"
    assert cache.get_many(["a", "b"]) == {}
    assert "a" not in cache
    assert cache.add("a", 1) is True
    cache.set("a", 1)
    assert cache.set_many({"a": 1}) == []
    assert not cache.delete("a")
    cache.delete_many(["a"])
    assert not cache.touch("a")
    assert cache.get_or_set("a", lambda: 5) == 5
    for change in (cache.incr, cache.decr):
        with pytest.raises(ValueError, match="not found"):
            change("a")


def test_it_is_left_alone_for_some_seconds_and_the_log_says_so_once(
    settings: Settings, clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    use(settings, f"redis://127.0.0.1:{free_port()}")
    for _ in range(3):
        cache.get("a")
        cache.set("a", 1)
    assert caplog.text.count("The cache is away") == 1
    clock[0] += ours.REST_SECONDS
    cache.get("a")
    assert caplog.text.count("The cache is away") == 2


def test_one_that_accepts_and_never_answers_is_waited_for_once(
    settings: Settings,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use(settings, f"redis://127.0.0.1:{silent.getsockname()[1]}")
        started = time.monotonic()
        for _ in range(10):
            cache.get("a")
        assert time.monotonic() - started < 2 + SECONDS_THAT_NOBODY_NOTICES


def fail(outage: ours.Outage, clock: list[float]) -> None:
    outage.rests_until = clock[0] + 1


def test_what_could_not_be_changed_is_gone_when_it_is_back(
    server: Service, clock: list[float]
) -> None:
    cache.set_many({"set": 1, "deleted": 1, "other": 1})
    fail(ours.outage_of(f"{server.url}/0"), clock)
    cache.set("set", 2)
    cache.delete("deleted")
    clock[0] += 1
    assert cache.get_many(["set", "deleted", "other"]) == {"other": 1}


def test_too_much_to_remember_empties_it(
    server: Service, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours, "MOST_STALE", 1)
    cache.set("other", 1)
    fail(ours.outage_of(f"{server.url}/0"), clock)
    for key in "abc":
        cache.delete(key)
    clock[0] += 1
    assert cache.get("other") is None


def test_it_keeps_and_counts_as_before(server: Service) -> None:
    assert server.url
    for what, result in calls():
        assert what == result


def calls() -> Iterator[tuple[Any, Any]]:
    yield cache.add("n", 1), True
    yield cache.add("n", 5), False
    yield cache.incr("n"), 2
    yield cache.decr("n"), 1
    yield cache.get_many(["n", "m"]), {"n": 1}
    yield cache.touch("n", 60), True
    yield cache.delete("n"), True
