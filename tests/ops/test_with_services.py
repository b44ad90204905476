"""Running a command beside its own PostgreSQL and Valkey."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import redis

from ops.local.addresses import why_taken
from tests.ops.test_processes import wait_for

ROOT = Path(__file__).resolve().parents[2]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ops.local.with_services", *arguments]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": "sqlite:///not-this-one"}
    return subprocess.run(
        command(*arguments), cwd=ROOT, env=environment, capture_output=True, text=True
    )


def test_the_command_finds_both_and_its_exit_code_is_ours() -> None:
    program = (
        "import os, psycopg, redis, sys;"
        "psycopg.connect(os.environ['DATABASE_URL']).execute('SELECT 1');"
        "redis.from_url(os.environ['REDIS_URL']).ping();"
        "print(os.environ['REDIS_URL']); sys.exit(7)"
    )
    done = run("--", sys.executable, "-c", program)
    assert done.returncode == 7, done.stderr
    port = urlsplit(done.stdout.strip()).port
    assert port
    assert not why_taken("127.0.0.1", port)


def test_without_postgres_the_command_gets_the_default_database() -> None:
    program = "import os; print(os.environ.get('DATABASE_URL'))"
    done = run("--no-postgres", "--", sys.executable, "-c", program)
    assert (done.returncode, done.stdout.strip()) == (0, "None")


def test_a_command_that_cannot_be_run_is_named() -> None:
    done = run("--no-postgres", "--", "no-such-command")
    assert done.returncode == 1
    assert "no-such-command" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_request_to_stop_reaches_the_command_and_cleans_up(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, sys, time;"
        f"pathlib.Path({str(tmp_path / 'url')!r}).write_text(os.environ['REDIS_URL']);"
        "time.sleep(60)"
    )
    arguments = ("--no-postgres", "--", sys.executable, "-c", program)
    process = subprocess.Popen(command(*arguments), cwd=ROOT)
    with redis.from_url(wait_for(tmp_path / "url")) as client:
        folder = Path(client.config_get("dir")["dir"])
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 128 + signal.SIGTERM
    assert not folder.exists()
