"""Collect the static files, but only when one of them changed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_changed() -> bool:
    """Collect, hash and compress the static files; False if nothing changed.

    That takes seconds, so a second start compares names, sizes and times instead.
    """
    root = Path(settings.STATIC_ROOT)
    note = root.with_name(f"{root.name}.fingerprint")
    now = fingerprint()
    collected = (root / "staticfiles.json").exists() and note.exists()
    if collected and note.read_text() == now:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    note.write_text(now)
    return True


def fingerprint() -> str:
    """Return a digest that changes when any static file does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = Path(storage.path(path))
            state = file.stat()
            digest.update(f"{file} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
