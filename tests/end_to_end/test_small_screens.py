"""On narrow screens nothing scrolls sideways, and every target fits a finger."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from accounts.models import User
from exams.models import Test
from tests.end_to_end.devices import PHONE as PHONE_DEVICE
from tests.end_to_end.devices import Devices
from tests.end_to_end.runner import Runner
from tests.end_to_end.scenes import Cast, every_scene, show
from tests.exams.factories import make_attempt

NARROW = 320
PHONE = 390
HEIGHT = 844
LEAST = 44
WIDE = 768
HIGH = 480
SIDEWAYS = (844, 390)
# Header and bar together: each a target and a little around it.
ROOM_TAKEN = 110
TARGETS = Path(__file__).with_name("targets.js").read_text()

# What sticks out, unless it lies in a box that scrolls or clips by itself.
STICKING_OUT = """
() => {
  const clips = one => getComputedStyle(one).overflowX !== "visible";
  const isClipped = ({ parentElement: box }) =>
    box !== document.body && (clips(box) || isClipped(box));
  return [...document.querySelectorAll("body *")]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 0.5)
    .filter(one => one.checkVisibility({ visibilityProperty: true }) && !isClipped(one))
    .map(one => one.cloneNode(false).outerHTML.slice(0, 100));
}
"""


@pytest.fixture(scope="module")
def cast(core_one: Test) -> Cast:
    return Cast.make(core_one)


@every_scene
def test_nothing_scrolls_sideways_and_every_target_fits_a_finger(
    name: str, cast: Cast, devices: Devices
) -> None:
    page = show(name, cast, devices, width=NARROW, height=HEIGHT)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= NARROW
    assert page.evaluate(STICKING_OUT) == []
    page.set_viewport_size({"width": PHONE, "height": HEIGHT})
    assert page.evaluate(TARGETS, LEAST) == []


def test_the_skip_link_fits_a_finger_once_it_is_there(devices: Devices) -> None:
    page = devices.new(like={"viewport": {"width": PHONE, "height": HEIGHT}}).new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    box = page.locator(".skip-link:focus").bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= LEAST


def start(
    devices: Devices, learner: User, test: Test, size: tuple[int, int], mode: str
) -> Runner:
    width, height = size
    like = {**PHONE_DEVICE, "viewport": {"width": width, "height": height}}
    attempt = make_attempt(learner, test, mode=mode, length=100)
    return Runner(devices.new(learner, like).new_page(), attempt).open()


# The element, and each box around it that clips, ends inside the window.
IS_WHOLE = """
one => {
  const { left, right, bottom } = one.getBoundingClientRect();
  const holds = box => {
    const edge = box.getBoundingClientRect();
    const isClipping = getComputedStyle(box).overflowX !== "visible";
    return !isClipping || (edge.right + 0.5 >= right && edge.bottom + 0.5 >= bottom);
  };
  const boxes = [];
  for (let box = one.parentElement; box; box = box.parentElement) boxes.push(box);
  const isInside = left >= 0 && right <= innerWidth + 0.5;
  return isInside && one.scrollWidth <= one.clientWidth + 1 && boxes.every(holds);
}
"""


def expect_whole(shown: Locator) -> None:
    expect(shown).to_be_visible()
    assert shown.evaluate(IS_WHOLE), shown.inner_text()


@pytest.mark.parametrize("mode", ["practice", "exam"])
@pytest.mark.parametrize("size", [(320, 568), (390, 844), (844, 390), (1280, 800)])
def test_the_header_says_mode_and_place_also_offline(
    devices: Devices, learner: User, core_one: Test, size: tuple[int, int], mode: str
) -> None:
    devices.expect_trouble("ERR_INTERNET_DISCONNECTED")
    runner = start(devices, learner, core_one, size, mode)
    runner.go(99)
    runner.page.context.set_offline(True)
    runner.choose(*runner.some_choices())
    if mode == "practice":
        runner.submit()
    expect(runner.status).to_have_text("1 answer waiting for a connection")
    top = runner.page.locator(".runner__top")
    place = top.locator("strong")
    expect(place).to_have_text("Question 100 of 100")
    expect_whole(place)
    expect_whole(top.locator(".badge").filter(visible=True))
    is_wide = size[0] >= WIDE and size[1] >= HIGH
    words = "1 answer waiting for a connection" if is_wide else "1 waiting"
    expect_whole(top.get_by_text(words, exact=True))


@pytest.mark.parametrize("mode", ["practice", "exam"])
def test_a_phone_held_sideways_leaves_room_for_the_question(
    devices: Devices, learner: User, core_one: Test, mode: str
) -> None:
    runner = start(devices, learner, core_one, SIDEWAYS, mode)
    top = runner.page.locator(".runner__top").bounding_box()
    bar = runner.page.locator(".runner__buttons").bounding_box()
    assert top
    assert bar
    assert top["height"] + bar["height"] <= ROOM_TAKEN
    assert bar["y"] + bar["height"] == SIDEWAYS[1]
    assert runner.page.evaluate(TARGETS, LEAST) == []
    if mode == "exam":
        return
    runner.commit()
    expect(runner.strip).to_be_hidden()
    title = runner.page.locator("[data-why-title]")
    expect(title).to_be_in_viewport(ratio=1)
    shown = title.bounding_box()
    assert shown
    assert shown["y"] + shown["height"] <= bar["y"]
