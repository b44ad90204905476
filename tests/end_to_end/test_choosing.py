"""Choosing, taking back, and what the page says of an answer that is not whole."""

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from exams.models import Test
from tests.end_to_end.devices import DESKTOP, PHONE, Devices
from tests.end_to_end.runner import Runner
from tests.exams.factories import make_attempt

on_every_device = pytest.mark.parametrize("like", [PHONE, DESKTOP])


def at_a_question(
    devices: Devices, learner: User, test: Test, like: dict[str, Any], **wanted: Any
) -> Runner:
    """Open an attempt at its first question of a kind."""
    attempt = make_attempt(learner, test, mode=wanted["mode"])
    runner = Runner(devices.new(learner, like).new_page(), attempt).open()
    kinds = [runner.questions[question]["kind"] for question in runner.order]
    runner.go(kinds.index(wanted["kind"]))
    return runner


@on_every_device
def test_an_exam_tells_a_part_of_an_answer_from_a_whole_one(
    devices: Devices, learner: User, core_one: Test, like: dict[str, Any]
) -> None:
    runner = at_a_question(
        devices, learner, core_one, like, mode="exam", kind="multiple"
    )
    place = runner.place()
    answered = runner.page.locator("[data-answered]").first
    runner.choose(0)
    assert "1 of 2 chosen" in runner.map_labels()[place]
    expect(answered).to_have_text("0 answered")

    dialog = runner.ask_to_finish()
    expect(dialog).to_contain_text("24 unanswered questions")
    expect(dialog.get_by_text("Every question is answered")).to_be_hidden()
    runner.press(dialog.get_by_role("button", name="1 partly answered question"))
    runner.expect_place(place)

    runner.choose(1)
    assert "answered" in runner.map_labels()[place].split(", ")
    expect(answered).to_have_text("1 answered")
    expect(runner.ask_to_finish().locator("[data-partly]")).to_be_hidden()


@on_every_device
def test_a_hint_goes_with_what_it_was_about(
    devices: Devices, learner: User, core_one: Test, like: dict[str, Any]
) -> None:
    runner = at_a_question(
        devices, learner, core_one, like, mode="practice", kind="multiple"
    )
    runner.choose(0, 1, 2)
    expect(runner.toast).to_contain_text("Only 2 choices here")
    runner.submit()
    expect(runner.root).to_have_attribute("data-phase", "told")
    expect(runner.toast).to_be_hidden()

    runner.next()
    runner.page.keyboard.press("Enter")
    expect(runner.toast).to_contain_text("first.")
    runner.choose(0)
    expect(runner.toast).to_be_hidden()


@on_every_device
@pytest.mark.parametrize("how", ["again", "button", "key"])
def test_a_practice_answer_is_taken_back_before_it_is_submitted(
    devices: Devices, learner: User, core_one: Test, like: dict[str, Any], how: str
) -> None:
    runner = at_a_question(
        devices, learner, core_one, like, mode="practice", kind="single"
    )
    place = runner.place()
    runner.choose(1)
    expect(runner.root).to_have_attribute("data-phase", "ready")
    take_back(runner, how)
    runner.expect_chosen([])
    expect(runner.root).to_have_attribute("data-phase", "open")
    runner.next()
    runner.reload()
    expect(runner.status).to_have_text("Saved")
    runner.go(place)
    runner.expect_chosen([])
    assert runner.stored() == {}


def take_back(runner: Runner, how: str) -> None:
    if how == "button":
        clear = runner.page.get_by_role("button", name="Clear my answer")
        runner.press(clear)
        expect(clear).to_be_hidden()
        assert runner.page.evaluate("document.activeElement.name") == "choice"
    elif how == "key":
        runner.page.keyboard.press(str(runner.lines().index(1) + 1))
    else:
        # Not as the second half of a double tap.
        runner.submitted_at = runner.page.evaluate("performance.now()")
        runner.await_double_tap()
        runner.choose(1)


@on_every_device
def test_a_double_tap_chooses(
    devices: Devices, learner: User, core_one: Test, like: dict[str, Any]
) -> None:
    runner = at_a_question(
        devices, learner, core_one, like, mode="practice", kind="single"
    )
    # Both at once: a slow machine cannot pull them apart.
    runner.choice(1).locator("input").evaluate("one => { one.click(); one.click(); }")
    runner.expect_chosen([1])


def test_an_exam_answer_stays_when_it_is_chosen_again(
    devices: Devices, learner: User, core_one: Test
) -> None:
    runner = at_a_question(
        devices, learner, core_one, PHONE, mode="exam", kind="single"
    )
    runner.answer(1)
    runner.submitted_at = runner.page.evaluate("performance.now()")
    runner.await_double_tap()
    runner.choose(1)
    runner.expect_chosen([1])
