"""The 25-question test is the beginning of the one with 50, and so on."""

from typing import Any

from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import User
from exams import services
from exams.lengths import BLOCK, LENGTHS
from exams.models import Test
from tests.end_to_end.devices import Devices
from tests.end_to_end.runner import Runner

# As the browser writes it again: entities and attributes may look different.
NORMAL = """
all => all.map(html => {
  const box = document.createElement("div");
  box.innerHTML = html;
  return box.innerHTML;
})
"""


def test_each_length_begins_with_the_shorter_one(
    devices: Devices, learner: User, core_one: Test
) -> None:
    page = devices.new(learner).new_page()
    blocks_before: list[set[str]] = []
    payload_before: list[dict[str, Any]] = []
    for length in LENGTHS:
        runner, payload = begin(page, learner, core_one, length)
        asked = page.evaluate(NORMAL, [one["stem"] for one in payload])
        shown = blocks([runner.stem.inner_html() for _ in runner.walk()])
        assert len(payload) == length
        assert payload[: len(payload_before)] == payload_before
        assert shown == blocks(asked)
        assert shown[: len(blocks_before)] == blocks_before
        blocks_before, payload_before = shown, payload


def begin(
    page: Page, learner: User, test: Test, length: int
) -> tuple[Runner, list[dict[str, Any]]]:
    """Open a new attempt; return the runner and the questions it was sent."""
    attempt, _ = services.start_attempt(
        learner=learner,
        test=test,
        mode="practice",
        length=length,
        now=timezone.now(),
        restart=True,
    )
    runner = Runner(page, attempt)
    with page.expect_response("**/questions?length=*") as response:
        runner.open()
    return runner, response.value.json()["questions"]


def blocks(stems: list[str]) -> list[set[str]]:
    """Return the sets of 25: inside of one, each attempt has its own order."""
    return [set(stems[n : n + BLOCK]) for n in range(0, len(stems), BLOCK)]
