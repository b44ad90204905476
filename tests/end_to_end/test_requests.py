"""What the runner asks of the network: little, and nothing while moving."""

from playwright.sync_api import Page, Request, expect

from accounts.models import User
from exams.models import Test
from tests.end_to_end.devices import PHONE, Devices
from tests.end_to_end.runner import ANSWERS, SYNC, Runner
from tests.exams.factories import make_attempt

# Longer than the rest after which the position is saved (static/js/runner/attempt.js).
A_WHILE = 5_000
MOST_BYTES = 300


def listen(page: Page) -> list[Request]:
    """Return a list that every request of the page will be in."""
    heard: list[Request] = []
    page.on("request", lambda request: heard.append(request))
    return heard


def test_moving_asks_nothing_and_resting_saves_the_position_once(
    devices: Devices, learner: User, core_one: Test
) -> None:
    attempt = make_attempt(learner, core_one, mode="exam")
    page = devices.new(learner, PHONE).new_page()
    page.clock.install()
    runner = Runner(page, attempt).open()
    expect(runner.status).to_have_text("Saved")
    # From here on no time passes for the page, however slow this machine is.
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))
    heard = listen(page)
    for _ in range(attempt.length - 1):
        runner.next()
    assert heard == []

    with page.expect_response(SYNC) as saved:
        page.clock.run_for(A_WHILE)
    assert saved.value.ok
    page.clock.run_for(A_WHILE)
    assert [SYNC.search(request.url) is not None for request in heard] == [True]
    attempt.refresh_from_db()
    assert attempt.position == attempt.length - 1


def test_an_answer_is_one_small_request(
    devices: Devices, learner: User, core_one: Test
) -> None:
    attempt = make_attempt(learner, core_one, mode="exam")
    runner = Runner(devices.new(learner).new_page(), attempt).open()
    expect(runner.status).to_have_text("Saved")
    heard = listen(runner.page)
    for place in range(5):
        runner.expect_place(place)
        runner.answer()
        runner.next()
    assert len(heard) == 5
    for request in heard:
        assert ANSWERS.search(request.url)
        assert len(request.post_data_buffer or b"") <= MOST_BYTES
        # The capability alone says who answers.
        assert "cookie" not in request.all_headers()
    assert len(runner.stored()) == 5


def test_the_questions_are_fetched_once_and_kept(
    devices: Devices, learner: User, core_one: Test
) -> None:
    attempt = make_attempt(learner, core_one)
    page = devices.new(learner).new_page()
    runner = Runner(page, attempt).open()
    assert n_payloads(page) == 1
    runner.reload()
    assert n_payloads(page) == 0


def test_another_session_of_the_browser_still_has_them(
    devices: Devices, learner: User, core_one: Test
) -> None:
    attempt = make_attempt(learner, core_one)
    device = devices.new(learner)
    runner = Runner(device.new_page(), attempt).open()
    assert n_payloads(runner.page) == 1
    devices.sign_in(device, learner)
    runner.open()
    assert n_payloads(runner.page) == 0


def n_payloads(page: Page) -> int:
    """Return how often the questions came over the network since the page loaded."""
    return int(
        page.evaluate(
            "performance.getEntriesByType('resource')"
            ".filter(one => one.name.includes('/questions?') && one.transferSize > 0)"
            ".length"
        )
    )
