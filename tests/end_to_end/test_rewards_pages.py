"""The rewards in a browser: told once, seen by whom one likes, and never in the way."""

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from achievements.models import Grant, Profile, Standing
from tests.achievements.factories import (
    make_achievement,
    make_achiever,
    make_crowd,
    make_grant,
    make_standing,
    on_streak,
)
from tests.end_to_end.devices import DESKTOP, PHONE, Devices

TOASTS = "[data-toasts] [data-toast]"
HOME, LEADERBOARD = "/", "/leaderboard/?board=all-time"


@pytest.fixture
def achiever(_same_database: None) -> User:
    achiever = make_achiever(xp=620, **on_streak(3))
    Profile.objects.create(learner=achiever, is_public=True)
    return achiever


def give(learner: User, *titles: str) -> list[Grant]:
    """Grant achievements that the learner has not been told of."""
    return [
        make_grant(
            learner,
            # Out of reach and out of the lists of everybody else.
            make_achievement(title=title, threshold=9_999_999, is_active=False),
            is_told=False,
        )
        for title in titles
    ]


def box(locator: Locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found
    return dict(found)


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    return (
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )


# --- toasts ---------------------------------------------------------------------------


def test_a_toast_is_told_once_in_however_many_tabs(
    devices: Devices, achiever: User
) -> None:
    give(achiever, "Once and no more")
    context = devices.new(achiever)
    first, second = context.new_page(), context.new_page()
    first.bring_to_front()
    first.goto(HOME)
    expect(first.locator(TOASTS)).to_contain_text("Once and no more")
    second.bring_to_front()
    second.goto(HOME)
    expect(second.get_by_role("heading", level=1)).to_be_visible()
    expect(second.locator(TOASTS)).to_have_count(0)
    first.bring_to_front()
    first.reload()
    expect(first.get_by_role("heading", level=1)).to_be_visible()
    expect(first.locator(TOASTS)).to_have_count(0)


def test_going_back_to_a_page_does_not_tell_it_again(
    devices: Devices, achiever: User
) -> None:
    give(achiever, "Not twice")
    page = devices.new(achiever).new_page()
    page.goto(HOME)
    expect(page.locator(TOASTS)).to_be_visible()
    page.goto("/attempts/")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(TOASTS)).to_have_count(0)


def test_a_live_region_that_was_empty_says_it_aloud(
    devices: Devices, achiever: User
) -> None:
    give(achiever, "Sent")
    page = devices.new(achiever).new_page()
    # As the server sends it, there is nothing in it yet.
    html = page.request.get(HOME).text()
    assert 'role="status" data-toasts-speech></p>' in html
    give(achiever, "Said aloud", "And this")
    page.goto(HOME)
    speech = page.get_by_role("status")
    expect(speech).to_have_text("Achievement earned: Said aloud, And this")


def test_a_toast_goes_away_by_keyboard_and_leaves_the_focus_in_place(
    devices: Devices, achiever: User
) -> None:
    give(achiever, "The first", "The second")
    page = devices.new(achiever).new_page()
    page.goto(HOME)
    page.get_by_role("button", name="Dismiss The first").focus()
    page.keyboard.press("Enter")
    expect(page.locator(TOASTS)).to_have_count(1)
    expect(page.get_by_role("button", name="Dismiss The second")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(TOASTS)).to_have_count(0)
    expect(page.locator("#content")).to_be_focused()


def test_a_toast_leads_to_its_achievement(devices: Devices, achiever: User) -> None:
    [grant] = give(achiever, "Look at me")
    page = devices.new(achiever).new_page()
    page.goto(HOME)
    page.get_by_role("link", name="Look at me").click()
    page.wait_for_url(f"**/achievements/#{grant.achievement.slug}")
    expect(page.locator(f"#{grant.achievement.slug}:target")).to_be_in_viewport()


def test_on_a_phone_a_toast_covers_nothing(devices: Devices, achiever: User) -> None:
    give(achiever, "Out of the way", "And another")
    page = devices.new(achiever, PHONE).new_page()
    page.goto(HOME)
    expect(page.locator(TOASTS)).to_have_count(2)
    toasts = box(page.locator("[data-toasts]"))
    for other in (page.locator(".top"), page.locator(".nav"), page.locator("main")):
        assert not overlap(toasts, box(other))


def test_nothing_moves_for_those_who_want_no_motion(
    devices: Devices, achiever: User
) -> None:
    give(achiever, "Standing still")
    # Every device of these tests asks for less motion.
    page = devices.new(achiever).new_page()
    page.goto(HOME)
    expect(page.locator(TOASTS)).to_have_css("animation-name", "none")


def test_without_scripts_it_is_there_to_read(devices: Devices, achiever: User) -> None:
    give(achiever, "In plain words")
    context = devices.new(achiever, {**DESKTOP, "java_script_enabled": False})
    page = context.new_page()
    page.goto(HOME)
    expect(page.get_by_role("link", name="In plain words")).to_be_visible()
    # It stands in the page: nobody could take it out of the way.
    expect(page.locator("[data-toasts]")).to_have_css("position", "static")
    expect(page.get_by_role("button", name="Dismiss")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("link", name="In plain words")).to_have_count(0)


# --- the frame ------------------------------------------------------------------------


@pytest.fixture
def heavy(_same_database: None) -> User:
    return make_achiever(xp=1_091_250, **on_streak(1_134))


@pytest.mark.parametrize("width", [320, 390, 768, 959, 960, 1024, 1151, 1152, 1280])
def test_the_top_bar_fits_at_every_width(
    width: int, devices: Devices, heavy: User
) -> None:
    like = {"viewport": {"width": width, "height": 800}}
    page = devices.new(heavy, like).new_page()
    page.goto("/certifications/")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    parts = [page.locator(".brand"), page.locator(".standing")]
    if width >= 960:
        parts += page.locator(".nav__link:visible").all()
    boxes = [box(part) for part in parts]
    for number, one in enumerate(boxes):
        assert one["height"] <= 60, "it does not fit on a line"
        assert not any(overlap(one, other) for other in boxes[:number])


def test_more_leads_on_from_a_phone(devices: Devices, achiever: User) -> None:
    page = devices.new(achiever, PHONE).new_page()
    page.goto(HOME)
    tabs = page.get_by_role("navigation", name="Main").locator(".nav__link:visible")
    assert tabs.count() == 5
    more = page.get_by_role("button", name="More")
    more.click()
    page.keyboard.press("Escape")
    expect(page.locator("#more")).to_be_hidden()
    more.click()
    page.locator("#more").get_by_role("link", name="Leaderboard").click()
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()


# --- the leaderboard and who is seen on it --------------------------------------------


def test_the_leaderboard_is_walked_through(devices: Devices, achiever: User) -> None:
    Standing.objects.all().delete()
    crowd = make_crowd(60)
    make_standing(achiever, 305)
    page = devices.new(achiever).new_page()
    page.goto(LEADERBOARD)
    top = page.locator(".board__list .rank")
    expect(top).to_have_count(50)
    # Thirty have more than 305, beginning with 600.
    mine = page.locator(".mine")
    expect(mine).to_contain_text("31")
    expect(page.locator(".ranks--around .rank--me")).to_contain_text("305 XP")
    page.get_by_role("link", name="Lower").click()
    expect(top).to_have_count(11)
    expect(page.get_by_role("heading", name="Ranks 51 to 61")).to_be_visible()
    # All show their names; a profile is for those who want one.
    last = page.locator(".rank__name", has_text=crowd[-1].display_name)
    expect(last).to_be_visible()
    expect(last.and_(page.get_by_role("link"))).to_have_count(0)
    Profile.objects.create(learner=crowd[-1], is_public=True)
    page.reload()
    page.get_by_role("link", name=crowd[-1].display_name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(crowd[-1].display_name)


def test_who_opts_out_is_gone_from_the_board(devices: Devices, achiever: User) -> None:
    make_standing(achiever, 777_770)
    (other,) = make_crowd(1)
    mine, theirs = (devices.new(one).new_page() for one in (achiever, other))
    theirs.goto(LEADERBOARD)
    row = theirs.get_by_role("link", name=achiever.display_name, exact=True)
    expect(row.first).to_be_visible()

    opt_out(mine)
    theirs.reload()
    expect(theirs.get_by_role("heading", name="The top")).to_be_visible()
    expect(row).to_have_count(0)
    mine.goto(LEADERBOARD)
    expect(mine.get_by_text("Only you see your rank")).to_be_visible()


def opt_out(page: Page) -> None:
    page.goto("/account/")
    page.get_by_role("link", name="Choose what others see").click()
    switch = page.get_by_label("Show me on the leaderboard")
    expect(switch).to_be_checked()
    page.get_by_text("Show me on the leaderboard").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Others see it from now on")).to_be_visible()
    expect(switch).not_to_be_checked()
