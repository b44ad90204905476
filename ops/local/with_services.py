"""Run a command beside a real PostgreSQL and a real Valkey.

python -m ops.local.with_services [--durable] [--no-postgres] -- COMMAND...

The command finds them in DATABASE_URL and REDIS_URL; its exit code is ours.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time

from ops.local.processes import Process, StartError, StopRequest, noted_signals
from ops.local.services import postgres, valkey

# How long a command may take to clean up after it was told to stop.
GRACE_SECONDS = 30


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    environment = dict(os.environ)
    with noted_signals() as stop, contextlib.ExitStack() as stack:
        # Without PostgreSQL the command gets what a bare clone has: SQLite.
        environment.pop("DATABASE_URL", None)
        if options.postgres:
            database = stack.enter_context(postgres(durable=options.durable))
            environment["DATABASE_URL"] = database.url
        cache = stack.enter_context(valkey(durable=options.durable))
        environment["REDIS_URL"] = cache.url
        if stop:
            return 128 + stop.signal
        # In our own group, so that it keeps the terminal and hears Ctrl-C itself.
        command = subprocess.Popen(options.command, env=environment)
        return await_command(command, stop)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m ops.local.with_services", description=__doc__
    )
    parser.add_argument("--durable", action="store_true", help="wait for the disk")
    parser.add_argument("--no-postgres", dest="postgres", action="store_false")
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    return parser.parse_args(arguments)


def await_command(command: Process, stop: StopRequest) -> int:
    """Wait for the command, pass a request to stop on, and return its exit code."""
    kill_at: float | None = None
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = command.wait(timeout=0.2)
            return code if code >= 0 else 128 - code
        if stop and kill_at is None:
            kill_at = time.monotonic() + GRACE_SECONDS
            if stop.signal != signal.SIGINT:
                command.send_signal(stop.signal)
        if kill_at is not None and time.monotonic() > kill_at:
            command.kill()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StartError as error:
        sys.exit(f"with_services: {error}")
    except FileNotFoundError as error:
        sys.exit(f"with_services: cannot run it: {error}")
