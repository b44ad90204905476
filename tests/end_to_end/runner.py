"""The runner by what a learner sees and touches."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Self

from playwright.sync_api import Error, Locator, Page, expect

from exams.models import Attempt
from exams.ordering import question_order
from exams.releases import release_content
from exams.state import decoded

ANSWERS = re.compile(r"/api/attempts/\d+/answers$")
SYNC = re.compile(r"/api/attempts/\d+/sync$")
# A second tap so soon after Submit counts as the same one (static/js/runner/page.js).
DOUBLE_TAP = 400
# The second one begins when the first was drawn.
TWO_FRAMES = """new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(done));
})"""


class Runner:
    """One page with the runner on it."""

    def __init__(self, page: Page, attempt: Attempt) -> None:
        self.page = page
        self.attempt = attempt
        self.order = question_order(seed=attempt.seed, length=attempt.length)
        self.questions = release_content(attempt.release_id).questions
        self.root = page.locator("[data-runner]")
        self.stem = page.locator("[data-text]")
        self.status = page.locator("[data-status-text]")
        self.progress = page.locator("[data-progress]")
        self.strip = page.locator("[data-strip]")
        self.word = page.locator("[data-verdict-word]")
        self.toast = page.locator("[data-toast]")
        self.clock = page.locator("[data-clock]")
        self.submitted_at: float = -DOUBLE_TAP

    # --- coming -----------------------------------------------------------------------

    def open(self) -> Self:
        self.page.goto(self.attempt.get_absolute_url())
        return self.ready()

    def reload(self) -> Self:
        self.page.reload()
        return self.ready()

    def ready(self) -> Self:
        expect(self.root).to_have_attribute("data-ready", "yes")
        # Before the first frame there is nothing yet that a finger could meet.
        self.page.bring_to_front()
        self.page.evaluate(TWO_FRAMES)
        return self

    # --- looking ----------------------------------------------------------------------

    def expect_place(self, place: int) -> None:
        expect(self.progress).to_have_text(f"{place + 1} of {self.attempt.length}")

    def question(self) -> int:
        """Return the number in the release of the question that is shown."""
        return self.order[self.place()]

    def place(self) -> int:
        words = self.progress.inner_text()
        return int(words.split()[0]) - 1

    def lines(self) -> list[int]:
        """Return which choice stands on each line."""
        inputs = self.page.locator("[data-choices] input")
        found: list[int] = inputs.evaluate_all("all => all.map(one => +one.value)")
        return found

    def choice(self, choice: int) -> Locator:
        card = self.page.locator("[data-choices] label")
        return card.filter(has=self.page.locator(f'input[value="{choice}"]'))

    def expect_chosen(self, choices: Iterable[int]) -> None:
        for choice in self.lines():
            marked = self.choice(choice).locator("input")
            expect(marked).to_be_checked(checked=choice in set(choices))

    def map_labels(self) -> list[str]:
        """Return what the question map says of each place."""
        places = self.page.locator("[data-map]").first.locator("button")
        found: list[str] = places.evaluate_all("all => all.map(one => one.ariaLabel)")
        return found

    def stored(self) -> dict[int, tuple[int, ...]]:
        """Return the choices by question as the database has them."""
        answers, _ = decoded(list(self.attempt.chunks.all()))
        return {question: answer.choices for question, answer in answers.items()}

    # --- touching ---------------------------------------------------------------------

    def press(self, target: Locator) -> None:
        """Tap where there is touch, else click."""
        # A page behind another one draws so rarely that a tap can go astray.
        self.page.bring_to_front()
        if self.page.evaluate("navigator.maxTouchPoints"):
            target.tap()
        else:
            target.click()

    def command(self, name: str) -> Locator:
        return self.page.locator(f'.runner__bar [data-command="{name}"]')

    def choose(self, *choices: int) -> None:
        for choice in choices:
            self.press(self.choice(choice))

    def some_choices(self) -> tuple[int, ...]:
        """Return as many choices as the question wants: its first ones."""
        wanted: int = self.questions[self.question()]["choose"]
        return tuple(range(wanted))

    def answer(self, *choices: int) -> tuple[int, ...]:
        """Exam: choose, and wait until the server has it. Return what was chosen."""
        chosen = choices or self.some_choices()
        with self.page.expect_response(ANSWERS) as response:
            self.choose(*chosen)
        assert response.value.ok
        return chosen

    def commit(self, *choices: int) -> dict[str, Any]:
        """Practice: choose, submit, and return the verdict."""
        self.choose(*(choices or self.some_choices()))
        with self.page.expect_response(ANSWERS) as response:
            self.submit()
        verdict: dict[str, Any] = response.value.json()["verdict"]
        expect(self.root).to_have_attribute("data-phase", "told")
        return verdict

    def submit(self) -> None:
        self.press(self.command("submit"))
        self.submitted_at = self.page.evaluate("performance.now()")

    def next(self) -> None:
        self.await_double_tap()
        place = self.place()
        self.press(self.command("next"))
        self.expect_place(place + 1)

    def await_double_tap(self) -> None:
        """Wait until a press on Next is no second half of one on Submit."""
        self.page.wait_for_function(
            "until => performance.now() > until", arg=self.submitted_at + DOUBLE_TAP
        )

    def flag(self) -> None:
        button = self.command("flag")
        before = button.get_attribute("aria-pressed")
        self.press(button)
        expect(button).not_to_have_attribute("aria-pressed", before or "")

    def go(self, place: int) -> None:
        """Jump by the question map: beside the question, or in its dialog."""
        maps = self.page.locator("[data-map]")
        if self.command("map").is_visible():
            self.press(self.command("map"))
        shown = maps.filter(visible=True)
        self.press(shown.locator("button").nth(place))
        self.expect_place(place)

    def walk(self) -> Iterator[int]:
        """Go by the keyboard from the first place to the last; yield each."""
        self.go(0)
        for place in range(self.attempt.length):
            if place:
                self.page.keyboard.press("ArrowRight")
            self.expect_place(place)
            yield place

    def kill(self) -> None:
        """End the tab's process as a phone does: nothing in the page hears of it."""
        with self.page.expect_event("crash"), suppress(Error):
            self.page.goto("chrome://crash")
        self.page.close()

    def ask_to_finish(self) -> Locator:
        """Press Finish; return the dialog."""
        self.press(self.page.get_by_role("button", name="Finish", exact=True).first)
        dialog = self.page.locator('[data-dialog="finish"]')
        expect(dialog).to_be_visible()
        return dialog

    def finish(self) -> None:
        """Finish, and wait for the result."""
        dialog = self.ask_to_finish()
        self.press(dialog.get_by_role("button", name="Finish now"))
        self.expect_result()

    def expect_result(self) -> None:
        self.page.wait_for_url(f"**/attempts/{self.attempt.pk}/result/")
