"""A real PostgreSQL and a real Valkey for as long as a ``with`` block runs."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import redis

from ops.local.processes import (
    Process,
    StartError,
    free_port,
    start,
    stop_all,
    wait_until,
)
from ops.local.programs import Account, find_postgres, find_valkey

ROLE = DATABASE = "testprep"

# A database that vanishes with its test need not wait for the disk.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Service(NamedTuple):
    """A server that runs, and where: a DATABASE_URL or a REDIS_URL."""

    url: str
    process: Process


@contextlib.contextmanager
def scratch_folder(name: str, *, on_disk: bool = False) -> Iterator[Path]:
    """A temporary folder with a short path, which another account may reach.

    ``on_disk``: /tmp may be memory, where waiting for the disk would cost nothing.
    """
    parent = "/var/tmp" if on_disk else "/tmp"  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix=f"testprep-{name}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def await_server(
    ready: Callable[[], bool], *, name: str, process: Process, log: Path
) -> None:
    try:
        wait_until(ready, name=name, process=process)
    except StartError as error:
        raise StartError(f"{error}\n{log.read_text(errors='replace')}") from None


# --- PostgreSQL -----------------------------------------------------------------------


@contextlib.contextmanager
def postgres(*, durable: bool = False) -> Iterator[Service]:
    """Run PostgreSQL on a free port, with an empty database.

    ``durable`` keeps fsync on, as production has it: benchmarks must pay for it too.
    """
    account = Account.for_postgres()
    password, port = secrets.token_hex(24), free_port()
    url = f"postgres://{ROLE}:{password}@127.0.0.1:{port}"
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(scratch_folder("postgres", on_disk=durable))
        programs = stack.enter_context(scratch_folder("programs"))
        for path in (folder, programs):
            account.give(path)
        programs = find_postgres(account, programs)
        init_postgres(programs, folder, password, account)
        command = postgres_command(programs, folder, port, durable=durable)
        process = start_logged(command, folder, **account.options())
        # SIGINT is its fast shutdown: after SIGTERM it waits for every client to leave.
        stack.callback(stop_all, [process], number=signal.SIGINT)
        await_server(
            lambda: has_created_database(url),
            name="PostgreSQL",
            process=process,
            log=folder / "log",
        )
        yield Service(f"{url}/{DATABASE}", process)


def init_postgres(
    programs: Path, folder: Path, password: str, account: Account
) -> None:
    """Make an empty cluster with one account, which needs the password."""
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    account.give(secret)
    ctype = "UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    command = [
        *(str(programs / "initdb"), "--pgdata", str(folder / "data"), "--no-sync"),
        *("--username", ROLE, "--pwfile", str(secret), "--auth", "scram-sha-256"),
        *("--encoding", "UTF8", "--lc-collate", "C", "--lc-ctype", ctype),
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        **account.options(),
    )
    secret.unlink()
    if done.returncode:
        raise StartError(f"initdb failed:\n{done.stdout}{done.stderr}")


def postgres_command(
    programs: Path, folder: Path, port: int, *, durable: bool
) -> list[str]:
    options = {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "max_connections": "200",
    }
    options |= {} if durable else NOT_DURABLE
    flags = [part for item in options.items() for part in ("-c", "=".join(item))]
    return [str(programs / "postgres"), "-D", str(folder / "data"), *flags]


def has_created_database(url: str) -> bool:
    """Create our database once the server accepts us; False means not yet."""
    try:
        with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.OperationalError:
        return False
    return True


# --- Valkey ---------------------------------------------------------------------------


@contextlib.contextmanager
def valkey(
    *,
    folder: Path | None = None,
    port: int | None = None,
    durable: bool = False,
    pass_fds: tuple[int, ...] = (),
) -> Iterator[Service]:
    """Run Valkey; the URL has no database number.

    A ``folder`` keeps the data there, append-only, and takes the pinned Valkey, since
    another version may not read it; ``durable`` is append-only in a temporary folder.
    """
    port = port or free_port()
    with contextlib.ExitStack() as stack:
        program = find_valkey(pinned=folder is not None)
        append = "yes" if durable or folder else "no"
        if folder is None:
            folder = stack.enter_context(scratch_folder("valkey", on_disk=durable))
        folder.mkdir(parents=True, exist_ok=True)
        command = [
            *(program, "--port", str(port), "--bind", "127.0.0.1", "--databases", "64"),
            *("--dir", str(folder), "--appendonly", append, "--save", ""),
            *("--set-proc-title", "no"),  # So that ps shows whose data it is.
        ]
        process = start_logged(command, folder, pass_fds=pass_fds)
        stack.callback(stop_all, [process])
        await_server(
            lambda: answers_ping(port),
            name="Valkey",
            process=process,
            log=folder / "log",
        )
        yield Service(f"redis://127.0.0.1:{port}", process)


def answers_ping(port: int) -> bool:
    """Whether it has loaded its data and answers."""
    try:
        with redis.Redis(port=port, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def start_logged(command: list[str], folder: Path, **options: object) -> Process:
    with (folder / "log").open("wb") as log:
        return start(command, stdout=log, stderr=log, cwd=folder, **options)
