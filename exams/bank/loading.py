"""Loading banks into the database: all or nothing, and only what changed.

A file wins over the database only when it changed since its last load: fingerprints of
the files stand in Certification and Test, that of each question's entry in Question. So
what an editor changed in the admin stays until somebody changes that entry in the file.
A question's status is the editor's alone: a load restores only what a load retired.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from exams.bank import writing
from exams.bank.changes import Changes
from exams.bank.content import Bank
from exams.bank.folders import (
    CERTIFICATION_FILE,
    Folder,
    find_folders,
    read_bank,
    test_file_name,
)
from exams.bank.problems import BankErrors, Problem
from exams.models import Certification, Test
from exams.publishing import NotPublishable, publish_test

# Any number that nobody else locks on: "bank" in ASCII.
_LOCK = 0x62616E6B


def load_banks(
    *, root: Path, now: datetime, only: str | None = None, dry_run: bool = False
) -> list[Changes]:
    """Load every bank below ``root``; return what changed, a row per certification.

    Raise BankErrors with all that is wrong in the changed files; then nothing changed.
    A dry run reads every file, whether it changed or not, and changes nothing.
    """
    folders = find_folders(root, only=only)
    with transaction.atomic(), _one_at_a_time():
        loaded = _loaded_fingerprints()
        banks = _read_changed(folders, {} if dry_run else loaded)
        names = dict(Certification.objects.values_list("slug", "short_name"))
        changes = [
            _apply(banks[one.slug], one, loaded.get(one.slug, {}), now=now)
            if one.slug in banks
            else Changes(names[one.slug])
            for one in folders
        ]
        transaction.set_rollback(dry_run)
    return changes


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let two servers that start together load one after the other."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    yield


def _loaded_fingerprints() -> dict[str, dict[str, str]]:
    """Return, by certification and file name, what was loaded last. Two queries."""
    rows = Certification.objects.values_list("slug", "source_fingerprint")
    loaded = {slug: {CERTIFICATION_FILE: fingerprint} for slug, fingerprint in rows}
    tests = Test.objects.exclude(source_fingerprint="").values_list(
        "certification__slug", "number", "source_fingerprint"
    )
    for slug, number, fingerprint in tests:
        loaded[slug][test_file_name(number)] = fingerprint
    return loaded


def _read_changed(
    folders: Iterable[Folder], loaded: Mapping[str, Mapping[str, str]]
) -> dict[str, Bank]:
    """Return the banks with a file that is new, changed or gone."""
    banks: dict[str, Bank] = {}
    problems: list[Problem] = []
    for folder in folders:
        if folder.fingerprints() == loaded.get(folder.slug) and not folder.problems:
            continue
        try:
            banks[folder.slug] = read_bank(folder)
        except BankErrors as errors:
            problems += errors.problems
    if problems:
        raise BankErrors(problems)
    return banks


def _apply(
    bank: Bank, folder: Folder, loaded: Mapping[str, str], *, now: datetime
) -> Changes:
    """Write one bank's changed files to the database and publish their tests."""
    files = folder.fingerprints()
    changes = Changes(bank.certification.short_name, question_count=bank.question_count)
    has_new_facts = loaded.get(CERTIFICATION_FILE) != files[CERTIFICATION_FILE]
    if has_new_facts:
        writing.write_certification(bank, files[CERTIFICATION_FILE], changes)
    certification = Certification.objects.get(slug=folder.slug)
    tests = [one for one in bank.tests if loaded.get(one.file) != files[one.file]]
    writing.write_questions(certification, tests, changes)
    rows = [writing.write_test(certification, one, files[one.file]) for one in tests]
    writing.withdraw_tests(certification, bank, changes, now=now)
    writing.remove_questions(certification, bank, changes)
    if has_new_facts:
        writing.remove_domains(certification, bank)
    for test, row in zip(tests, rows, strict=True):
        _publish(f"{folder.slug}/{test.file}", row, changes, now=now)
    return changes


def _publish(file: str, test: Test, changes: Changes, *, now: datetime) -> None:
    try:
        release, is_new = publish_test(test=test, now=now)
    except NotPublishable as error:
        problems = [Problem(file, "", reason) for reason in error.reasons]
        raise BankErrors(problems) from error
    if is_new:
        changes.tests.append(f"{test.title}: release {release.number} published")
