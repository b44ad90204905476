"""axe finds nothing on any page: light and dark, on a phone and on a desktop."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.models import User
from exams.models import Test
from tests.end_to_end.devices import PHONE, Devices
from tests.end_to_end.runner import Runner
from tests.end_to_end.scenes import Cast, every_scene, show
from tests.exams.factories import make_attempt

SIZES = ((390, 844), (1280, 800))
axe = Axe()
ALL_RULES = {"resultTypes": ["violations"]}
# The dark page is the light one in other colours.
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
SCHEMES = {"light": ALL_RULES, "dark": {**ALL_RULES, "runOnly": OF_COLOURS}}

# Colours change by transitions: the next frame starts them, however short they are, and
# an element that inherits its colour begins when the one around it has ended.
REPAINTED = """
async () => {
  for (let quiet = 0; quiet < 3; ) {
    await new Promise(done => requestAnimationFrame(done));
    const moving = document.getAnimations();
    quiet = moving.length ? 0 : quiet + 1;
    await Promise.allSettled(moving.map(one => one.finished));
  }
}
"""

WORDS = {1: "one", 2: "two", 3: "three"}


@pytest.fixture(scope="module")
def cast(core_one: Test) -> Cast:
    return Cast.make(core_one)


@every_scene
def test_axe_finds_nothing(name: str, cast: Cast, devices: Devices) -> None:
    page = show(name, cast, devices, width=SIZES[0][0], height=SIZES[0][1])
    found = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for scheme, options in SCHEMES.items():
            page.emulate_media(color_scheme=scheme)
            page.evaluate(REPAINTED)
            results = axe.run(page, options=options)
            if results.violations_count:
                found[f"{width} {scheme}"] = results.generate_report()
    assert found == {}, "\n".join(found.values())


def test_a_question_is_named_by_its_number_and_read_after_a_move(
    devices: Devices, learner: User, core_one: Test
) -> None:
    attempt = make_attempt(learner, core_one, mode="exam")
    runner = Runner(devices.new(learner, PHONE).new_page(), attempt).open()
    page = runner.page
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Question 1 of 25")
    runner.flag()
    expect(heading).to_have_text("Question 1 of 25, flagged")
    runner.next()
    expect(heading).to_have_text("Question 2 of 25")
    focused = page.locator(":focus")
    expect(focused).to_contain_text(runner.stem.inner_text())
    expect(focused).not_to_have_attribute("role", "heading")
    wanted = WORDS[runner.questions[runner.question()]["choose"]]
    group = page.get_by_role("group", name=f"Answers, choose {wanted}", exact=True)
    expect(group.locator("input").first).to_be_attached()
