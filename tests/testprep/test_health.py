"""The two addresses that balancers and operators ask."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from testprep import health

ALL_OK = {"database": "ok", "migrations": "ok", "cache": "ok"}


class Broken:
    """Stands for a server that is away."""

    def __getattr__(self, name: str) -> object:
        raise ConnectionError("nobody listens here")


@pytest.fixture(autouse=True)
def _forget_that_migrations_were_applied() -> Iterator[None]:
    health.check_migrations.cache_clear()
    yield
    health.check_migrations.cache_clear()


def test_livez_asks_neither_database_nor_session(client: Client) -> None:
    # pytest-django blocks the database here.
    response = client.get("/livez")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert not response.cookies


@pytest.mark.django_db
@pytest.mark.both_databases
def test_readyz_is_ready_when_all_answers(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": ALL_OK}
    assert not response.cookies


@pytest.mark.django_db
def test_readyz_costs_one_query_once_migrations_were_seen(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/readyz")
    with django_assert_num_queries(1):  # SELECT 1
        client.get("/readyz")


@pytest.mark.django_db
@pytest.mark.both_databases
def test_readyz_names_migrations_that_wait(client: Client) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("accounts", "0001_initial")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {
        "status": "unavailable",
        "checks": ALL_OK | {"migrations": "failed"},
    }
    recorder.record_applied("accounts", "0001_initial")
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_readyz_names_a_cache_that_is_away_and_tells_no_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "cache", Broken())
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"] == ALL_OK | {"cache": "failed"}
    assert b"nobody listens" not in response.content


def test_readyz_names_a_database_that_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "connection", Broken())
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "failed"
    assert response.json()["checks"]["cache"] == "ok"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz"])
class TestBoth:
    def test_it_is_never_cached(self, path: str, client: Client) -> None:
        assert "no-store" in client.get(path).headers["Cache-Control"]

    def test_it_answers_without_https_in_production(
        self, path: str, client: Client, settings: object
    ) -> None:
        settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
        assert client.get(path).status_code == 200

    def test_it_refuses_to_be_written_to(self, path: str, client: Client) -> None:
        assert client.post(path).status_code == 405


def test_the_cache_of_a_test_begins_empty() -> None:
    assert cache.get("left over") is None
    cache.set("left over", 1)


def test_and_so_does_that_of_the_next() -> None:
    assert cache.get("left over") is None
