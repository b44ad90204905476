"""On narrow screens nothing scrolls sideways, and every target fits a finger."""

from pathlib import Path

import pytest

from exams.models import Test
from tests.end_to_end.devices import Devices
from tests.end_to_end.scenes import Cast, every_scene, show

NARROW = 320
PHONE = 390
HEIGHT = 844
LEAST = 44
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
def test_nothing_scrolls_sideways(name: str, cast: Cast, devices: Devices) -> None:
    page = show(name, cast, devices, width=NARROW, height=HEIGHT)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= NARROW
    assert page.evaluate(STICKING_OUT) == []


@every_scene
def test_every_target_fits_a_finger(name: str, cast: Cast, devices: Devices) -> None:
    page = show(name, cast, devices, width=PHONE, height=HEIGHT)
    assert page.evaluate(TARGETS, LEAST) == []


def test_the_skip_link_fits_a_finger_once_it_is_there(devices: Devices) -> None:
    page = devices.new(like={"viewport": {"width": PHONE, "height": HEIGHT}}).new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    box = page.locator(".skip-link:focus").bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= LEAST
