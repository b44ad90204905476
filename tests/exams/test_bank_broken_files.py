"""Every kind of broken bank file gets one clear error and changes nothing."""

import hashlib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from tests.exams import banks
from tests.exams.banks.broken import BROKEN, FACTS, Q1, TEST


def fingerprint() -> str:
    """Return a hash of every row of the exams' tables."""
    digest = hashlib.sha256()
    for model in apps.get_app_config("exams").get_models():
        rows = list(model._default_manager.order_by("pk").values_list())
        digest.update(f"{model.__name__} {len(rows)} {rows}".encode())
    return digest.hexdigest()


def load(root: Path) -> list[str]:
    """Load a bank that has an error; return the lines of standard error."""
    err = StringIO()
    with pytest.raises(CommandError, match=r"nothing was loaded\.$"):
        call_command("load_banks", path=root, stderr=err, stdout=StringIO())
    return err.getvalue().splitlines()


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gets_one_clear_error_and_changes_nothing(
    name: str, tmp_path: Path
) -> None:
    files, expected = BROKEN[name]
    banks.write_bank(tmp_path)
    call_command("load_banks", path=tmp_path, stdout=StringIO())
    before = fingerprint()

    for file, content in files.items():
        banks.write(tmp_path, file, content)

    assert load(tmp_path) == [expected]
    assert fingerprint() == before


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN)
def test_check_banks_tells_the_same(name: str, tmp_path: Path) -> None:
    files, expected = BROKEN[name]
    banks.write_bank(tmp_path)
    for file, content in files.items():
        banks.write(tmp_path, file, content)
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("check_banks", path=tmp_path, stderr=err, stdout=StringIO())
    assert expected in err.getvalue().splitlines()


@pytest.mark.django_db
def test_all_errors_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    def spoil(test: dict[str, Any]) -> None:
        test["title"] = 7
        test["questions"][0].pop("stem")
        test["questions"][4]["choices"][1]["why"] = ""
        test["questions"][4]["tipp"] = "Remember."

    banks.write_bank(tmp_path)
    banks.write(tmp_path, "test-01.yaml", banks.changed(banks.exam(), spoil))
    banks.write(tmp_path, "test-02.yaml", "number: [\n")
    other = banks.certification(slug="other", pass_percent=0)
    banks.write(tmp_path, "certification.yaml", other, folder="other")
    before = fingerprint()

    assert load(tmp_path) == [
        f"{TEST}: title: expected text, found 7; put it in quotes.",
        f"{Q1}, stem: expected text, found nothing.",
        f'{TEST}: question 5 (q-05): unknown field "tipp"; known: id, domain, kind, '
        "scoring, stem, choices, explanation, tip, reference.",
        f"{TEST}: question 5 (q-05), choice 2, why: expected text, found an empty one.",
        "example/test-02.yaml: line 2, column 1: not YAML: while parsing a flow node, "
        "did not find expected node content.",
        "other/certification.yaml: pass_percent: expected a whole number from 1 to "
        "100, found 0.",
    ]
    assert fingerprint() == before


@pytest.mark.django_db
def test_a_folder_without_its_facts_is_told(tmp_path: Path) -> None:
    banks.write(tmp_path, "test-01.yaml", banks.exam())
    assert load(tmp_path) == [f"{FACTS}: this file is missing."]


@pytest.mark.django_db
def test_a_folder_of_that_name_is_no_file(tmp_path: Path) -> None:
    banks.write_bank(tmp_path)
    (tmp_path / "example" / "test-02.yaml").mkdir()
    assert load(tmp_path) == ["example/test-02.yaml: it is no file."]


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["load_banks", "check_banks"])
def test_a_path_or_a_slug_that_is_not_there_is_told(
    command: str, tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(CommandError) as told:
        call_command(command, path=nowhere, stderr=(err := StringIO()))
    assert f"{nowhere}: expected a folder of banks." in f"{told.value}{err.getvalue()}"

    with pytest.raises(CommandError) as told:
        call_command(command, path=tmp_path, only="a-minus", stderr=(err := StringIO()))
    expected = f'{tmp_path}: there is no bank "a-minus" here.'
    assert expected in f"{told.value}{err.getvalue()}"
