"""Two tabs or two devices on one attempt never overwrite what stands."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Route, expect

from accounts.models import User
from exams.models import Attempt, Test
from tests.end_to_end.devices import DESKTOP, PHONE, Devices
from tests.end_to_end.runner import ANSWERS, Runner
from tests.exams.factories import make_attempt

on_either = pytest.mark.parametrize("where", ["tabs", "devices"])


def two_runners(
    devices: Devices, learner: User, test: Test, *, mode: str, where: str
) -> tuple[Runner, Runner]:
    """Open an attempt twice, at a question that wants one choice."""
    attempt = make_attempt(learner, test, mode=mode)
    context = devices.new(learner, DESKTOP)
    other = context if where == "tabs" else devices.new(learner, PHONE)
    one, two = (at_a_question(device, attempt) for device in (context, other))
    return one, two


def at_a_question(device: BrowserContext, attempt: Attempt) -> Runner:
    runner = Runner(device.new_page(), attempt).open()
    runner.go(single_place(runner))
    return runner


def single_place(runner: Runner) -> int:
    kinds = [runner.questions[question]["kind"] for question in runner.order]
    return kinds.index("single")


@contextmanager
def held_back(page: Page) -> Iterator[None]:
    """Keep the page's answers on their way until the block ends."""
    held: list[Route] = []
    page.route(ANSWERS, lambda route: held.append(route))
    try:
        yield
    finally:
        page.unroute(ANSWERS)
        for route in held:
            # The page may have lost its patience meanwhile and have asked anew.
            with suppress(Error):
                route.continue_()


def wait_until_later(runner: Runner, seq: int) -> None:
    """Wait until whatever the page numbers next comes after ``seq`` for certain.

    A page knows the server's clock to within half of the time that its state took to
    arrive; two devices that act within that are at the same time.
    """
    runner.page.wait_for_function(
        """([state, seq]) => {
            const [{ duration }] = performance.getEntriesByName(
                new URL(state, location).href);
            return Date.now() > seq + duration;
        }""",
        arg=[f"/api/attempts/{runner.attempt.pk}", seq],
    )


@on_either
def test_an_older_answer_that_comes_late_does_not_win(
    devices: Devices, learner: User, core_one: Test, where: str
) -> None:
    older, newer = two_runners(devices, learner, core_one, mode="exam", where=where)
    with older.page.expect_response(ANSWERS) as late, held_back(older.page):
        with older.page.expect_request(ANSWERS) as sent:
            older.choose(0)
        wait_until_later(newer, sent.value.post_data_json["seq"])
        newer.answer(1)
    assert late.value.json()["outcome"] == "superseded"
    expect_both(older, newer, choice=1)


def test_the_first_practice_answer_stands_on_both_devices(
    devices: Devices, learner: User, core_one: Test
) -> None:
    slow, fast = two_runners(
        devices, learner, core_one, mode="practice", where="devices"
    )
    with slow.page.expect_response(ANSWERS) as late, held_back(slow.page):
        with slow.page.expect_request(ANSWERS):
            slow.choose(0)
            slow.submit()
        fast.commit(1)
    assert late.value.json()["outcome"] == "superseded"
    for runner in (slow, fast):
        expect(runner.root).to_have_attribute("data-phase", "told")
    expect_both(slow, fast, choice=1)


def test_a_practice_answer_on_its_way_is_final_in_the_other_tab_too(
    devices: Devices, learner: User, core_one: Test
) -> None:
    one, two = two_runners(devices, learner, core_one, mode="practice", where="tabs")
    with one.page.expect_response(ANSWERS), held_back(one.page):
        with one.page.expect_request(ANSWERS):
            one.choose(0)
            one.submit()
        expect(two.choice(1).locator("input")).to_be_disabled()
    for runner in (one, two):
        expect(runner.root).to_have_attribute("data-phase", "told")
    expect_both(one, two, choice=0)


def expect_both(one: Runner, two: Runner, *, choice: int) -> None:
    """Both pages and the database agree, and still do after a reload."""
    place, question = one.place(), one.question()
    for runner in (one, two):
        runner.expect_chosen([choice])
    assert one.stored() == {question: (choice,)}
    for runner in (one, two):
        # A tab behind another one draws so rarely that each click takes seconds.
        runner.page.bring_to_front()
        runner.reload().go(place)
        runner.expect_chosen([choice])


def test_an_attempt_that_is_handed_in_elsewhere_says_so(
    devices: Devices, learner: User, core_one: Test
) -> None:
    devices.expect_trouble("status of 409")
    here, there = two_runners(devices, learner, core_one, mode="exam", where="devices")
    there.finish()
    here.choose(0)
    dialog = here.page.locator('[data-dialog="closed"]')
    expect(dialog).to_contain_text("1 answer came too late to count")
    here.press(dialog.get_by_role("link", name="See the result"))
    here.expect_result()
    assert here.stored() == {}
