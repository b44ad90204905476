"""The folders of banks: which files there are, and all of one certification read."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exams.bank.content import SAMPLES, Bank, BankCertification, BankTest
from exams.bank.documents import Unreadable, decode, parse, read_bytes
from exams.bank.problems import BankErrors, Notebook, Problem, shown
from exams.bank.schema import read_certification, read_test

CERTIFICATION_FILE = "certification.yaml"
SAMPLES_FILE = "samples.yaml"
_TEST_FILE = re.compile(r"test-(\d\d)\.yaml")


@dataclass(frozen=True, slots=True)
class Folder:
    """A certification's folder: the bytes of its files, and what could not be read."""

    slug: str
    files: Mapping[str, bytes]
    problems: list[Problem] = field(default_factory=list)

    def fingerprints(self) -> dict[str, str]:
        """Return the SHA-256 of each file by its name."""
        return {
            name: hashlib.sha256(content).hexdigest()
            for name, content in self.files.items()
        }


def test_file_name(number: int) -> str:
    """Return the name of the file that holds a test."""
    return SAMPLES_FILE if number == SAMPLES else f"test-{number:02}.yaml"


def find_folders(root: Path, *, only: str | None = None) -> list[Folder]:
    """Return the folders below ``root`` by name, or the one named ``only``."""
    if not root.is_dir():
        raise BankErrors([Problem(str(root), "", "expected a folder of banks.")])
    paths = sorted(
        path
        for path in root.iterdir()
        if path.is_dir() and not path.name.startswith(".")
    )
    if only is not None:
        paths = [path for path in paths if path.name == only]
        if not paths:
            raise BankErrors(
                [Problem(str(root), "", f'there is no bank "{only}" here.')]
            )
    return [_read_folder(path) for path in paths]


def _read_folder(path: Path) -> Folder:
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    for file in sorted(path.iterdir()):
        if file.name.startswith("."):
            continue
        try:
            if not _is_known(file.name):
                raise Unreadable(
                    "nobody reads a file of this name; expected "
                    f"{CERTIFICATION_FILE}, {SAMPLES_FILE} or test-01.yaml."
                )
            files[file.name] = read_bytes(file)
        except Unreadable as error:
            problems.append(Problem(f"{path.name}/{file.name}", "", str(error)))
    return Folder(slug=path.name, files=files, problems=problems)


def _is_known(name: str) -> bool:
    known = name in {CERTIFICATION_FILE, SAMPLES_FILE}
    return known or _TEST_FILE.fullmatch(name) is not None


def read_bank(folder: Folder) -> Bank:
    """Return a folder's content; raise BankErrors with all the problems in it."""
    notebooks = {name: Notebook(f"{folder.slug}/{name}") for name in folder.files}
    documents = {
        name: _document(folder.files[name], notebooks[name]) for name in folder.files
    }
    certification = _certification(folder, documents, notebooks)
    domains = (
        [domain.slug for domain in certification.domains] if certification else None
    )
    tests = [
        read_test(document, notebooks[name], file=name, domains=domains)
        for name, document in documents.items()
        if name != CERTIFICATION_FILE and document is not None
    ]
    _check_numbers(tests, notebooks)
    _check_ids(tests, notebooks)
    problems = list(folder.problems)
    for notebook in notebooks.values():
        problems += notebook.problems
    if problems or certification is None:
        raise BankErrors(problems)
    ordered = sorted(tests, key=lambda test: test.number)
    return Bank(certification=certification, tests=tuple(ordered))


def _certification(
    folder: Folder, documents: Mapping[str, Any], notebooks: Mapping[str, Notebook]
) -> BankCertification | None:
    """Return the facts when they are sound; else note why not and return None."""
    place = f"{folder.slug}/{CERTIFICATION_FILE}"
    if CERTIFICATION_FILE not in documents:
        if not any(problem.file == place for problem in folder.problems):
            folder.problems.append(Problem(place, "", "this file is missing."))
        return None
    document, notebook = documents[CERTIFICATION_FILE], notebooks[CERTIFICATION_FILE]
    if document is None:
        return None
    certification = read_certification(document, notebook)
    if certification.slug and certification.slug != folder.slug:
        notebook.note(
            "slug",
            f"expected {shown(folder.slug)}, as the folder is called, found "
            f"{shown(certification.slug)}.",
        )
    return None if notebook.problems else certification


def _document(content: bytes, notebook: Notebook) -> Any:
    """Return the file's data; note why there is none and return None."""
    try:
        document = parse(decode(content))
    except Unreadable as error:
        notebook.note("", str(error))
        return None
    if document is None:
        notebook.note("", "it is empty; expected a mapping.")
    return document


def _check_numbers(
    tests: Iterable[BankTest], notebooks: Mapping[str, Notebook]
) -> None:
    """A test's number is the one in the file's name, and nobody else's."""
    taken: dict[int, str] = {}
    for test in tests:
        notebook = notebooks[test.file]
        if any(problem.place in {"", "number"} for problem in notebook.problems):
            continue  # its number is not known for sure
        other = taken.setdefault(test.number, test.file)
        if other != test.file:
            notebook.note("number", f"{test.number} is taken by {other}.")
        elif test_file_name(test.number) != test.file:
            expected = test_file_name(test.number)
            notebook.note(
                "number", f"found {test.number}; that test's file is called {expected}."
            )


def _check_ids(tests: Iterable[BankTest], notebooks: Mapping[str, Notebook]) -> None:
    """An id names one question of the certification, whichever file it stands in."""
    first: dict[str, str] = {}
    for test in tests:
        for number, question in enumerate(test.questions, 1):
            other = first.setdefault(question.id, test.file)
            if question.id and other != test.file:
                notebooks[test.file].note(
                    f"question {number} ({question.id}), id",
                    f"expected one of its own; {other} has it.",
                )
