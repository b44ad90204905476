"""The product as it is served: a database of its own, static files, Valkey, Granian."""

import os
import urllib.parse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from whitenoise.compress import Compressor

from exams.releases import release_content
from ops.local.processes import free_port, start, stop_all, wait_until
from ops.local.readiness import answers
from ops.local.run import web_command
from ops.local.services import valkey

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Site:
    """Where the product runs; ``database`` is the name of its database."""

    url: str
    database: str
    log: Path


# --- the database ---------------------------------------------------------------------


@contextmanager
def own_database() -> Iterator[str]:
    """Make a database with the banks in it; return its name.

    A served page commits for real, and late requests come when their test is over. In
    a database of its own that touches no other test, and the banks load once.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    name = f"browser_{worker}"
    _manage(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _manage(f"CREATE DATABASE {name}")
    try:
        with using_database(name), Path(os.devnull).open("w") as nowhere:
            call_command("migrate", verbosity=0)
            call_command("load_banks", stdout=nowhere)
        yield name
    finally:
        _manage(f"DROP DATABASE {name} WITH (FORCE)")


def _manage(statement: str) -> None:
    with psycopg.connect(database_url("postgres"), autocommit=True) as connected:
        connected.execute(statement.encode())


@contextmanager
def using_database(name: str) -> Iterator[None]:
    """Let this process work on the database of that name."""
    usual = connection.settings_dict["NAME"]
    _switch_database(name)
    try:
        yield
    finally:
        _switch_database(usual)


def _switch_database(name: str) -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    connection.settings_dict["NAME"] = name
    # Two databases give the same ids to different releases.
    release_content.cache_clear()


def database_url(name: str) -> str:
    config = connection.settings_dict
    user, password = (urllib.parse.quote(config[key]) for key in ("USER", "PASSWORD"))
    return f"postgres://{user}:{password}@{config['HOST']}:{config['PORT']}/{name}"


# --- the server -----------------------------------------------------------------------


def collect_static(folder: Path) -> None:
    """Collect the static files as production does, but without compressing them."""
    backend = {"BACKEND": "testprep.storage.StaticStorage"}
    storages = settings.STORAGES | {"staticfiles": backend}
    with (
        override_settings(STATIC_ROOT=str(folder), STORAGES=storages),
        patch.object(Compressor, "should_compress", return_value=False),
    ):
        call_command("collectstatic", interactive=False, verbosity=0)


def environment(folder: Path, *, database: str, redis_url: str) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": database_url(database),
        "REDIS_URL": redis_url,
        # The same as ours, so that the sessions we make are good there.
        "SECRET_KEY": settings.SECRET_KEY,
        "STATIC_ROOT": str(folder / "static"),
        "TESTPREP_DATA_DIR": str(folder),
        "GRANIAN_WORKERS": "1",
        "GRANIAN_BLOCKING_THREADS": "4",
        "LOG_LEVEL": "WARNING",
    }


@contextmanager
def running_site(folder: Path, *, database: str) -> Iterator[Site]:
    """Serve the product on a free port, with a Valkey of its own."""
    collect_static(folder / "static")
    log, port = folder / "server.log", free_port()
    url = f"http://{HOST}:{port}"
    with ExitStack() as stack:
        cache = stack.enter_context(valkey())
        command = web_command(HOST, port)
        options = environment(folder, database=database, redis_url=cache.url)
        with log.open("wb") as output:
            process = start(
                command, cwd=ROOT, env=options, stdout=output, stderr=output
            )
        stack.callback(stop_all, [process])
        wait_until(
            lambda: answers(f"{url}/livez"), name="The web server", process=process
        )
        yield Site(url, database, log)
