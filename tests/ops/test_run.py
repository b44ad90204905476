"""`make run`: the whole product as a newcomer starts it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.local.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
OURS = ("DATABASE_URL", "HOST", "LOG_LEVEL", "SITE_URL", "TESTPREP_ENV")


class Running:
    """A launcher of its own data folder and port, and what it printed so far."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder.with_name(f"{self.port}.log")
        others = {k: v for k, v in os.environ.items() if k not in OURS}
        places = {"TESTPREP_DATA_DIR": str(folder), "PORT": str(self.port)}
        folder.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ops.local.run"],
                cwd=ROOT,
                env=others | places | variables,
                stdout=log,
                stderr=log,
            )

    @property
    def printed(self) -> str:
        return self.log.read_text()

    def until(self, words: str, seconds: float = 240) -> "Running":
        until = time.monotonic() + seconds
        while words not in self.printed:
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < until, self.printed
            time.sleep(0.05)
        return self

    def get(self, path: str) -> bytes:
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(url, timeout=10) as response:
            body: bytes = response.read()
            return body

    def processes(self) -> dict[int, str]:
        """All processes that were told this data folder: ps shows their environment."""
        listed = subprocess.run(
            ["ps", "axeww", "-o", "pid=,args="], capture_output=True, text=True
        ).stdout.splitlines()
        mine = [line.split(None, 1) for line in listed if str(self.folder) in line]
        return {int(pid): args for pid, args in mine}

    def kill(self) -> None:
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "data"


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Running]]:
    launchers: list[Running] = []

    def start(place: Path = folder, **variables: str) -> Running:
        launchers.append(Running(place, **variables))
        return launchers[-1]

    yield start
    for launcher in launchers:
        launcher.kill()


def test_it_serves_once_and_ctrl_c_leaves_no_process(
    start: Callable[..., Running], folder: Path
) -> None:
    running = start(REDIS_URL="").until("TestPrep runs at")
    assert f"TestPrep runs at http://localhost:{running.port}/" in running.printed
    for part in ("Valkey", "Data", "Web server", "Worker", "Beat"):
        assert re.search(rf"  {part} +.*ready", running.printed), running.printed
    assert json.loads(running.get("/readyz"))["status"] == "ok"

    second = start()  # Two Valkeys on one append-only file would ruin it.
    assert second.process.wait(timeout=60) == 1
    assert "it runs already" in second.printed

    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(timeout=60) == 0
    assert "Traceback" not in running.printed
    assert running.processes() == {}
    assert list((folder / "valkey" / "appendonlydir").iterdir())


def test_when_a_part_dies_it_says_which_and_stops_the_others(
    start: Callable[..., Running],
) -> None:
    running = start().until("TestPrep runs at")
    is_beat = re.compile(r" -m celery .* beat ")
    (beat,) = [pid for pid, args in running.processes().items() if is_beat.search(args)]
    os.kill(beat, signal.SIGKILL)
    assert running.process.wait(timeout=60) == 1
    assert "Beat stopped by itself (exit code -9)" in running.printed
    assert running.processes() == {}


def test_a_part_that_outlives_it_still_holds_the_data(
    start: Callable[..., Running],
) -> None:
    running = start(REDIS_URL="").until("Valkey")
    running.process.kill()
    running.process.wait()
    assert any("valkey-server" in args for args in running.processes().values())
    second = start(REDIS_URL="")
    assert second.process.wait(timeout=60) == 1
    assert "a part of it still does" in second.printed


def test_a_request_to_stop_is_heard_while_it_starts(
    start: Callable[..., Running],
) -> None:
    running = start(REDIS_URL="").until("Valkey")
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=60) == 0
    assert "runs at" not in running.printed
    assert running.processes() == {}


def test_a_failed_preparation_is_the_end(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    nowhere = "sqlite:////no/such/folder/database"
    running = start(tmp_path / "data", DATABASE_URL=nowhere)
    assert running.process.wait(timeout=60) == 1
    assert "the preparation failed" in running.printed
    assert "Web server" not in running.printed
    assert running.processes() == {}
