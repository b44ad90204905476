"""What is answered without a connection is kept on the device and saved once, later."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Request, expect

from accounts.models import User
from exams.models import Test
from tests.end_to_end.devices import PHONE, Devices
from tests.end_to_end.runner import ANSWERS, SYNC, Runner
from tests.exams.factories import make_attempt

N = 10
WAITING = f"{N} answers waiting for a connection"
Stored = dict[int, tuple[int, ...]]


class Sent:
    """Every answer that reached the server, one by one."""

    def __init__(self, context: BrowserContext) -> None:
        self.questions: list[int] = []
        context.on("requestfinished", self._count)

    def _count(self, request: Request) -> None:
        if request.method != "POST":
            return
        body = request.post_data_json or {}
        if ANSWERS.search(request.url):
            self.questions.append(body["question"])
        elif SYNC.search(request.url):
            self.questions += [one["question"] for one in body["answers"]]


def reload_in_vain(runner: Runner) -> Page:
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        runner.page.reload()
    return runner.page


def close(runner: Runner) -> Page:
    context = runner.page.context
    runner.page.close()
    return context.new_page()


def kill(runner: Runner) -> Page:
    context = runner.page.context
    runner.kill()
    return context.new_page()


@pytest.mark.parametrize("leave", [reload_in_vain, close, kill])
def test_an_exam_keeps_ten_answers_over_the_end_of_its_page(
    devices: Devices, learner: User, core_one: Test, leave: Callable[[Runner], Page]
) -> None:
    devices.expect_trouble("ERR_INTERNET_DISCONNECTED")
    attempt = make_attempt(learner, core_one, mode="exam")
    context = devices.new(learner, PHONE)
    sent = Sent(context)
    runner = Runner(context.new_page(), attempt).open()
    context.set_offline(True)
    expect(runner.status).to_have_text("No connection")
    clicked = answer_ten(runner, lambda choices: runner.choose(*choices))
    assert runner.stored() == {}

    page = leave(runner)
    context.set_offline(False)
    again = Runner(page, attempt)
    with page.expect_response(SYNC):
        again.open()

    again.expect_place(N)
    expect(again.status).to_have_text("Saved")
    assert runner.stored() == clicked
    again.reload()
    expect(again.status).to_have_text("Saved")
    assert sorted(sent.questions) == sorted(clicked)


def test_practice_gets_its_verdicts_when_the_connection_returns(
    devices: Devices, learner: User, core_one: Test
) -> None:
    devices.expect_trouble("ERR_INTERNET_DISCONNECTED")
    attempt = make_attempt(learner, core_one, mode="practice")
    context = devices.new(learner, PHONE)
    sent = Sent(context)
    runner = Runner(context.new_page(), attempt).open()
    context.set_offline(True)
    clicked = answer_ten(runner, lambda choices: submit(runner, choices))
    assert runner.stored() == {}

    with runner.page.expect_response(SYNC):
        context.set_offline(False)

    expect(runner.status).to_have_text("Saved")
    assert runner.stored() == clicked
    assert sorted(sent.questions) == sorted(clicked)
    for place in (0, N - 1):
        runner.go(place)
        expect(runner.root).to_have_attribute("data-phase", "told")
        runner.expect_chosen(clicked[runner.question()])


def submit(runner: Runner, choices: tuple[int, ...]) -> None:
    runner.choose(*choices)
    runner.submit()
    expect(runner.word).to_have_text("Kept on this device")


def answer_ten(runner: Runner, answer: Callable[[tuple[int, ...]], None]) -> Stored:
    """Answer ten questions; return what was clicked once all of it is kept."""
    clicked = {}
    for place in range(N):
        runner.expect_place(place)
        choices = runner.some_choices()
        answer(choices)
        clicked[runner.question()] = choices
        runner.next()
    expect(runner.status).to_have_text(WAITING)
    return clicked
