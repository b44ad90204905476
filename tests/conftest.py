"""Settings of the tests, and what keeps one test from touching another."""

import os
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache

from testprep.celery import app as celery_app

# Examples are the same in every run, and a slow machine is no failed property.
hypothesis.settings.register_profile("testprep", deadline=None, derandomize=True)
hypothesis.settings.load_profile("testprep")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("minimum_tests", "A whole run must collect at least so many tests.")


def pytest_configure(config: pytest.Config) -> None:
    if not os.environ.get("REDIS_URL"):
        raise pytest.UsageError(
            "The tests need real servers. Run `make test`, or for some of them: "
            ".venv/bin/python -m ops.local.with_services -- .venv/bin/pytest PATH"
        )
    use_own_valkey_database()
    # Argon2 is slow on purpose; setUpTestData hashes passwords in every class.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Pages are tested without collecting the files first; test_static.py does that.
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"] = {"BACKEND": plain}
    # A timer would work beside the tests, on a database of its own connection.
    settings.REWARDS_COLLECT_SECONDS = 0
    celery_app.conf.task_always_eager = True
    celery_app.conf.task_eager_propagates = True
    # The processes of a run that is shared have no terminal.
    if terminal := config.pluginmanager.get_plugin("terminalreporter"):
        config.pluginmanager.register(FailuresAtOnce(terminal))


def use_own_valkey_database() -> None:
    """Give each xdist worker its own database number, since clearing empties it.

    0 and 1 are the cache and the broker of a server that someone may be running.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    settings.CACHES["default"]["LOCATION"] = f"{settings.REDIS_URL}/{2 + int(worker)}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """Put SQLite's test database in a file: in memory it has other locks and no WAL."""
    config = settings.DATABASES["default"]
    if config["ENGINE"].endswith("sqlite3"):
        folder: Path = tmp_path_factory.mktemp("database")
        config.setdefault("TEST", {})["NAME"] = str(folder / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the tests out of the folders that a running product uses."""
    for name in ("STATIC_ROOT", "MEDIA_ROOT"):
        setattr(settings, name, str(tmp_path_factory.mktemp(name.lower())))


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Let no test find what another one cached, counted or limited."""
    cache.clear()


# --- failures -------------------------------------------------------------------------


class FailuresAtOnce:
    """Says what failed when it fails: a run that is cut short says it nowhere else."""

    def __init__(self, terminal: Any) -> None:
        self.terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            reason = str(getattr(crash, "message", "")).partition("\n")[0]
            words = f"FAILED in {report.when}: {report.nodeid} {reason}"
            self.terminal.ensure_newline()
            self.terminal.write_line(words, red=True)


# --- the number of tests found --------------------------------------------------------


def pytest_collection_finish(session: pytest.Session) -> None:
    # With xdist its workers collect, and the hook below hears of it.
    if not session.config.option.numprocesses and not is_worker(session.config):
        require_minimum(session.config, len(session.items))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: object, ids: list[str]) -> None:
    require_minimum(node.config, len(ids))  # type: ignore[attr-defined]


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def require_minimum(config: pytest.Config, found: int) -> None:
    """Stop a whole run that lost tests, say to a folder without __init__.py."""
    chosen = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    if chosen or config.option.markexpr or config.option.keyword:
        return
    minimum = int(config.getini("minimum_tests"))
    if found < minimum:
        pytest.exit(f"Only {found} tests were found, of at least {minimum}.", 1)
