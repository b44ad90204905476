"""axe finds nothing on any page: light and dark, on a phone and on a desktop."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from exams.models import Test
from tests.end_to_end.devices import Devices
from tests.end_to_end.scenes import Cast, every_scene, show

SIZES = ((390, 844), (1280, 800))
axe = Axe()

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


@pytest.fixture(scope="module")
def cast(core_one: Test) -> Cast:
    return Cast.make(core_one)


@every_scene
def test_axe_finds_nothing(name: str, cast: Cast, devices: Devices) -> None:
    page = show(name, cast, devices, width=SIZES[0][0], height=SIZES[0][1])
    found = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.evaluate(REPAINTED)
            results = axe.run(page)
            if results.violations_count:
                found[f"{width} {scheme}"] = results.generate_report()
    assert found == {}, "\n".join(found.values())
