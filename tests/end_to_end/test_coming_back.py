"""Order, flags, position and clock survive a reload, a killed tab, another device."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Response, expect

from accounts.models import User
from exams.models import Test
from tests.end_to_end.devices import PHONE, Devices
from tests.end_to_end.runner import SYNC, Runner
from tests.exams.factories import make_attempt

MINUTES_AGO = 10
FLAGGED = (1, 3)
RESTED = 7
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
