"""What the settings refuse. Each case is a process of its own: settings load once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "TESTPREP_ENV": "production",
    "SECRET_KEY": "k" * 40 + "0123456789abcdefghij",
    "SITE_URL": "https://testprep.example",
    "REDIS_URL": "redis://127.0.0.1:1",
    "EMAIL_URL": "smtp://user:password@mail.example:587",
    "DATABASE_URL": "postgres://testprep:password@127.0.0.1:1/testprep",
    "DEFAULT_FROM_EMAIL": "TestPrep <hello@testprep.example>",
}
NEEDED = PRODUCTION.keys() - {"TESTPREP_ENV"}
DIFFERS = {
    *PRODUCTION,
    *("ALLOWED_HOSTS", "DEBUG", "DJANGO_SETTINGS_MODULE", "TESTPREP_DATA_DIR"),
    *("TRUSTED_PROXY_COUNT", "SECURE_HSTS_SECONDS", "DATABASE_PREPARE_THRESHOLD"),
}


def manage(
    *arguments: str, folder: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run manage.py with only these variables of ours set."""
    others = {k: v for k, v in os.environ.items() if k not in DIFFERS}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=others | {"TESTPREP_DATA_DIR": str(folder)} | variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def setting(name: str, *, folder: Path, **variables: str) -> str:
    code = f"from django.conf import settings; print(settings.{name})"
    done = manage(
        "shell", "--no-imports", "--command", code, folder=folder, **variables
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_production_passes_the_deployment_check_without_a_warning(
    tmp_path: Path,
) -> None:
    done = manage(
        "check", "--deploy", "--fail-level", "WARNING", folder=tmp_path, **PRODUCTION
    )
    assert done.returncode == 0, done.stderr
    # What binds a whole domain (HSTS for subdomains, preloading) is its owner's choice.
    assert "no issues (2 silenced)" in done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(NEEDED))
@pytest.mark.parametrize("environment", ["production", "staging"])
def test_it_refuses_to_start_without(
    name: str, environment: str, tmp_path: Path
) -> None:
    variables = PRODUCTION | {"TESTPREP_ENV": environment}
    del variables[name]
    done = manage("check", folder=tmp_path, **variables)
    assert done.returncode != 0
    assert f"{name} must be set when TESTPREP_ENV is '{environment}'" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "k" * 49, "at least 50 characters"),
        ("SITE_URL", "http://testprep.example", "must begin with https://"),
        ("SITE_URL", "testprep.example", "must begin with https://"),
        ("EMAIL_URL", "consolemail://", "a server that sends mail"),
        ("EMAIL_URL", "dummymail://", "a server that sends mail"),
        ("EMAIL_URL", "memorymail://", "a server that sends mail"),
    ],
)
def test_it_refuses_to_start_with(
    name: str, value: str, words: str, tmp_path: Path
) -> None:
    done = manage("check", folder=tmp_path, **PRODUCTION | {name: value})
    assert done.returncode != 0
    assert words in done.stderr


def test_it_answers_to_the_name_people_reach_it_by(tmp_path: Path) -> None:
    hosts = setting("ALLOWED_HOSTS", folder=tmp_path, **PRODUCTION)
    assert hosts == "['testprep.example']"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "0 0 False"),
        (PRODUCTION, "1 31536000 True"),
        (PRODUCTION | {"TESTPREP_ENV": "staging"}, "1 3600 True"),
        (
            PRODUCTION | {"TRUSTED_PROXY_COUNT": "0", "SECURE_HSTS_SECONDS": "60"},
            "0 60 False",
        ),
    ],
)
def test_outside_development_one_proxy_is_believed_and_https_remembered(
    variables: dict[str, str], told: str, tmp_path: Path
) -> None:
    names = "SECURE_HSTS_SECONDS, bool(settings.SECURE_PROXY_SSL_HEADER)"
    values = setting(
        f"TRUSTED_PROXY_COUNT, settings.{names}", folder=tmp_path, **variables
    )
    assert values == told


def test_behind_the_proxy_there_is_no_redirect_loop(tmp_path: Path) -> None:
    code = (
        "from django.test import Client; "
        "client = Client(HTTP_HOST='testprep.example'); "
        "there = client.get('/account/', HTTP_X_FORWARDED_PROTO='https'); "
        "print(client.get('/account/').status_code, there.status_code)"
    )
    arguments = ("shell", "--no-imports", "--command", code)
    done = manage(*arguments, folder=tmp_path, **PRODUCTION)
    assert done.stdout.strip() == "301 302", done.stderr  # To https; to sign in


@pytest.mark.parametrize(("threshold", "without"), [("0", "True"), ("3", "False")])
def test_behind_a_pooler_of_transactions_no_cursor_stays_on_the_server(
    threshold: str, without: str, tmp_path: Path
) -> None:
    name = "DATABASES['default']['DISABLE_SERVER_SIDE_CURSORS']"
    variables = {**PRODUCTION, "DATABASE_PREPARE_THRESHOLD": threshold}
    assert setting(name, folder=tmp_path, **variables) == without


def test_production_makes_no_secret_of_its_own(tmp_path: Path) -> None:
    variables = {**PRODUCTION, "SECRET_KEY": ""}
    assert manage("check", folder=tmp_path, **variables).returncode != 0
    assert not (tmp_path / "secret_key").exists()


def test_a_misspelt_environment_is_no_environment(tmp_path: Path) -> None:
    done = manage("check", folder=tmp_path, TESTPREP_ENV="prodution")
    assert done.returncode != 0
    assert "must be one of development, staging, production" in done.stderr


@pytest.mark.parametrize("environment", ["production", "staging"])
def test_debug_stays_off_outside_development(environment: str, tmp_path: Path) -> None:
    variables = PRODUCTION | {"TESTPREP_ENV": environment, "DEBUG": "true"}
    done = manage("check", folder=tmp_path, **variables)
    assert done.returncode != 0
    assert "DEBUG must stay off" in done.stderr


def test_a_bare_clone_runs_in_development_with_debug_off(tmp_path: Path) -> None:
    assert manage("check", folder=tmp_path).returncode == 0
    assert setting("DEBUG", folder=tmp_path) == "False"
    assert "sqlite3" in setting("DATABASES['default']['ENGINE']", folder=tmp_path)


def test_development_keeps_the_secret_that_it_made(tmp_path: Path) -> None:
    first = setting("SECRET_KEY", folder=tmp_path)
    assert len(first) >= 50
    assert setting("SECRET_KEY", folder=tmp_path) == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_passwords_are_hashed_with_argon2(tmp_path: Path) -> None:
    assert "Argon2" in setting("PASSWORD_HASHERS[0]", folder=tmp_path)


@pytest.mark.parametrize(
    ("maximum", "pool"),
    [("12", "{'min_size': 1, 'max_size': 12, 'timeout': 10}"), ("0", "None")],
)
def test_the_environment_sizes_the_connection_pool(
    maximum: str, pool: str, tmp_path: Path
) -> None:
    variables = {**PRODUCTION, "DATABASE_POOL_MAX": maximum}
    options = "DATABASES['default']['OPTIONS'].get('pool')"
    assert setting(options, folder=tmp_path, **variables) == pool
