"""The demo accounts of development."""

import json
import stat
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.accounts.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    settings.IS_DEVELOPMENT = True
    return tmp_path / "data"


def run(capsys: pytest.CaptureFixture[str]) -> str:
    call_command("demo_accounts")
    return capsys.readouterr().out


def passwords(folder: Path) -> dict[str, str]:
    return dict(json.loads((folder / "demo.json").read_text()))


def can_sign_in(email: str, password: str) -> bool:
    client = Client()
    client.post("/account/login/", {"login": email, "password": password})
    return "_auth_user_id" in client.session


def test_both_can_sign_in_with_what_is_printed(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    printed = run(capsys)
    for email, password in passwords(folder).items():
        assert email in printed
        assert password in printed
        assert can_sign_in(email, password)


@pytest.mark.usefixtures("folder")
def test_only_the_staff_account_is_staff(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys)
    rights = User.objects.values_list("display_name", "is_staff", "is_superuser")
    assert sorted(rights) == [
        ("Demo Learner", False, False),
        ("Demo Staff", True, True),
    ]


def test_nobody_else_may_read_the_passwords(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    run(capsys)
    assert stat.S_IMODE((folder / "demo.json").stat().st_mode) == 0o600


def test_each_machine_has_its_own_passwords(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    run(capsys)
    first = passwords(folder)
    (folder / "demo.json").unlink()
    run(capsys)
    second = passwords(folder)
    assert first.keys() == second.keys()
    assert not set(first.values()) & set(second.values())
    assert all(can_sign_in(*pair) for pair in second.items())


@pytest.mark.usefixtures("folder")
def test_a_second_run_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys) == run(capsys)
    assert User.objects.count() == 2


def test_what_is_printed_fits_even_after_a_change(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    run(capsys)
    user = User.objects.get(email="demo@example.com")
    user.set_password("changed")
    user.save()
    EmailAddress.objects.filter(user=user).delete()
    run(capsys)
    assert can_sign_in(user.email, passwords(folder)[user.email])


@pytest.mark.usefixtures("folder")
def test_a_deleted_one_comes_back(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys)
    User.objects.filter(email="demo@example.com").delete()
    run(capsys)
    assert User.objects.count() == 2


@pytest.mark.usefixtures("folder")
def test_a_name_that_is_taken_is_said() -> None:
    make_person(display_name="demo learner")
    with pytest.raises(CommandError, match="Demo Learner"):
        call_command("demo_accounts")


def test_outside_development_it_refuses(settings: Settings, folder: Path) -> None:
    settings.IS_DEVELOPMENT = False
    with pytest.raises(CommandError, match="development only"):
        call_command("demo_accounts")
    assert not User.objects.exists()
    assert not folder.exists()
