"""Typed reading of the environment, and the rules that production must meet."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

ENVIRONMENTS = ("development", "staging", "production")
LEAST_SECRET = 50
# They keep mail to themselves: nobody could prove an address.
NO_MAIL = ("console", "dummy", "filebased", "locmem")


def environment_name() -> str:
    """Return which environment this is; a misspelt one must not pass for another."""
    name: str = env.str("TESTPREP_ENV", default="development")
    if name not in ENVIRONMENTS:
        raise ImproperlyConfigured(
            f"TESTPREP_ENV is {name!r}; it must be one of {', '.join(ENVIRONMENTS)}."
        )
    return name


def required(name: str, *, development: str, environment: str) -> str:
    """Return a setting that only development may leave out."""
    value: str = env.str(name, default="")
    if value:
        return value
    if environment == "development":
        return development
    raise ImproperlyConfigured(
        f"{name} must be set when TESTPREP_ENV is {environment!r}."
    )


def check_secret(secret: str) -> None:
    """Refuse a key that could be guessed."""
    if len(secret) < LEAST_SECRET:
        raise ImproperlyConfigured(
            f"SECRET_KEY must have at least {LEAST_SECRET} characters."
        )


def https_host(url: str) -> str:
    """Return the host of an address that begins with https://; refuse any other."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ImproperlyConfigured(
            f"SITE_URL is {url!r}; it must begin with https:// and name a host."
        )
    return parts.hostname


def check_mail(config: dict[str, Any]) -> None:
    """Refuse a way to send mail that sends none."""
    backend = str(config["EMAIL_BACKEND"])
    if any(f".{name}." in backend for name in NO_MAIL):
        raise ImproperlyConfigured("EMAIL_URL must name a server that sends mail.")


def development_secret(path: Path) -> str:
    """Return this machine's own secret key, made at the first start.

    It is written whole to a file of its own and then linked into place, so that
    processes that start together agree on one key and never read half of it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        handle, mine = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(mine, path)
        Path(mine).unlink()
    return path.read_text()


def database(url: str) -> dict[str, Any]:
    """Return Django's DATABASES entry for a URL, with pooling or WAL as it fits.

    PostgreSQL pools per process: DATABASE_POOL_MIN and DATABASE_POOL_MAX connections
    (0 as the maximum turns the pool off and keeps one connection per thread).
    """
    config: dict[str, Any] = dict(env.db_url_config(url))
    options = config.setdefault("OPTIONS", {})
    if config["ENGINE"].endswith("postgresql"):
        # The hot statements are planned once per connection. Behind a pooler that
        # hands a connection to others between transactions, set this to 0; a cursor
        # that the server keeps would be lost there as well.
        threshold = env.int("DATABASE_PREPARE_THRESHOLD", default=3)
        options |= {"server_side_binding": True, "prepare_threshold": threshold or None}
        config["DISABLE_SERVER_SIDE_CURSORS"] = threshold == 0
        largest = env.int("DATABASE_POOL_MAX", default=8)
        if largest:
            options["pool"] = {
                "min_size": env.int("DATABASE_POOL_MIN", default=1),
                "max_size": largest,
                "timeout": env.int("DATABASE_POOL_TIMEOUT", default=10),
            }
        else:
            config["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=600)
            config["CONN_HEALTH_CHECKS"] = True
    elif config["ENGINE"].endswith("sqlite3"):
        # IMMEDIATE: a transaction that will write takes the lock at its start, so two
        # of them queue instead of failing half-way. FULL: a saved answer is on disk.
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                "PRAGMA cache_size=-20000; PRAGMA mmap_size=134217728;"
            ),
        }
    return config
