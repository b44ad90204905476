"""Starting, awaiting and stopping processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ops.local.processes import (
    StartError,
    StopRequest,
    noted_signals,
    start,
    stop_all,
    wait_until,
)

STUBBORN = """
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True
    )
    return state.returncode == 0 and not state.stdout.startswith("Z")


def wait_for(path: Path) -> str:
    until = time.monotonic() + 20
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < until, f"{path} was not written"
        time.sleep(0.02)
    return path.read_text()


def test_it_stops_what_ignores_the_request_and_what_that_started(
    tmp_path: Path,
) -> None:
    process = start([sys.executable, "-c", STUBBORN, str(tmp_path / "child")])
    child = int(wait_for(tmp_path / "child"))
    stop_all([process], seconds=0.2)
    assert process.returncode == -signal.SIGKILL
    assert not is_alive(child)


def test_it_stops_several_at_once_and_one_that_ended_already() -> None:
    ended = start(["true"])
    ended.wait()
    others = [start(["sleep", "60"]) for _ in range(2)]
    began = time.monotonic()
    stop_all([ended, *others])
    assert time.monotonic() - began < 5
    assert [process.returncode for process in others] == [-signal.SIGTERM] * 2


def test_waiting_ends_when_the_process_does() -> None:
    process = start(["false"])
    with pytest.raises(StartError, match="Sleeper stopped while it was starting"):
        wait_until(lambda: False, name="Sleeper", process=process)


def test_waiting_is_bounded() -> None:
    process = start(["sleep", "60"])
    try:
        with pytest.raises(StartError, match="Sleeper was not ready after 0 seconds"):
            wait_until(lambda: False, name="Sleeper", process=process, seconds=0.1)
    finally:
        stop_all([process])


def test_a_request_to_stop_ends_the_waiting_without_an_error() -> None:
    process = start(["sleep", "60"])
    stop = StopRequest()
    stop.note(signal.SIGTERM, None)
    try:
        wait_until(lambda: False, name="Sleeper", process=process, stop=stop)
    finally:
        stop_all([process])


def test_signals_are_noted_and_their_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with noted_signals() as stop:
        assert not stop
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop
        assert stop.signal == signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before
