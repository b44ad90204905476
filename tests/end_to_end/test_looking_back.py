"""Looking back at an attempt, and trying a sample, on a phone and a bad line."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from exams.models import Attempt, Test
from tests.end_to_end.devices import DESKTOP, PHONE, Devices
from tests.exams.factories import make_attempt
from tests.exams.sitting import sit_and_finish

on_both = pytest.mark.parametrize("like", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture
def attempt(learner: User, core_one: Test) -> Attempt:
    attempt = make_attempt(learner, core_one, mode="exam")
    return sit_and_finish(attempt, n_wrong=4, n_skipped=1, n_flagged=2)


@pytest.fixture
def open_page(
    devices: Devices, learner: User, attempt: Attempt
) -> Callable[[str, dict[str, Any]], Page]:
    def open_it(path: str, like: dict[str, Any]) -> Page:
        page = devices.new(learner, like).new_page()
        page.goto(f"/attempts/{attempt.pk}/{path}")
        return page

    return open_it


# --- the review -----------------------------------------------------------------------


@on_both
def test_a_number_leads_to_its_question_in_sight_below_the_bar(
    open_page: Callable[..., Page], like: dict[str, Any]
) -> None:
    page = open_page("review/?show=all", like)
    page.get_by_role("link", name="Question 17, ").click()
    page.wait_for_url("**#question-17")
    bar = page.locator(".review-bar").bounding_box()
    title = page.get_by_role("heading", name="Question 17", exact=True).bounding_box()
    assert bar
    assert title
    assert title["y"] >= bar["y"] + bar["height"]
    assert title["y"] < like["viewport"]["height"] / 2
    page.get_by_role("link", name=re.compile("^Wrong")).click()
    expect(page.locator("article")).to_have_count(4)


def test_what_was_right_takes_less_than_half_the_way(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("review/?show=right", PHONE)
    folded = page.evaluate("document.scrollingElement.scrollHeight")
    page.locator("details.item__why").evaluate_all(
        "all => all.forEach(one => { one.open = true; })"
    )
    assert folded < page.evaluate("document.scrollingElement.scrollHeight") / 2


def test_reasons_unfold_in_place_of_the_short_list(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("review/?show=right", PHONE)
    item = page.locator("article").first
    expect(item.locator(".answer__why").first).to_be_hidden()
    expect(item.locator(".item__brief")).to_contain_text("Your choice, right")
    expect(item.locator(".item__brief")).to_be_visible()
    item.get_by_text("Why, choice by choice").click()
    expect(item.locator(".answer__why").first).to_be_visible()
    expect(item.locator(".item__brief")).to_be_hidden()


# --- practising what was missed -------------------------------------------------------


def answer(page: Page) -> None:
    """Choose as many as are asked for, check, and see the verdict."""
    card = page.locator("[data-card]")
    kind = card.locator("label input").first.get_attribute("type")
    for label in card.locator("label").all()[: 2 if kind == "checkbox" else 1]:
        label.click()
    card.get_by_role("button", name="Check my answer").click()
    expect(card.get_by_role("button", name="Next")).to_be_visible()


def test_a_drill_goes_on_after_a_reload(open_page: Callable[..., Page]) -> None:
    page = open_page("practise/", PHONE)
    title = page.locator("[data-card] [data-title]")
    asked = [title.inner_text()]
    for _ in range(2):
        answer(page)
        page.get_by_role("button", name="Next").click()
        asked.append(title.inner_text())
    count = page.locator("[data-count]").inner_text()
    page.reload()
    expect(page.locator("[data-count]")).to_have_text(count)
    expect(title).to_have_text(asked[-1])


# --- a sample without a connection ----------------------------------------------------


@on_both
def test_a_sample_waits_for_the_connection_in_its_card(
    devices: Devices, core_one: Test, like: dict[str, Any]
) -> None:
    devices.expect_trouble("ERR_INTERNET_DISCONNECTED")
    page = devices.new(like=like).new_page()
    page.goto("/")
    card = page.locator(".tryout__item").first
    card.locator("label").nth(1).click()
    page.context.set_offline(True)
    for button in ("Check my answer", "Try again"):
        card.get_by_role("button", name=button).click()
        expect(card.get_by_role("alert")).to_contain_text("No connection.")
    expect(card.locator("input").nth(1)).to_be_checked()
    expect(card.get_by_role("button", name="Try again")).to_be_focused()
    page.context.set_offline(False)
    card.get_by_role("button", name="Try again").click()
    expect(card.locator("[data-verdict]")).to_be_visible()


def test_a_sample_that_the_server_refuses_brings_its_page(
    devices: Devices, core_one: Test
) -> None:
    devices.expect_trouble("503")
    page = devices.new().new_page()
    page.goto("/")
    answered = []

    def refuse(route: Any) -> None:
        answered.append(route.request.headers.get("x-fragment"))
        route.fulfill(status=503, body="Back in a minute.")

    page.route("**/samples/**", refuse)
    card = page.locator(".tryout__item").first
    card.locator("label").first.click()
    card.get_by_role("button", name="Check my answer").click()
    expect(page.get_by_text("Back in a minute.")).to_be_visible()
    assert answered == ["1", None]
