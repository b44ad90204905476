"""`manage.py prepare`: what must be there before the servers start."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from ops.local import static


@pytest.fixture(autouse=True)
def _one_static_file(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = str(tmp_path / "collected")
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "testprep.storage.StaticStorage"}
    }
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "page.css").write_text("p { margin: 0 }")
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATICFILES_FINDERS = [
        "django.contrib.staticfiles.finders.FileSystemFinder"
    ]


def collected(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "collected").glob("*.css"))


def test_static_files_are_collected_once(tmp_path: Path) -> None:
    assert static.collect_changed()
    first = collected(tmp_path)
    assert len(first) == 2  # page.css and its hashed name
    assert not static.collect_changed()
    assert collected(tmp_path) == first


def test_and_again_when_one_changed_without_the_old_ones(tmp_path: Path) -> None:
    static.collect_changed()
    first = collected(tmp_path)
    (tmp_path / "source" / "page.css").write_text("p { margin: 1rem }")
    assert static.collect_changed()
    assert len(collected(tmp_path)) == 2
    assert collected(tmp_path) != first


def test_and_again_when_someone_removed_them(tmp_path: Path) -> None:
    static.collect_changed()
    (tmp_path / "collected" / "staticfiles.json").unlink()
    assert static.collect_changed()


@pytest.mark.django_db
def test_it_runs_the_commands_that_the_settings_name(settings: Settings) -> None:
    settings.PREPARE_COMMANDS = ["check"]
    printed = io.StringIO()
    call_command("prepare", stdout=printed)
    assert "no issues" in printed.getvalue()


@pytest.mark.django_db
def test_it_fails_on_a_command_that_does_not_exist(settings: Settings) -> None:
    settings.PREPARE_COMMANDS = ["no_such_command"]
    with pytest.raises(CommandError, match="no_such_command"):
        call_command("prepare")
