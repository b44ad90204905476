"""Order, flags, position and clock survive a reload, a killed tab, another device."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Response, Route, expect

from accounts.models import User
from exams.models import Test
from tests.end_to_end.devices import PHONE, Devices
from tests.end_to_end.runner import SYNC, Runner
from tests.exams.factories import make_attempt

MINUTES_AGO = 10
FLAGGED = (1, 3)
RESTED = 7
STATE = re.compile(r"/api/attempts/\d+$")
# The page and we read the clock one after the other, on a machine that may be busy.
TOLERANCE = 5

Leave = Callable[[Devices, Runner], Page]


def reload(devices: Devices, runner: Runner) -> Page:
    runner.page.reload()
    return runner.page


def kill_the_tab(devices: Devices, runner: Runner) -> Page:
    context = runner.page.context
    runner.kill()
    return context.new_page()


def take_another_device(devices: Devices, runner: Runner) -> Page:
    return devices.new(runner.attempt.learner, PHONE).new_page()


@pytest.mark.parametrize("leave", [reload, kill_the_tab, take_another_device])
def test_an_exam_goes_on_where_it_was_left(
    devices: Devices, learner: User, core_one: Test, leave: Leave
) -> None:
    began = timezone.now() - timedelta(minutes=MINUTES_AGO)
    attempt = make_attempt(learner, core_one, mode="exam", now=began)
    runner = Runner(devices.new(learner).new_page(), attempt).open()
    order = everything(runner)
    answers = work(runner)
    labels = runner.map_labels()

    again = Runner(leave(devices, runner), attempt).open()

    again.expect_place(RESTED)
    expect_clock(again)
    assert again.map_labels() == labels
    assert everything(again) == order
    for place, choices in answers.items():
        again.go(place)
        again.expect_chosen(choices)
        expect(again.command("flag")).to_have_attribute(
            "aria-pressed", str(place in FLAGGED).lower()
        )


def everything(runner: Runner) -> list[Any]:
    """Go over all places; return each one's question and the order of its choices."""
    return [(runner.stem.inner_text(), runner.lines()) for _ in runner.walk()]


def work(runner: Runner) -> dict[int, tuple[int, ...]]:
    """Answer and flag, and rest at a place until the server knows that, too."""
    answers = {}
    for place in range(4):
        runner.go(place)
        answers[place] = runner.answer()
        if place in FLAGGED:
            with runner.page.expect_response(SYNC):
                runner.flag()
    with runner.page.expect_response(tells_the_place):
        runner.go(RESTED)
    return answers


def tells_the_place(response: Response) -> bool:
    if not SYNC.search(response.url):
        return False
    position = (response.request.post_data_json or {}).get("position")
    return bool(position and position["place"] == RESTED)


def expect_clock(runner: Runner) -> None:
    """The clock shows what is left until the deadline, not what was at the start."""
    left = seconds(runner.clock.inner_text())
    assert runner.attempt.deadline
    exactly = (runner.attempt.deadline - timezone.now()).total_seconds()
    assert abs(left - exactly) < TOLERANCE


def seconds(face: str) -> int:
    """Return what a clock face such as 1:05:09 or 12:34 means."""
    total = 0
    for part in face.split(":"):
        total = total * 60 + int(part)
    return total


def test_an_attempt_with_a_used_id_inherits_nothing(
    devices: Devices, learner: User, core_one: Test
) -> None:
    devices.expect_trouble("ERR_INTERNET_DISCONNECTED")
    attempt = make_attempt(learner, core_one, mode="exam")
    context = devices.new(learner)
    runner = Runner(context.new_page(), attempt).open()
    context.set_offline(True)
    runner.choose(*runner.some_choices())
    runner.go(RESTED)
    expect(runner.status).to_have_text("1 answer waiting for a connection")
    # Offline, so that it waits: the worst that could be inherited.
    ask = runner.ask_to_finish()
    ask.get_by_role("button", name="Finish now").click()
    expect(runner.page.locator('[data-dialog="finishing"]')).to_be_visible()
    runner.page.close()
    context.set_offline(False)

    page = context.new_page()
    page.route(STATE, start_later)
    again = Runner(page, attempt).open()
    again.expect_place(0)
    again.expect_chosen([])
    expect(again.status).to_have_text("Saved")
    assert page.evaluate(KEPT) == 0
    attempt.refresh_from_db()
    assert attempt.is_open
    assert again.stored() == {}


KEPT = """
() => new Promise((resolve, reject) => {
  const open = indexedDB.open("testprep-runner");
  open.onerror = () => reject(open.error);
  open.onsuccess = () => {
    const records = open.result.transaction("records").objectStore("records");
    const count = records.count();
    count.onsuccess = () => resolve(count.result);
  };
})
"""


def start_later(route: Route) -> None:
    """Let the state be that of another attempt, as of a database filled anew."""
    response = route.fetch()
    state = response.json()
    route.fulfill(response=response, json={**state, "started_at": state["now"]})
