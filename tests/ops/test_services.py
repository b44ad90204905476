"""The real PostgreSQL and Valkey that tests, benchmarks and `make run` start."""

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from ops.local import programs, services
from ops.local.processes import StartError
from ops.local.services import postgres, valkey


def setting(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row
    return str(row[0])


def test_a_durable_postgres_waits_for_the_disk_and_leaves_nothing() -> None:
    with postgres(durable=True) as server:
        folder = Path(setting(server.url, "data_directory")).parent
        assert setting(server.url, "fsync") == "on"
        assert setting(server.url, "synchronous_commit") == "on"
        assert setting(server.url, "listen_addresses") == "127.0.0.1"
    assert server.process.poll() == 0
    assert not folder.exists()


def test_a_postgres_for_tests_does_not_and_folds_every_letter() -> None:
    with postgres() as server:
        assert setting(server.url, "fsync") == "off"
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT lower('É')").fetchone() == ("é",)


def test_nobody_enters_postgres_without_the_password() -> None:
    with postgres() as server:
        where = urlsplit(server.url)
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgres://testprep@127.0.0.1:{where.port}/testprep")


def test_postgres_runs_from_the_wheel_where_its_account_cannot_read_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    wheel = [path for path in programs.postgres_folders() if "pginstall" in path.parts]
    monkeypatch.setattr(programs, "postgres_folders", lambda: wheel)
    monkeypatch.setattr(programs.Account, "can_run", lambda self, program: False)
    with postgres() as server:
        assert setting(server.url, "server_version").startswith("18.")


@pytest.mark.parametrize(("uid", "names"), [(0, ("postgres", "nobody")), (7, (None,))])
def test_only_root_hands_postgres_to_another_account(
    uid: int, names: tuple[str | None, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    assert programs.Account.for_postgres().name in names


def test_without_postgres_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(programs, "postgres_folders", lambda: iter(()))
    with pytest.raises(StartError, match="No PostgreSQL here"), postgres():
        pass


def test_a_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "NOT_DURABLE", {"no_such_setting": "1"})
    with pytest.raises(StartError, match="no_such_setting"), postgres():
        pass


def test_valkey_in_a_folder_keeps_its_data(tmp_path: Path) -> None:
    for stored in (None, b"kept"):
        with valkey(folder=tmp_path) as server, redis.from_url(server.url) as client:
            assert client.get("key") == stored
            client.set("key", "kept")
        assert server.process.poll() == 0


def test_valkey_without_a_folder_forgets_and_has_a_database_per_test_process() -> None:
    with valkey() as server, redis.from_url(server.url) as client:
        assert client.config_get("appendonly") == {"appendonly": "no"}
        assert client.config_get("databases") == {"databases": "64"}
        folder = Path(client.config_get("dir")["dir"])
    assert not folder.exists()
