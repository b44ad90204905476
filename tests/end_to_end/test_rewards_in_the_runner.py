"""XP where it is earned, a new level once, and nothing of it in an exam."""

import re
from typing import Any
from unittest.mock import patch

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Locator, Page, Request, Route, expect

from accounts.models import User
from achievements.models import Statistics
from achievements.services import settle_learner
from exams.models import Attempt, Test
from tests.end_to_end.devices import DESKTOP, PHONE, Devices
from tests.end_to_end.runner import ANSWERS, SYNC, Runner
from tests.end_to_end.test_accessibility import REPAINTED
from tests.end_to_end.test_small_screens import STICKING_OUT
from tests.exams.factories import make_attempt, right_choices, wrong_choice
from tests.exams.sitting import sit, sit_and_finish

on_both = pytest.mark.parametrize("like", [PHONE, DESKTOP], ids=["phone", "desktop"])

EARNED = re.compile(r"/attempts/\d+/earned/$")
JUST_BELOW = 490
WAITING = "Your XP is being counted"
LEVEL_TWO = "You reached level 2"


class Rewarded(Runner):
    """The runner, and what it shows of rewards."""

    @property
    def xp(self) -> Locator:
        return self.page.locator("[data-xp-words]")

    @property
    def earned(self) -> Locator:
        """What the verdict on the screen says: in the strip or beside the reasons."""
        return self.page.locator(".runner__earned")

    @property
    def level_up(self) -> Locator:
        return self.page.locator("[data-level-up]")

    @property
    def speech(self) -> Locator:
        return self.page.locator("[data-speech]")

    def answer_right(self) -> None:
        verdict = self.commit(*right_choices(self.attempt, self.question()))
        assert verdict["right"]

    def answer_wrong(self) -> None:
        right = right_choices(self.attempt, self.question())
        wrong = wrong_choice(self.attempt, self.question())
        self.commit(*sorted(wrong + right[1:]))

    def expect_earned(self, words: str) -> None:
        for place in self.earned.all():
            expect(place).to_have_text(words)
        expect(self.earned.filter(visible=True).first).to_be_visible()

    def expect_nothing_earned(self) -> None:
        expect(self.earned.filter(visible=True)).to_have_count(0)

    def tops(self) -> list[float]:
        """Return where the choices stand on the screen."""
        cards = self.page.locator("[data-choices] label")
        found: list[float] = cards.evaluate_all(
            "all => all.map(one => one.getBoundingClientRect().top)"
        )
        return found


def begin(
    devices: Devices, learner: User, test: Test, like: dict[str, Any], *, xp: int = 0
) -> Rewarded:
    if xp:
        Statistics.objects.create(learner=learner, xp=xp)
    attempt = make_attempt(learner, test)
    return Rewarded(devices.new(learner, like).new_page(), attempt).open()


@on_both
def test_a_right_answer_shows_what_it_brought_and_a_wrong_one_nothing(
    devices: Devices, learner: User, core_one: Test, like: dict[str, Any]
) -> None:
    runner = begin(devices, learner, core_one, like)
    expect(runner.xp).to_have_text("0 XP")
    runner.answer_wrong()
    runner.expect_nothing_earned()
    runner.next()
    runner.answer_right()
    runner.expect_earned("+10 XP")
    expect(runner.xp).to_have_text("10 XP")
    expect(runner.speech).to_have_text("Right. 10 XP earned.")
    expect(runner.level_up).to_be_hidden()
    # It is on the answer that brought it, and on no other.
    runner.go(0)
    runner.expect_nothing_earned()
    runner.go(1)
    runner.expect_earned("+10 XP")


@on_both
def test_a_new_level_shows_on_the_answer_that_reached_it(
    devices: Devices, learner: User, core_one: Test, like: dict[str, Any]
) -> None:
    runner = begin(devices, learner, core_one, like, xp=JUST_BELOW - 10)
    runner.answer_right()
    expect(runner.xp).to_have_text("490 XP")
    expect(runner.level_up).to_be_hidden()
    runner.next()
    # Choosing may scroll to the choice; the verdict and what comes with it may not.
    runner.choose(*right_choices(runner.attempt, runner.question()))
    before = runner.tops()

    runner.submit()

    expect(runner.level_up).to_be_visible()
    expect(runner.level_up).to_contain_text(LEVEL_TWO)
    expect(runner.level_up).to_contain_text("500 XP to level 3")
    expect(runner.speech).to_have_text(f"Right. 10 XP earned. {LEVEL_TWO}.")
    assert runner.tops() == before
    runner.next()
    expect(runner.level_up).to_be_hidden()
    runner.answer_right()
    expect(runner.xp).to_have_text("510 XP")
    expect(runner.level_up).to_be_hidden()


@on_both
def test_a_new_level_can_be_put_away(
    devices: Devices, learner: User, core_one: Test, like: dict[str, Any]
) -> None:
    runner = begin(devices, learner, core_one, like, xp=JUST_BELOW)
    runner.answer_right()
    away = runner.level_up.get_by_role("button", name="Put away")
    box = away.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    runner.press(away)
    expect(runner.level_up).to_be_hidden()
    expect(runner.command("next")).to_be_focused()


@on_both
def test_the_moment_can_be_read_and_touched_by_everybody(
    devices: Devices, learner: User, core_one: Test, like: dict[str, Any]
) -> None:
    runner = begin(devices, learner, core_one, like, xp=JUST_BELOW)
    runner.answer_right()
    expect(runner.level_up).to_be_visible()
    page = runner.page
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(REPAINTED)
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate(STICKING_OUT) == []
    moving = runner.level_up.evaluate(
        "one => one.getAnimations({subtree: true}).length"
    )
    assert moving == 0


def test_nothing_is_told_twice_after_a_reload(
    devices: Devices, learner: User, core_one: Test
) -> None:
    runner = begin(devices, learner, core_one, PHONE, xp=JUST_BELOW)
    runner.answer_right()
    expect(runner.level_up).to_be_visible()

    runner.reload()

    expect(runner.xp).to_have_text("500 XP")
    runner.go(0)
    # What the answer brought stands on its verdict; the moment is over.
    runner.expect_earned("+10 XP")
    expect_silence(runner)
    # Also once it is paid.
    settle_learner(learner.pk, now=timezone.now())
    Statistics.objects.filter(learner=learner).update(xp=500)
    runner.reload().go(0)
    expect(runner.xp).to_have_text("500 XP")
    expect_silence(runner)


def expect_silence(runner: Rewarded) -> None:
    expect(runner.level_up).to_be_hidden()
    expect(runner.toast).to_be_hidden()
    expect(runner.speech).to_have_text("")


def test_a_word_of_the_server_that_got_lost_is_told_once_after_the_reload(
    devices: Devices, learner: User, core_one: Test
) -> None:
    devices.expect_trouble("ERR_FAILED")
    runner = begin(devices, learner, core_one, PHONE, xp=JUST_BELOW)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    runner.page.route(ANSWERS, lose)
    runner.choose(*right_choices(runner.attempt, runner.question()))
    runner.submit()
    # The words are there at once; they are seen when the request has come to nothing.
    expect(runner.strip).to_be_visible()
    expect(runner.word).to_have_text("Kept on this device")
    assert len(runner.stored()) == 1
    expect(runner.level_up).to_be_hidden()
    runner.page.unroute(ANSWERS)

    runner.reload()
    expect(runner.level_up).to_contain_text(LEVEL_TWO)
    expect(runner.xp).to_have_text("500 XP")
    runner.reload()
    expect(runner.xp).to_have_text("500 XP")
    expect_silence(runner)


def test_the_other_tab_knows_the_xp_and_tells_nothing(
    devices: Devices, learner: User, core_one: Test
) -> None:
    one = begin(devices, learner, core_one, DESKTOP, xp=JUST_BELOW)
    two = Rewarded(one.page.context.new_page(), one.attempt).open()
    one.page.bring_to_front()
    one.answer_right()
    expect(one.level_up).to_be_visible()
    two.page.bring_to_front()
    expect(two.xp).to_have_text("500 XP")
    two.expect_earned("+10 XP")
    expect(two.level_up).to_be_hidden()


def test_what_was_answered_without_a_connection_is_told_when_it_returns(
    devices: Devices, learner: User, core_one: Test
) -> None:
    devices.expect_trouble("ERR_INTERNET_DISCONNECTED")
    runner = begin(devices, learner, core_one, PHONE, xp=JUST_BELOW - 10)
    context = runner.page.context
    context.set_offline(True)
    for place in range(3):
        runner.expect_place(place)
        runner.choose(*right_choices(runner.attempt, runner.question()))
        runner.submit()
        expect(runner.word).to_have_text("Kept on this device")
        runner.expect_nothing_earned()
        if place < 2:
            runner.next()
    expect(runner.xp).to_have_text("480 XP")

    with runner.page.expect_response(SYNC):
        context.set_offline(False)

    runner.expect_earned("+10 XP")
    expect(runner.xp).to_have_text("510 XP")
    expect(runner.toast).to_have_text("+20 XP for 2 answers that waited")
    expect(runner.level_up).to_contain_text(LEVEL_TWO)
    runner.go(0)
    runner.expect_earned("+10 XP")


# --- exams ----------------------------------------------------------------------------


@on_both
def test_an_exam_says_nothing_of_rewards_before_the_result(
    devices: Devices, learner: User, core_one: Test, like: dict[str, Any]
) -> None:
    Statistics.objects.create(learner=learner, xp=JUST_BELOW)
    attempt = make_attempt(learner, core_one, mode="exam")
    runner = Rewarded(devices.new(learner, like).new_page(), attempt).open()
    for place in range(3):
        runner.expect_place(place)
        runner.answer(*right_choices(attempt, runner.question()))
        expect(runner.status).to_have_text("Saved")
        for part in (runner.xp, runner.level_up):
            expect(part).to_have_count(0)
        runner.expect_nothing_earned()
        assert not re.search(r"\bXP\b|Level", runner.root.inner_text())
        runner.next()
    runner.finish()
    region = runner.page.locator("[data-earned]")
    expect(region).to_contain_text(WAITING)
    settle_learner(learner.pk, now=timezone.now())
    expect(region).to_contain_text("+30 XP")
    expect(region).to_contain_text("+15 coins")


# --- the result -----------------------------------------------------------------------


@pytest.fixture
def finished(learner: User, core_one: Test) -> Attempt:
    """A finished attempt that no worker has come to."""
    with patch("achievements.receivers.queueing.queue"):
        return sit_and_finish(make_attempt(learner, core_one), n_wrong=20)


def open_result(devices: Devices, attempt: Attempt, **like: Any) -> Page:
    page = devices.new(attempt.learner, PHONE | like).new_page()
    page.goto(f"{attempt.get_absolute_url()}result/")
    return page


def test_the_result_shows_what_is_counted_already_at_once(
    devices: Devices, finished: Attempt
) -> None:
    settle_learner(finished.learner_id, now=timezone.now())
    region = open_result(devices, finished).locator("[data-earned]")
    expect(region).to_contain_text("+50 XP")
    expect(region).to_have_attribute("role", "status")


def test_a_result_that_nobody_counts_stops_asking(
    devices: Devices, finished: Attempt
) -> None:
    page = devices.new(finished.learner, PHONE).new_page()
    page.clock.install()
    asked: list[Request] = []
    page.on("request", lambda one: asked.append(one) if EARNED.search(one.url) else 0)
    with page.expect_response(EARNED) as first:
        page.goto(f"{finished.get_absolute_url()}result/")
    assert first.value.status == 202
    # Once more after each of six pauses (static/js/result.js).
    for _ in range(6):
        with page.expect_response(EARNED):
            page.clock.run_for(10_000)
    # By the time that this came back the page has heard the last answer, too.
    page.evaluate("fetch('/livez').then(() => {})")
    page.clock.run_for(60_000)
    assert len(asked) == 7
    expect(page.locator("[data-earned]")).to_contain_text(WAITING)


def test_without_javascript_the_result_says_where_to_look(
    devices: Devices, finished: Attempt
) -> None:
    page = open_result(devices, finished, java_script_enabled=False)
    region = page.locator("[data-earned]")
    expect(region).to_contain_text(WAITING)
    region.get_by_role("link", name="your page").click()
    page.wait_for_url("**/achievements/")


def test_what_a_restart_leaves_behind_is_not_told_again(
    devices: Devices, learner: User, core_one: Test
) -> None:
    """No worker has counted the old attempt: its right answers bring nothing more."""
    old = make_attempt(learner, core_one)
    sit(old)
    page = devices.new(learner, DESKTOP).new_page()
    page.goto(core_one.certification.get_absolute_url())
    page.get_by_role("link", name="Restart").click()
    page.locator("dialog[open]").get_by_role("button", name="Restart").click()
    page.wait_for_url("**/attempts/*/")
    attempt = Attempt.objects.open().get(learner=learner)
    runner = Rewarded(page, attempt).ready()
    runner.answer_right()
    runner.expect_nothing_earned()
    expect(runner.xp).to_have_text("0 XP")
