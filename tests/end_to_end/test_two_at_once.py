"""Two tabs or two devices on one attempt never overwrite what stands."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from playwright.sync_api import Error, Page, Route, expect

from accounts.models import User
from exams.models import Test
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
    one, two = (Runner(device.new_page(), attempt) for device in (context, other))
    for runner in (one, two):
        runner.open().go(single_place(runner))
    return one, two


def single_place(runner: Runner) -> int:
    kinds = [runner.questions[question]["kind"] for question in runner.order]
    return kinds.index("single")


@contextmanager
def held_back(page: Page) -> Iterator[None]:
    """Keep the page's answers on their way until the block ends."""
    held: list[Route] = []
    page.route(ANSWERS, held.append)
    yield
    page.unroute(ANSWERS)
    for route in held:
        # The page may have lost its patience meanwhile and have asked anew.
        with suppress(Error):
            route.continue_()


@on_either
def test_an_older_answer_that_comes_late_does_not_win(
    devices: Devices, learner: User, core_one: Test, where: str
) -> None:
    older, newer = two_runners(devices, learner, core_one, mode="exam", where=where)
    with older.page.expect_response(ANSWERS) as late, held_back(older.page):
        with older.page.expect_request(ANSWERS):
            older.choose(0)
        newer.answer(1)
    assert late.value.json()["outcome"] == "superseded"
    expect_both(older, newer, choice=1)


@on_either
def test_the_first_practice_answer_stands_in_both(
    devices: Devices, learner: User, core_one: Test, where: str
) -> None:
    early, late = two_runners(devices, learner, core_one, mode="practice", where=where)
    with early.page.expect_response(ANSWERS), held_back(early.page):
        with early.page.expect_request(ANSWERS):
            early.choose(0)
            early.submit()
        late.commit(1)
    # A tab knows what the other one is about to send; a device cannot.
    expect_both(early, late, choice=0 if where == "tabs" else 1)
    for runner in (early, late):
        expect(runner.root).to_have_attribute("data-phase", "told")


def expect_both(one: Runner, two: Runner, *, choice: int) -> None:
    """Both pages and the database agree, and still do after a reload."""
    place, question = one.place(), one.question()
    for runner in (one, two):
        runner.expect_chosen([choice])
    assert one.stored() == {question: (choice,)}
    for runner in (one, two):
        runner.reload().go(place)
        runner.expect_chosen([choice])
