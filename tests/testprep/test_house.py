"""The lines that hold the house: who imports whom, and where tests are found."""

import tomllib
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_every_import_goes_the_allowed_way(monkeypatch: pytest.MonkeyPatch) -> None:
    # It would silence every logger of the process, and with it the tests of our logs.
    monkeypatch.setattr("logging.config.dictConfig", lambda config: None)
    found = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert found == EXIT_STATUS_SUCCESS


def test_every_app_is_under_the_import_rules() -> None:
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert apps <= set(CONFIG["tool"]["importlinter"]["root_packages"])


def test_every_folder_of_tests_is_a_package() -> None:
    # Without it, some runners pass the folder's tests over in silence.
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert [str(path) for path in folders if not (path / "__init__.py").exists()] == []


def test_every_file_with_tests_has_a_name_that_pytest_collects() -> None:
    files = (ROOT / "tests").rglob("*.py")
    others = [path for path in files if not path.name.startswith("test_")]
    assert [str(p) for p in others if "\ndef test_" in p.read_text()] == []
