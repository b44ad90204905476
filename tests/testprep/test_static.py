"""The static files as production serves them: under hashed names."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings
from whitenoise.compress import Compressor


def test_every_file_that_css_and_js_name_exists(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Hashing follows each url() and import, and fails where one leads nowhere.
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "testprep.storage.StaticStorage"}
    }
    # Compressing takes most of the time, and is the library's affair.
    monkeypatch.setattr(Compressor, "should_compress", lambda self, name: False)
    call_command("collectstatic", interactive=False, verbosity=0)
    paths = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert paths
    assert all((tmp_path / path).exists() for path in paths.values())
