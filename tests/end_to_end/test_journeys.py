"""From the home page to the review, in both modes, on a phone and on a desktop."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from exams.models import Attempt, Test
from tests.end_to_end.devices import DESKTOP, PHONE, Devices
from tests.end_to_end.people import with_password
from tests.end_to_end.runner import Runner
from tests.exams.factories import right_choices, wrong_choice

LENGTH = 25
N_WRONG = 4

on_both = pytest.mark.parametrize("like", [PHONE, DESKTOP], ids=["phone", "desktop"])


def press(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def start(page: Page, learner: User, test: Test, *, mode: str) -> Runner:
    """Start the test on its card, and return the runner that comes."""
    card = page.locator(f"#test-{test.number}")
    card.locator(".segmented label", has_text=str(LENGTH)).click()
    if mode == "exam":
        card.get_by_label("Exam mode", exact=True).check()
    card.get_by_role("button", name="Start").click()
    page.wait_for_url("**/attempts/*/")
    attempt = Attempt.objects.get(learner=learner, test=test)
    assert (attempt.mode, attempt.length) == (mode, LENGTH)
    return Runner(page, attempt).ready()


def choices_for(runner: Runner, place: int) -> tuple[int, ...]:
    """Return a wrong answer at the first places, and a right one at the others."""
    right = right_choices(runner.attempt, runner.question())
    if place >= N_WRONG:
        return right
    wrong = wrong_choice(runner.attempt, runner.question())
    return tuple(sorted(wrong + right[1:]))


def answer_first(runner: Runner, n: int, answer: Callable[..., Any]) -> None:
    for place in range(n):
        runner.expect_place(place)
        answer(place)
        if place + 1 < LENGTH:
            runner.next()


@on_both
def test_a_newcomer_takes_a_practice_test(
    devices: Devices, learner: User, core_one: Test, like: dict[str, Any]
) -> None:
    newcomer = with_password(learner)
    page = devices.new(like=like).new_page()
    page.goto("/")
    press(page, "A+ Core 1")
    press(page, "Sign in to start")
    newcomer.sign_in(page)
    runner = start(page, newcomer.user, core_one, mode="practice")
    answer_first(runner, LENGTH, lambda place: see_verdict(runner, place))
    runner.finish()
    expect(page.get_by_role("heading", level=1)).to_have_text("Excellent")
    counts = {"all": 25, "wrong": 4, "right": 21, "flagged": 0, "skipped": 0}
    look_at_review(page, runner.attempt, counts)


def see_verdict(runner: Runner, place: int) -> None:
    """Submit; the verdict comes in a word and a picture, as do the choices' marks."""
    chosen = choices_for(runner, place)
    verdict = runner.commit(*chosen)
    assert verdict["right"] == (place >= N_WRONG)
    word = "Right" if verdict["right"] else "Wrong"
    expect(runner.word).to_have_text(word)
    expect(runner.strip.locator("[data-verdict-icon] svg")).to_have_count(1)
    title = runner.page.locator("[data-why-title]")
    expect(title).to_contain_text(word)
    expect(title.locator("svg")).to_have_count(1)
    for choice in runner.lines():
        expect_marked(runner.choice(choice), choice in chosen, choice in verdict["key"])


def expect_marked(card: Locator, is_chosen: bool, is_key: bool) -> None:
    words = {
        (True, True): "Your answer, right",
        (True, False): "Your answer, wrong",
        (False, True): "Right answer",
        (False, False): "",
    }
    mark = card.locator(".runner__mark")
    expect(mark).to_have_text(words[is_chosen, is_key])
    expect(mark.locator("svg")).to_have_count(int(is_chosen or is_key))


@on_both
def test_a_learner_takes_an_exam(
    devices: Devices, learner: User, core_one: Test, like: dict[str, Any]
) -> None:
    page = devices.new(learner, like).new_page()
    page.goto(core_one.certification.get_absolute_url())
    runner = start(page, learner, core_one, mode="exam")
    answer_first(runner, LENGTH - 3, lambda place: hear_nothing(runner, place))
    for place in (1, 3):
        runner.go(place)
        runner.flag()
    follow_the_counts(runner)
    expect_silence(runner)
    runner.finish()
    counts = {"all": 25, "wrong": 4, "right": 18, "flagged": 2, "skipped": 3}
    look_at_review(page, runner.attempt, counts)


def hear_nothing(runner: Runner, place: int) -> None:
    runner.answer(*choices_for(runner, place))
    expect_silence(runner)


def expect_silence(runner: Runner) -> None:
    """Nothing tells whether an answer is right: no strip, no reasons, no marks."""
    expect(runner.strip).to_be_hidden()
    expect(runner.page.locator("[data-why]")).to_be_hidden()
    expect(runner.page.locator(".runner__mark:not(:empty)")).to_have_count(0)
    assert not [words for words in runner.map_labels() if "right" in words]
    assert not [words for words in runner.map_labels() if "wrong" in words]


def follow_the_counts(runner: Runner) -> None:
    """The finish dialog counts, and each count leads to the first of its kind."""
    for words, place in (("3 unanswered", LENGTH - 3), ("2 flagged", 1)):
        dialog = runner.ask_to_finish()
        expect(dialog).to_contain_text("3 unanswered questions")
        expect(dialog).to_contain_text("2 flagged questions")
        runner.press(dialog.get_by_role("button", name=words))
        expect(dialog).to_be_hidden()
        runner.expect_place(place)


def look_at_review(page: Page, attempt: Attempt, counts: dict[str, int]) -> None:
    """From the result to the review, whose filters add up and keep their word."""
    press(page, "Review your answers")
    page.wait_for_url(f"**/attempts/{attempt.pk}/review/")
    assert shown_counts(page) == counts
    assert counts["all"] == counts["wrong"] + counts["right"] + counts["skipped"]
    attempt.refresh_from_db()
    assert attempt.n_right == counts["right"]
    for name, count in counts.items():
        page.locator(f'.filters a[href="?show={name}"]').click()
        page.wait_for_url(f"**/review/?show={name}")
        items = page.locator("article.item")
        expect(items).to_have_count(count)
        if name == "flagged":
            expect(items.get_by_text("Flagged", exact=True)).to_have_count(count)
        elif name != "all":
            wanted = page.locator(f'article.item[data-outcome="{name}"]')
            expect(wanted).to_have_count(count)


def shown_counts(page: Page) -> dict[str, int]:
    links = page.locator(".filters a").all()
    return {
        (link.get_attribute("href") or "").removeprefix("?show="): int(
            link.locator(".numbers").inner_text()
        )
        for link in links
    }
