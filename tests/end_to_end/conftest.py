"""Fixtures of the browser tests: the served product, and Chromium in front of it."""

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from accounts.models import User
from exams.models import Test
from tests.end_to_end.devices import ARGUMENTS, PATIENCE, Devices
from tests.end_to_end.site import (
    Site,
    own_database,
    running_site,
    using_database,
)
from tests.exams.factories import make_learner

PICTURES = Path(__file__).resolve().parents[2] / "test-results"
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def site(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            database = stack.enter_context(own_database())
        folder = tmp_path_factory.mktemp("site")
        yield stack.enter_context(running_site(folder, database=database))


@pytest.fixture(scope="package", autouse=True)
def _same_database(site: Site, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the tests of this package, and no others, see what the server sees."""
    with django_db_blocker.unblock(), using_database(site.database):
        yield


@pytest.fixture(scope="package")
def chromium(_same_database: None) -> Iterator[Browser]:
    # Playwright's loop runs beneath our code all the time; Django takes that for
    # asynchronous code, which must not touch the database.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=PATIENCE)
        program = os.environ.get("CHROME", "/usr/bin/chromium")
        browser = playwright.chromium.launch(
            executable_path=program, args=list(ARGUMENTS)
        )
        yield browser
        browser.close()


@pytest.fixture
def devices(
    chromium: Browser, site: Site, request: pytest.FixtureRequest
) -> Iterator[Devices]:
    """Make devices; fail when a page complained or the server broke."""
    devices = Devices(chromium, site)
    yield devices
    if request.node.stash.get(FAILED, False):
        with suppress(Error):
            devices.picture(PICTURES / request.node.name)
    devices.close()
    assert devices.unexpected() == []


@pytest.fixture
def learner(_same_database: None) -> User:
    return make_learner()


@pytest.fixture(scope="package")
def core_one(_same_database: None) -> Test:
    """A+ Core 1, Test 1: what newcomers meet first."""
    return Test.objects.get(certification__slug="a-plus-core-1", number=1)
