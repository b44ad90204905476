"""Start, await and stop processes, so that none is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import FrameType
from typing import Any

POLL_SECONDS = 0.05
Process = subprocess.Popen[bytes]


class StartError(RuntimeError):
    """A server did not come up; the message says which, and why."""


class StopRequest:
    """Whether Ctrl-C, SIGTERM or SIGHUP came.

    The signal is only noted: code asks between its steps, so a process that was just
    started is never lost to an exception in the middle of starting it.
    """

    def __init__(self) -> None:
        self.signal = 0

    def note(self, number: int, _frame: FrameType | None) -> None:
        self.signal = number

    def __bool__(self) -> bool:
        return self.signal != 0


@contextlib.contextmanager
def noted_signals() -> Iterator[StopRequest]:
    """Note the signals that ask to stop instead of dying from them."""
    stop = StopRequest()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop.note) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def free_port() -> int:
    """Return a TCP port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(command: Sequence[str], **options: Any) -> Process:
    """Start a process in a session of its own: Ctrl-C reaches it only through us."""
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, start_new_session=True, **options
    )


def wait_until(
    ready: Callable[[], bool],
    *,
    name: str,
    process: Process,
    seconds: float = 60,
    stop: StopRequest | None = None,
) -> None:
    """Wait until ``ready()`` or ``stop``.

    Raises StartError if the process ends first or the time runs out.
    """
    until = time.monotonic() + seconds
    while not stop and not ready():
        if process.poll() is not None:
            raise StartError(f"{name} stopped while it was starting.")
        if time.monotonic() > until:
            raise StartError(f"{name} was not ready after {seconds:.0f} seconds.")
        time.sleep(POLL_SECONDS)


def stop_all(
    processes: Iterable[Process], *, number: int = signal.SIGTERM, seconds: float = 10
) -> None:
    """Ask all to stop at once, wait, then kill what is left with its children."""
    processes = tuple(processes)
    for process in processes:
        if process.poll() is None:
            process.send_signal(number)
    until = time.monotonic() + seconds
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0, until - time.monotonic()))
        # Also after an orderly end: what it left of its own group goes with it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
