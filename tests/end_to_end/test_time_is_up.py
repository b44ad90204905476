"""At zero the exam is handed in with what was answered."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from exams.models import Test
from exams.services.start import allowed_time
from tests.end_to_end.devices import PHONE, Devices
from tests.end_to_end.runner import Runner
from tests.exams.factories import make_attempt

# Enough to open the page and to answer on a machine that does much else.
SECONDS_LEFT = 20
LENGTH = 25


def test_the_timer_at_zero_finishes_the_exam(
    devices: Devices, learner: User, core_one: Test
) -> None:
    page = devices.new(learner, PHONE).new_page()
    page.goto(core_one.certification.get_absolute_url())
    assert core_one.current_release
    time = allowed_time(core_one.current_release, length=LENGTH, extra_time=100)
    began = timezone.now() - time + timedelta(seconds=SECONDS_LEFT)
    attempt = make_attempt(learner, core_one, mode="exam", now=began)
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
