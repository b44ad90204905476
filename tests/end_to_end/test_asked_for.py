"""Asking for a test in another way than the one that is running."""

from playwright.sync_api import expect

from accounts.models import User
from exams.models import Attempt, Test
from tests.end_to_end.devices import PHONE, Devices
from tests.exams.factories import make_attempt
from tests.exams.sitting import sit, sit_and_finish


def test_going_on_as_an_exam_asks_about_the_practice_that_runs(
    devices: Devices, learner: User, core_one: Test
) -> None:
    done = sit_and_finish(make_attempt(learner, core_one, mode="exam"))
    page = devices.new(learner, PHONE).new_page()
    page.goto(f"{done.get_absolute_url()}result/")
    # Meanwhile, on another device:
    running = make_attempt(learner, core_one, length=100)
    sit(running, answered=12)
    page.evaluate(
        "localStorage.setItem('testprep:start',"
        " JSON.stringify({last: {length: 75, mode: 'practice'}}))"
    )
    page.get_by_role("button", name="Go on to 50 questions").click()
    card = page.locator("#test-1")
    expect(card).to_be_in_viewport()
    expect(card).to_contain_text("A practice of 100 questions is running, 12 answered")
    expect(card.get_by_role("link", name="Resume")).to_be_visible()

    card.get_by_role("link", name="Restart as an exam of 50").click()
    asking = page.get_by_role("dialog")
    expect(asking.get_by_role("radio", name="50", exact=True)).to_be_checked()
    expect(asking.get_by_role("switch", name="Exam mode")).to_be_checked()
    assert Attempt.objects.get(pk=running.pk).is_open
    asking.get_by_role("button", name="Restart").click()
    page.wait_for_url("**/attempts/*/")
    fresh = Attempt.objects.open().get(learner=learner)
    assert (fresh.mode, fresh.length) == ("exam", 50)
