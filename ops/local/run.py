"""Run the whole product on this machine: what `make run` starts.

Valkey, then the preparation (tables, static files, banks, demo accounts), then the web
server, a Celery worker and Celery beat. Ctrl-C stops them all; if one stops by itself,
so do the others. README.md lists the variables that change it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ops.local import addresses, readiness
from ops.local.processes import (
    Process,
    StartError,
    StopRequest,
    free_port,
    noted_signals,
    start,
    stop_all,
    wait_until,
)
from ops.local.services import valkey

ROOT = Path(__file__).resolve().parents[2]
# Where settings.py looks for Valkey, so that manage.py finds it from another terminal.
USUAL_VALKEY_PORT = 6399


def main() -> int:
    with noted_signals() as stop:
        try:
            return Launcher(stop).run()
        except StartError as error:
            say(f"\nTestPrep cannot run: {error}")
            return 1


def say(line: str) -> None:
    print(line, flush=True)


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


class Launcher:
    """Starts the parts in order, watches them, and stops them together."""

    def __init__(self, stop: StopRequest) -> None:
        self.stop = stop
        self.host, self.port = addresses.chosen_address()
        self.url = addresses.browser_url(self.host, self.port)
        self.data = Path(os.environ.get("TESTPREP_DATA_DIR") or ROOT / "var").resolve()
        self.watched: dict[str, Process] = {}
        self.lock = -1

    def run(self) -> int:
        addresses.require_free(self.host, self.port)
        with contextlib.ExitStack() as stack:
            self.lock = stack.enter_context(only_one(self.data))
            say("TestPrep is starting; Ctrl-C stops it.")
            self.set_environment()
            self.start_valkey(stack)
            notes = self.prepare()
            parts: list[Process] = []
            stack.callback(stop_all, parts)
            self.start_parts(parts)
            if not self.stop:
                say(f"\nTestPrep runs at {self.url}/\n{notes}")
            return self.watch()

    def set_environment(self) -> None:
        """Say to every process that we start where it is and how much it tells."""
        os.environ["TESTPREP_DATA_DIR"] = str(self.data)
        os.environ["PYTHONUNBUFFERED"] = "1"
        defaults = {
            "DJANGO_SETTINGS_MODULE": "testprep.settings",
            "SITE_URL": self.url,
            "LOG_LEVEL": "WARNING",
            "GRANIAN_WORKERS": "2",
            "GRANIAN_BLOCKING_THREADS": "4",
            "CELERY_CONCURRENCY": "2",
        }
        for name, value in defaults.items():
            os.environ.setdefault(name, value)

    def start_valkey(self, stack: contextlib.ExitStack) -> None:
        """Start Valkey, unless REDIS_URL names one that runs already."""
        if os.environ.get("REDIS_URL"):
            return
        taken = addresses.why_taken("127.0.0.1", USUAL_VALKEY_PORT)
        port = free_port() if taken else USUAL_VALKEY_PORT
        folder = self.data / "valkey"
        service = valkey(folder=folder, port=port, pass_fds=(self.lock,))
        server = stack.enter_context(service)
        os.environ["REDIS_URL"] = server.url
        self.watched["Valkey"] = server.process
        say(f"  Valkey      ready on port {port}")

    def prepare(self) -> str:
        """Prepare the data in one process and return what it printed."""
        process = start(
            python("manage.py", "prepare"), cwd=ROOT, stdout=subprocess.PIPE
        )
        printed = b""
        while process.returncode is None and not self.stop:
            with contextlib.suppress(subprocess.TimeoutExpired):
                printed = process.communicate(timeout=0.1)[0]
        if self.stop:
            stop_all([process])
            return ""
        notes = printed.decode(errors="replace")
        if process.returncode:
            raise StartError(f"the preparation failed (see above).\n{notes}")
        say("  Data        tables, static files and question banks ready")
        return notes

    def start_parts(self, parts: list[Process]) -> None:
        """The web server first, so that the first page need not wait for the rest."""
        if self.stop:
            return
        began = time.time()
        web = self.start_part(parts, "Web server", web_command(self.host, self.port))
        probe = addresses.probe_url(self.host, self.port)
        self.await_part("Web server", web, lambda: readiness.answers(f"{probe}/livez"))
        if self.stop:
            return
        worker = self.start_part(parts, "Worker", worker_command())
        beat = self.start_part(parts, "Beat", celery("beat", "--loglevel", "WARNING"))
        self.await_part("Worker", worker, readiness.worker_answers)
        self.await_part("Beat", beat, lambda: readiness.beat_has_begun(since=began))

    def start_part(
        self, parts: list[Process], name: str, command: list[str]
    ) -> Process:
        process = start(command, cwd=ROOT, pass_fds=(self.lock,))
        parts.append(process)
        self.watched[name] = process
        return process

    def await_part(
        self, name: str, process: Process, ready: Callable[[], bool]
    ) -> None:
        wait_until(ready, name=name, process=process, stop=self.stop)
        if not self.stop:
            say(f"  {name:<11} ready")

    def watch(self) -> int:
        """Wait for Ctrl-C (0), or for the first part that stops by itself (1)."""
        while not self.stop:
            for name, process in self.watched.items():
                if (code := process.poll()) is not None:
                    raise StartError(f"{name} stopped by itself (exit code {code}).")
            time.sleep(0.2)
        say("\nTestPrep is stopping ...")
        return 0


def web_command(host: str, port: int) -> list[str]:
    """Granian reads GRANIAN_WORKERS and GRANIAN_BLOCKING_THREADS itself."""
    where = ("--host", host, "--port", str(port))
    options = ("--interface", "wsgi", "--no-ws", "--log-level", "warning")
    return python("-m", "granian", *where, *options, "testprep.wsgi:application")


def celery(*arguments: str) -> list[str]:
    # In a container everybody is root: that warning is for servers.
    quiet = ("-W", "ignore:You're running the worker with superuser privileges")
    return python(*quiet, "-m", "celery", "--quiet", "--app", "testprep", *arguments)


def worker_command() -> list[str]:
    concurrency = os.environ["CELERY_CONCURRENCY"]
    # The only worker here need not look for others, which would take a second.
    alone = ("--without-gossip", "--without-mingle")
    options = ("--loglevel", "WARNING", "--concurrency", concurrency)
    return celery("worker", *options, *alone)


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[int]:
    """Hold the data folder: two Valkeys on one append-only file would ruin it.

    What we start inherits the lock, so a part that outlives us still holds it.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(
                f"it runs already, or a part of it still does, on the data in {data}. "
                "Stop that one, or name another folder with TESTPREP_DATA_DIR."
            ) from None
        yield lock.fileno()


if __name__ == "__main__":
    sys.exit(main())
