"""When time is up the server settles the exam; the device only asks."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from accounts.models import User
from exams.models import Attempt, Test
from exams.services.start import allowed_time
from tests.end_to_end.devices import DESKTOP, PHONE, Devices
from tests.end_to_end.runner import Runner
from tests.exams.factories import make_attempt

# Enough to open the page and to answer on a machine that does much else.
SECONDS_LEFT = 20
LENGTH = 25
FINISH = re.compile(r"/api/attempts/\d+/finish$")
STATE = re.compile(r"/api/attempts/\d+$")
# Longer than the exam may take, and within the life of the page.
JUMP = """
minutes => { const real = Date.now; Date.now = () => real() + minutes * 60_000; }
"""

on_every_device = pytest.mark.parametrize("like", [PHONE, DESKTOP])


def test_the_timer_at_zero_finishes_the_exam(
    devices: Devices, learner: User, core_one: Test
) -> None:
    page = devices.new(learner, PHONE).new_page()
    page.goto(core_one.certification.get_absolute_url())
    attempt = nearly_over(learner, core_one)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    runner = Runner(page, attempt).open()
    expect(page.get_by_role("timer")).to_have_attribute("data-hurry", "")
    runner.answer()

    runner.expect_result()

    attempt.refresh_from_db()
    assert attempt.finished_at is not None
    assert attempt.deadline is not None
    assert attempt.finished_at >= attempt.deadline - timedelta(seconds=1)
    assert attempt.n_answered == 1
    expect(page.locator("dl.facts")).to_contain_text("Not answered")
    assert not any(FINISH.search(url) for url in sent)


def nearly_over(learner: User, test: Test) -> Attempt:
    """Return an exam that has a few seconds left."""
    assert test.current_release
    time = allowed_time(test.current_release, length=LENGTH, extra_time=100)
    began = timezone.now() - time + timedelta(seconds=SECONDS_LEFT)
    return make_attempt(learner, test, mode="exam", now=began)


@on_every_device
@pytest.mark.parametrize("minutes", [26, -26])
def test_a_clock_that_is_changed_ends_nothing(
    devices: Devices, learner: User, core_one: Test, like: dict[str, Any], minutes: int
) -> None:
    attempt = make_attempt(learner, core_one, mode="exam")
    page = devices.new(learner, like).new_page()
    runner = Runner(page, attempt).open()
    runner.answer()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    with page.expect_response(STATE):
        page.evaluate(JUMP, minutes)
    expect(runner.clock).to_have_text(re.compile(r"^2[234]:"))
    runner.next()
    runner.answer()
    assert not any(FINISH.search(url) for url in sent)
    attempt.refresh_from_db()
    assert attempt.is_open
    assert len(runner.stored()) == 2


def time_is_up(runner: Runner) -> Locator:
    dialog = runner.page.locator('[data-dialog="finishing"]')
    expect(dialog).to_contain_text("Time is up by this device’s clock")
    expect(dialog).to_contain_text("1 answer is kept on this device until then.")
    return dialog


@on_every_device
def test_offline_at_zero_an_exam_that_is_not_over_goes_on(
    devices: Devices, learner: User, core_one: Test, like: dict[str, Any]
) -> None:
    devices.expect_trouble("ERR_INTERNET_DISCONNECTED")
    attempt = make_attempt(learner, core_one, mode="exam")
    context = devices.new(learner, like)
    runner = Runner(context.new_page(), attempt).open()
    context.set_offline(True)
    choices = runner.some_choices()
    runner.choose(*choices)
    runner.page.evaluate(JUMP, 26)
    dialog = time_is_up(runner)
    context.set_offline(False)
    expect(dialog).to_be_hidden()
    expect(runner.status).to_have_text("Saved")
    expect(runner.clock).to_have_text(re.compile(r"^2[234]:"))
    attempt.refresh_from_db()
    assert attempt.is_open
    assert runner.stored() == {runner.question(): choices}


def test_offline_at_zero_the_server_settles_what_is_over(
    devices: Devices, learner: User, core_one: Test
) -> None:
    devices.expect_trouble("ERR_INTERNET_DISCONNECTED")
    attempt = nearly_over(learner, core_one)
    context = devices.new(learner, PHONE)
    runner = Runner(context.new_page(), attempt).open()
    runner.answer()
    runner.next()
    context.set_offline(True)
    runner.choose(*runner.some_choices())
    dialog = time_is_up(runner)
    attempt.refresh_from_db()
    assert attempt.is_open
    runner.press(dialog.get_by_role("button", name="Keep working"))
    expect(dialog).to_be_hidden()
    context.set_offline(False)
    closed = runner.page.locator('[data-dialog="closed"]')
    expect(closed).to_contain_text("1 answer came too late to count")
    attempt.refresh_from_db()
    assert attempt.finished_at == attempt.deadline
    assert attempt.n_answered == 1
