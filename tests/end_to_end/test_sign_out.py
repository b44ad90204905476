"""Signing out elsewhere: the runner says so, and keeps what waits."""

from playwright.sync_api import expect

from accounts.models import User
from exams.models import Test
from tests.end_to_end.devices import Devices
from tests.end_to_end.people import with_password
from tests.end_to_end.runner import SYNC, Runner
from tests.exams.factories import make_attempt


def test_answers_outlast_a_sign_out_in_another_tab(
    devices: Devices, learner: User, core_one: Test
) -> None:
    devices.expect_trouble("status of 401")
    person = with_password(learner)
    attempt = make_attempt(learner, core_one, mode="exam")
    context = devices.new(learner)
    runner = Runner(context.new_page(), attempt).open()
    sign_out = context.new_page()
    sign_out.goto("/account/")
    sign_out.get_by_role("button", name="Sign out").click()
    sign_out.wait_for_url(lambda url: not url.endswith("/account/"))
    sign_out.close()

    clicked = {}
    for place in range(3):
        runner.expect_place(place)
        clicked[runner.question()] = runner.some_choices()
        runner.choose(*runner.some_choices())
        runner.next()
    expect(runner.toast).to_contain_text("You are signed out")
    expect(runner.status).to_have_text("3 answers kept on this device")
    assert runner.stored() == {}

    runner.toast.get_by_role("link", name="Sign in").click()
    with runner.page.expect_response(SYNC):
        person.sign_in(runner.page)
    runner.ready()
    runner.expect_place(3)
    expect(runner.status).to_have_text("Saved")
    assert runner.stored() == clicked
