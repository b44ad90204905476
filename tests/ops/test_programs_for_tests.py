"""Chromium and Node: found where they are, got where they are not."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ops.local import chromium, node_tests, packages


class Machine:
    """A machine with only these programs; installing packages adds theirs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *programs: str) -> None:
        self.programs = set(programs)
        self.installed: list[tuple[str, ...]] = []
        monkeypatch.setattr(shutil, "which", self.which)
        for module in (chromium, node_tests):
            monkeypatch.setattr(module, "apt_install", self.apt_install)
        monkeypatch.delenv("CHROME", raising=False)
        monkeypatch.setattr(chromium, "of_playwright", lambda: "/playwright/chrome")

    def which(self, name: str) -> str | None:
        return f"/usr/bin/{name}" if name in self.programs else None

    def apt_install(self, *names: str) -> bool:
        if "apt-get" not in self.programs:
            return False
        self.installed.append(names)
        self.programs |= {{"nodejs": "node"}.get(name, name) for name in names}
        return True


@pytest.mark.parametrize("name", ["chromium", "google-chrome"])
def test_a_chromium_in_the_path_is_taken(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(monkeypatch, name, "apt-get")
    assert chromium.chromium() == f"/usr/bin/{name}"
    assert machine.installed == []


def test_the_one_that_chrome_names_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(monkeypatch, "chromium", "my-chrome")
    monkeypatch.setenv("CHROME", "my-chrome")
    assert chromium.chromium() == "/usr/bin/my-chrome"


def test_one_that_cannot_be_run_is_no_reason_to_take_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Machine(monkeypatch, "chromium")
    monkeypatch.setenv("CHROME", "my-chrome")
    with pytest.raises(SystemExit, match="CHROME names my-chrome"):
        chromium.chromium()


def test_without_one_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, "apt-get")
    assert chromium.chromium() == "/usr/bin/chromium"
    assert machine.installed == [("chromium", "fonts-dejavu-core")]


def test_where_nothing_may_be_installed_playwright_brings_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Machine(monkeypatch)
    assert chromium.chromium() == "/playwright/chrome"


def test_node_is_installed_or_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(monkeypatch, "apt-get")
    assert node_tests.node() == "/usr/bin/node"
    Machine(monkeypatch)
    with pytest.raises(SystemExit, match="or newer is needed"):
        node_tests.node()


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("v18.19.1", True),
        ("v20.18.3", True),
        ("v20.19.0", False),
        ("v22.6.0", True),
        ("v22.7.0", False),
        ("v24.1.0", False),
    ],
)
def test_a_node_that_does_not_recognise_modules_is_told(
    version: str, told: bool, tmp_path: Path
) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n")
    node.chmod(0o755)
    assert bool(node_tests.module_flags(str(node))) is told


def test_only_root_with_apt_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(
        subprocess, "run", lambda command, **options: ran.append(command)
    )
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not packages.apt_install("nodejs")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert packages.apt_install("nodejs")
    assert [command[2] for command in ran] == ["update", "install"]
