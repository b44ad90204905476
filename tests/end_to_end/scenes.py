"""Every page in every state that looks different, as whoever sees it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from achievements.models import Achievement, Profile
from exams.models import Attempt, Test
from support.help_topics import load_topics
from support.mailing import mail_token
from support.models import HelpTopic
from support.services import choose_mail
from tests.achievements.factories import (
    make_achievement,
    make_achiever,
    make_crowd,
    make_grant,
    make_standing,
    on_streak,
)
from tests.end_to_end.devices import Devices
from tests.exams.factories import make_attempt, make_learner
from tests.exams.sitting import sit, sit_and_finish


@dataclass(frozen=True, slots=True)
class Cast:
    """A newcomer, one in the middle of each mode, and one who has finished.

    The achiever has some of everything there is to earn.
    """

    newcomer: User
    practice: Attempt
    exam: Attempt
    finished: Attempt
    achiever: User

    @classmethod
    def make(cls, test: Test) -> "Cast":
        practice, exam, finished = (
            make_attempt(make_learner(), test, mode=mode)
            for mode in ("practice", "exam", "practice")
        )
        sit(practice, n_wrong=1, n_flagged=1, answered=1)
        sit(exam, n_flagged=2, answered=3)
        sit_and_finish(finished, n_wrong=3, n_skipped=2, n_flagged=2)
        return cls(make_learner(), practice, exam, finished, make_heavy(finished))

    def attempt(self, who: str) -> Attempt | None:
        found: Attempt | None = getattr(self, who) if who in ATTEMPTS else None
        return found

    def user(self, who: str) -> User | None:
        attempt = self.attempt(who)
        if attempt:
            return attempt.learner
        found: User | None = getattr(self, who) if who else None
        return found


ATTEMPTS = ("practice", "exam", "finished")


def make_heavy(attempt: Attempt) -> User:
    """Make a learner with long numbers, a long name and achievements of each kind."""
    name = f"Maximilienne-Alexandra {attempt.pk:07}"
    learner = make_achiever(xp=91_250, display_name=name, **on_streak(134))
    Profile.objects.create(learner=learner, is_public=True)
    for category in Achievement.Category.values:
        # No rule that anybody else's work in these tests could fulfil.
        rule = {"category": category, "rule": "coins-earned", "threshold": 9_999_999}
        make_achievement(**rule)
        earned = make_achievement(**rule, is_hidden=True)
        make_grant(learner, earned, attempt=attempt, values={"coins": 9_999_999})
    make_achievement(category="special", is_hidden=True)
    crowd = make_crowd(12)
    make_standing(learner, 91_250)
    make_standing(learner, 55, board="month")
    make_standing(crowd[0], 55, board="month")
    return learner


@dataclass(frozen=True, slots=True)
class Scene:
    """``path`` as ``who`` sees it ("" for nobody), after ``act`` has happened.

    ``before`` happens before the page opens.
    """

    path: str
    who: str = ""
    act: Callable[[Page], None] | None = None
    status: int = 200
    before: Callable[[Cast], object] | None = None


# --- what happens before -------------------------------------------------------------


def grant_two(cast: Cast) -> None:
    """Give the achiever something new, and the page something to tell."""
    for _ in range(2):
        achievement = make_achievement(threshold=9_999_999, is_active=False)
        make_grant(cast.achiever, achievement, is_told=False)


def write_help(cast: Cast) -> None:
    """Have the product's own topics, and an answer that somebody once got."""
    load_topics()
    answer = {"topic": "exam", "title": "May I eat during the exam?", "text": "No."}
    HelpTopic.objects.update_or_create(
        slug="eating", defaults={"kind": "answer", "is_published": True} | answer
    )


def stop_mail(cast: Cast) -> None:
    choose_mail(user=cast.achiever, answers=False)


# --- what happens on the page --------------------------------------------------------


def try_a_sample(page: Page) -> None:
    card = page.locator(".tryout__item").first
    card.locator("label").first.click()
    card.get_by_role("button", name="Check my answer").click()
    expect(card.locator("[data-verdict]")).to_be_visible()


def refuse_a_sign_in(page: Page) -> None:
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("We know no account")).to_be_visible()


def explain_exam_mode(page: Page) -> None:
    page.get_by_role("button", name="What exam mode means").click()
    expect(page.locator("[popover]:popover-open")).to_be_visible()


def ask_to_restart(page: Page) -> None:
    page.get_by_role("link", name="Restart").click()
    expect(page.locator("dialog[open]")).to_be_visible()


def open_more(page: Page) -> None:
    page.get_by_role("button", name="More").click()
    expect(page.locator("#more")).to_be_visible()


def see_the_toasts(page: Page) -> None:
    expect(page.locator("[data-toasts] [data-toast]")).to_have_count(2)


def get_ready(page: Page) -> None:
    expect(page.locator("[data-runner]")).to_have_attribute("data-ready", "yes")


def go_back_to_the_verdict(page: Page) -> None:
    get_ready(page)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-runner]")).to_have_attribute("data-phase", "told")


def open_dialog(name: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        get_ready(page)
        keys = {"map": "m", "help": "?"}
        if name in keys:
            page.keyboard.press(keys[name])
        else:
            page.get_by_role("button", name="Finish", exact=True).first.click()
        expect(page.locator(f'[data-dialog="{name}"]')).to_be_visible()

    return act


def check_an_answer(page: Page) -> None:
    card = page.locator("[data-card]")
    kind = card.locator("label input").first.get_attribute("type")
    for label in card.locator("label").all()[: 2 if kind == "checkbox" else 1]:
        label.click()
    card.get_by_role("button", name="Check my answer").click()
    expect(card.get_by_role("button", name="Next")).to_be_visible()


CORE_ONE = "/certifications/a-plus-core-1/"
RUNNER = "/attempts/{attempt}/"

SCENES = {
    "welcome": Scene("/"),
    "welcome-sample-verdict": Scene("/", act=try_a_sample),
    "sign-in": Scene("/account/login/"),
    "sign-in-refused": Scene("/account/login/", act=refuse_a_sign_in),
    "sign-up": Scene("/account/signup/"),
    "password-reset": Scene("/account/password/reset/"),
    "certifications": Scene("/certifications/"),
    "certification-signed-out": Scene(CORE_ONE),
    "certification-new": Scene(CORE_ONE, "newcomer"),
    "certification-exam-mode": Scene(CORE_ONE, "newcomer", explain_exam_mode),
    "certification-running": Scene(CORE_ONE, "practice"),
    "certification-restart": Scene(CORE_ONE, "practice", ask_to_restart),
    "certification-taken": Scene(CORE_ONE, "finished"),
    "certification-coming": Scene("/certifications/cissp/", "newcomer"),
    "home-new": Scene("/", "newcomer"),
    "home-running": Scene("/", "practice"),
    "home-finished": Scene("/", "finished"),
    "runner-practice": Scene(RUNNER, "practice", get_ready),
    "runner-practice-verdict": Scene(RUNNER, "practice", go_back_to_the_verdict),
    "runner-exam": Scene(RUNNER, "exam", get_ready),
    "runner-map": Scene(RUNNER, "exam", open_dialog("map")),
    "runner-help": Scene(RUNNER, "exam", open_dialog("help")),
    "runner-finish": Scene(RUNNER, "exam", open_dialog("finish")),
    "result": Scene("/attempts/{attempt}/result/", "finished"),
    "review": Scene("/attempts/{attempt}/review/", "finished"),
    "practise": Scene("/attempts/{attempt}/practise/", "finished"),
    "practise-verdict": Scene(
        "/attempts/{attempt}/practise/", "finished", check_an_answer
    ),
    "history": Scene("/attempts/", "finished"),
    "history-empty": Scene("/attempts/", "newcomer"),
    "achievements": Scene("/achievements/", "achiever"),
    "achievements-new": Scene("/achievements/", "newcomer"),
    "leaderboard": Scene("/leaderboard/?board=all-time", "achiever"),
    "leaderboard-month": Scene("/leaderboard/?board=month", "achiever"),
    "leaderboard-empty": Scene("/leaderboard/?board=week", "newcomer"),
    "leaderboard-far-down": Scene("/leaderboard/?page=99", "achiever"),
    "profile": Scene("/learners/{achiever}/", "achiever"),
    "profile-signed-out": Scene("/learners/{achiever}/"),
    "preferences": Scene("/account/profile/", "newcomer"),
    "more": Scene("/", "achiever", open_more),
    "toasts": Scene("/", "achiever", see_the_toasts, before=grant_two),
    "account": Scene("/account/", "newcomer"),
    "email": Scene("/account/email/", "newcomer"),
    "help": Scene("/help/", before=write_help),
    "help-search": Scene("/help/?q=lost+connection", "newcomer", before=write_help),
    "help-nothing": Scene("/help/?q=zebra", before=write_help),
    "help-topic": Scene("/help/which-exams/", "newcomer", before=write_help),
    "mail": Scene("/account/mail/", "newcomer"),
    "mail-link": Scene("/mail/{mail_link}/"),
    "mail-link-stopped": Scene("/mail/{mail_link}/", before=stop_mail),
    "two-step": Scene("/account/two-step/", "newcomer"),
    "devices": Scene("/account/sessions/", "newcomer"),
    "sign-out": Scene("/account/logout/", "newcomer"),
    "delete": Scene("/account/delete/", "newcomer"),
    "not-found": Scene("/nowhere/", status=404),
}

every_scene = pytest.mark.parametrize("name", SCENES)


def show(name: str, cast: Cast, devices: Devices, *, width: int, height: int) -> Page:
    """Open the scene in a window of that size."""
    scene = SCENES[name]
    like = {"viewport": {"width": width, "height": height}}
    page = devices.new(cast.user(scene.who), like).new_page()
    if scene.status >= 400:
        devices.expect_trouble(f"status of {scene.status}")
    if scene.before:
        scene.before(cast)
    attempt = cast.attempt(scene.who)
    path = scene.path.format(
        attempt=attempt.pk if attempt else "",
        achiever=cast.achiever.pk,
        mail_link=mail_token(cast.achiever.pk, "answers"),
    )
    response = page.goto(path)
    assert response
    assert response.status == scene.status
    if scene.act:
        scene.act(page)
    return page
