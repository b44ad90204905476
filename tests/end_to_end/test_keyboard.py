"""A whole attempt without a pointer, from the certification's page to the result."""

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from exams.models import Attempt, Test
from tests.end_to_end.devices import Devices
from tests.end_to_end.runner import Runner
from tests.exams.factories import make_attempt

MOST_STOPS = 60


@pytest.mark.parametrize("mode", ["practice", "exam"])
def test_a_whole_attempt_by_keyboard(
    devices: Devices, learner: User, core_one: Test, mode: str
) -> None:
    page = devices.new(learner).new_page()
    page.goto(core_one.certification.get_absolute_url())
    runner = start(page, learner, core_one, mode)
    for place in range(runner.attempt.length):
        runner.expect_place(place)
        choose(runner)
        if mode == "practice":
            page.keyboard.press("Enter")
            runner.submitted_at = page.evaluate("performance.now()")
            expect(runner.root).to_have_attribute("data-phase", "told")
            runner.await_double_tap()
        page.keyboard.press("Enter")
    finish = page.locator('[data-dialog="finish"]')
    expect(finish).to_contain_text("Every question is answered")
    tab_to(page, finish.get_by_role("button", name="Finish now"))
    page.keyboard.press("Enter")
    runner.expect_result()
    runner.attempt.refresh_from_db()
    assert runner.attempt.n_answered == runner.attempt.length


def start(page: Page, learner: User, test: Test, mode: str) -> Runner:
    card = page.locator(f"#test-{test.number}")
    tab_to(page, card.locator('[name="length"]:checked'))
    if mode == "exam":
        tab_to(page, card.locator('[name="mode"]'))
        page.keyboard.press("Space")
    tab_to(page, card.get_by_role("button", name="Start"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/attempts/*/")
    attempt = Attempt.objects.get(learner=learner, test=test)
    assert (attempt.mode, attempt.length) == (mode, 25)
    return Runner(page, attempt).ready()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, and can be seen to have it."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            break
    expect(target).to_be_focused()
    assert target.evaluate("one => one.matches(':focus-visible')")


def choose(runner: Runner) -> None:
    """Choose the first lines, by digit or by letter in turn."""
    keys = "abcdef" if runner.place() % 2 else "123456"
    lines = runner.lines()
    wanted = runner.questions[runner.question()]["choose"]
    for key in keys[:wanted]:
        runner.page.keyboard.press(key)
    runner.expect_chosen(lines[:wanted])


def test_the_map_is_one_stop_and_its_arrows_walk_on_it(
    devices: Devices, learner: User, core_one: Test
) -> None:
    attempt = make_attempt(learner, core_one)
    runner = Runner(devices.new(learner).new_page(), attempt).open()
    keyboard = runner.page.keyboard
    choose(runner)
    shown = runner.page.locator("[data-map]").first.locator("button")
    tab_to(runner.page, shown.nth(0))
    keyboard.press("End")
    expect(shown.nth(24)).to_be_focused()
    keyboard.press("Home")
    keyboard.press("ArrowRight")
    keyboard.press("ArrowDown")
    columns = shown.evaluate_all(
        "all => all.findIndex(one => one.offsetTop > all[0].offsetTop)"
    )
    expect(shown.nth(columns + 1)).to_be_focused()
    runner.expect_place(0)
    keyboard.press("Enter")
    runner.expect_place(columns + 1)

    choose(runner)
    submit = runner.command("submit")
    stops_on_the_map = 0
    while not submit.evaluate("one => one === document.activeElement"):
        keyboard.press("Tab")
        stops_on_the_map += runner.page.evaluate(
            "document.activeElement.closest('[data-map]') ? 1 : 0"
        )
        assert stops_on_the_map <= 1
    assert stops_on_the_map == 1


def test_the_shortcuts_can_be_switched_off_on_a_device(
    devices: Devices, learner: User, core_one: Test
) -> None:
    attempt = make_attempt(learner, core_one, mode="exam")
    runner = Runner(devices.new(learner).new_page(), attempt).open()
    turn_shortcuts(runner, on=False)
    for key in ("ArrowRight", "f", "m", "1", "Enter", "?"):
        runner.page.keyboard.press(key)
    runner.expect_place(0)
    runner.expect_chosen([])
    expect(runner.command("flag")).to_have_attribute("aria-pressed", "false")
    expect(runner.page.locator("dialog[open]")).to_have_count(0)

    runner.reload()
    runner.page.keyboard.press("ArrowRight")
    runner.expect_place(0)
    turn_shortcuts(runner, on=True)
    runner.page.keyboard.press("ArrowRight")
    runner.expect_place(1)


def turn_shortcuts(runner: Runner, *, on: bool) -> None:
    runner.page.get_by_role("button", name="Help and keys").click()
    switch = runner.page.get_by_role("switch", name="Keyboard shortcuts")
    expect(switch).to_be_checked(checked=not on)
    switch.set_checked(on)
    runner.page.keyboard.press("Escape")
    # Away from the button, which takes Enter for itself.
    runner.progress.click()


def test_the_other_keys_do_what_the_help_says(
    devices: Devices, learner: User, core_one: Test
) -> None:
    attempt = make_attempt(learner, core_one, mode="exam")
    runner = Runner(devices.new(learner).new_page(), attempt).open()
    keyboard = runner.page.keyboard
    keyboard.press("ArrowRight")
    runner.expect_place(1)
    keyboard.press("ArrowLeft")
    runner.expect_place(0)
    keyboard.press("Shift+F")
    expect(runner.command("flag")).to_have_attribute("aria-pressed", "true")
    for key, name in (("?", "help"), ("m", "map")):
        keyboard.press(key)
        dialog = runner.page.locator(f'[data-dialog="{name}"]')
        expect(dialog).to_be_visible()
        keyboard.press("Escape")
        expect(dialog).to_be_hidden()
