"""Resources in a browser: narrowed while typing, kept, suggested, on any screen."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import User
from exams.models import Certification
from support.models import Bookmark, Resource
from tests.end_to_end.devices import DESKTOP, PHONE, Devices
from tests.end_to_end.test_accessibility import REPAINTED
from tests.support.factories import make_resource

URL = "/resources/"
axe = Axe()


@pytest.fixture(autouse=True)
def _resources(_same_database: None) -> Iterator[None]:
    network, security = (
        Certification.objects.get(slug=slug)
        for slug in ("network-plus", "security-plus")
    )
    make_resource(network, title="Subnetting by hand", kind="lab")
    make_resource(network, title="Subnetting course", kind="video", cost="paid")
    make_resource(security, title="Cryptography", kind="book")
    yield
    Resource.objects.all().delete()


def cards(page: Page) -> list[str]:
    return page.locator(".resource h2").all_inner_texts()


def count_is(page: Page, words: str) -> None:
    expect(page.get_by_role("status").filter(has_text="resource")).to_have_text(words)


def test_typing_narrows_the_list_and_filters_combine(
    devices: Devices, learner: User
) -> None:
    page = devices.new(learner).new_page()
    page.goto(URL)
    count_is(page, "3 resources")
    search = page.get_by_role("searchbox", name="Search")
    search.press_sequentially("subnet")
    count_is(page, "2 resources")
    expect(page).to_have_url(re.compile(r"/resources/\?q=subnet$"))
    expect(search).to_be_focused()
    page.get_by_label("Kind").select_option("Video")
    count_is(page, "1 resource")
    assert cards(page) == ["Subnetting course"]
    expect(page).to_have_url(re.compile(r"\?q=subnet&kind=video$"))
    page.get_by_label("Certification").select_option("Security+")
    expect(page.get_by_text("Nothing fits all of that")).to_be_visible()
    # Going back shows what was there, in the list and in the form.
    page.go_back()
    count_is(page, "1 resource")
    expect(page.get_by_label("Certification")).to_have_value("")
    page.reload()
    count_is(page, "1 resource")
    expect(search).to_have_value("subnet")
    page.get_by_role("link", name="Show all resources").click()
    count_is(page, "3 resources")


def test_a_bookmark_stays_after_a_reload(devices: Devices, learner: User) -> None:
    page = devices.new(learner, PHONE).new_page()
    page.goto(URL)
    button = page.get_by_role("button", name="Bookmark Cryptography")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.get_by_text("Only my bookmarks").click()
    count_is(page, "1 resource")
    assert cards(page) == ["Cryptography"]
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert not Bookmark.objects.filter(learner=learner).exists()


def test_it_all_works_without_scripts(devices: Devices, learner: User) -> None:
    context = devices.new(learner, {**DESKTOP, "java_script_enabled": False})
    page = context.new_page()
    page.goto(URL)
    page.get_by_role("searchbox", name="Search").fill("subnetting")
    page.get_by_label("Cost").select_option("Free")
    page.get_by_role("button", name="Search").click()
    assert cards(page) == ["Subnetting by hand"]
    page.get_by_role("button", name="Bookmark Subnetting by hand").click()
    expect(page).to_have_url(re.compile("q=subnetting"))
    button = page.get_by_role("button", name="Bookmark Subnetting by hand")
    expect(button).to_have_attribute("aria-pressed", "true")


def test_a_search_that_does_not_come_through_says_so(
    devices: Devices, learner: User
) -> None:
    devices.expect_trouble("ERR_INTERNET_DISCONNECTED|htmx:")
    context = devices.new(learner)
    page = context.new_page()
    page.goto(URL)
    notice = page.get_by_text("That did not come through")
    expect(notice).to_be_hidden()
    context.set_offline(True)
    page.get_by_role("searchbox", name="Search").fill("sub")
    expect(notice).to_be_visible()
    context.set_offline(False)
    page.get_by_role("searchbox", name="Search").fill("subnetting course")
    count_is(page, "1 resource")
    expect(notice).to_be_hidden()


def test_somebody_suggests_a_resource(devices: Devices, learner: User) -> None:
    page = devices.new(learner, PHONE).new_page()
    page.goto(URL)
    page.get_by_role("link", name="Suggest one").click()
    page.get_by_label("Address").fill("example.org/course")
    page.get_by_label("Title").fill("A good course")
    page.get_by_label("Made by").fill("Somebody")
    page.get_by_label("Kind").select_option("Course")
    page.get_by_label("Cost").select_option("Free")
    page.get_by_label("Level").select_option("Beginner")
    page.get_by_text("Network+").click()
    page.get_by_label("Why it helps").fill("It explains subnets.")
    page.get_by_role("button", name="Suggest it").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    expect(page.get_by_text("Waits for a look")).to_be_visible()


@pytest.mark.parametrize("path", [URL, f"{URL}?q=zebra", f"{URL}suggest/"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    devices: Devices, learner: User, path: str
) -> None:
    make_resource(
        title="Supercalifragilistic" * 4,
        by="x" * 100,
        description="W" * 300,
        suggested_by=learner,
    )
    Bookmark.objects.create(learner=learner, resource=Resource.objects.all()[0])
    page = devices.new(learner, PHONE).new_page()
    page.goto(path)
    for width, height in ((320, 640), (390, 844), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            # What is far below keeps its old colours until it is painted.
            page.reload()
            page.evaluate(REPAINTED)
            results = axe.run(page)
            assert results.violations_count == 0, results.generate_report()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
