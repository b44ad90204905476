"""Granian and wrk: the server that is measured, and what loads it."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ops.local.packages import apt_install
from ops.local.processes import free_port, start, stop_all, wait_until

WORKERS, THREADS = 2, 4
CONNECTIONS = 16
_SCRIPT = Path(__file__).with_name("answers.lua")


@dataclass(frozen=True)
class Load:
    """What one round of load measured; latencies in milliseconds."""

    per_second: float
    p95_ms: float
    mean_ms: float
    requests: int


class LoadFailed(Exception):
    """A round in which not every request was answered well measures nothing."""


@contextlib.contextmanager
def granian(
    environment: dict[str, str], *, settings: str = "testprep.settings"
) -> Iterator[str]:
    """Serve the product as production does; the value is its address."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", "127.0.0.1", "--port", str(port), "--no-ws"),
        *("--workers", str(WORKERS), "--blocking-threads", str(THREADS)),
        *("--backlog", "1024", "--log-level", "warning", "testprep.wsgi:application"),
    ]
    variables = os.environ | environment | {"DJANGO_SETTINGS_MODULE": settings}
    process = start(command, env=variables)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(address), name="Granian", process=process)
        yield address
    finally:
        stop_all([process])


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/livez", timeout=2).close()  # noqa: S310
    except urllib.error.HTTPError:
        return True  # the yardstick has no such page, and answers
    except OSError:
        return False
    return True


def find_wrk() -> str:
    """Return wrk, from Debian's package if it is not there yet."""
    found = shutil.which("wrk")
    if found:
        return found
    if apt_install("wrk"):
        return "wrk"
    raise SystemExit("The benchmarks need the load generator wrk; please install it.")


def load(address: str, requests: Path, *, seconds: int, connections: int) -> Load:
    """Send the prepared requests for some seconds; every one must be answered 200."""
    threads = min(2, connections)
    command = [
        *(find_wrk(), "--threads", str(threads), "--connections", str(connections)),
        *("--duration", f"{seconds}s", "--timeout", "10s", "--script", str(_SCRIPT)),
        *(address, "--", str(threads)),
    ]
    done = subprocess.run(
        command,
        env=os.environ | {"REQUESTS": str(requests)},
        capture_output=True,
        text=True,
        check=True,
    )
    match = re.search(r"^RESULT (.*)$", done.stdout, re.MULTILINE)
    if match is None:
        raise LoadFailed(done.stdout + done.stderr)
    n_requests, micros, bad_status, broken, p95, mean = map(int, match[1].split())
    if bad_status or broken:
        raise LoadFailed(f"{bad_status} refused, {broken} broken:\n{done.stdout}")
    return Load(n_requests / micros * 1e6, p95 / 1000, mean / 1000, n_requests)
