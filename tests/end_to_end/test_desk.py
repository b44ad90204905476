"""The agents' desk in a real browser: two keys to answer, and nothing in the way."""

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from exams.models import Attempt, Test
from support import services
from support.models import CannedReply, Thread
from support.models.thread import Topic
from support.services import Carried
from support.status import Author, Status
from tests.end_to_end.devices import DESKTOP, PHONE, Devices
from tests.exams.factories import make_attempt, make_learner
from tests.exams.sitting import sit_and_finish
from tests.support.factories import make_agent, make_thread, say

on_both = pytest.mark.parametrize("like", [PHONE, DESKTOP], ids=["phone", "desktop"])
in_both = pytest.mark.parametrize("scheme", ["light", "dark"])
LONG = "AVeryLongWordThatNobodyWouldEverWriteButSomebodyAlwaysDoes" * 3


@pytest.fixture
def agent(_same_database: None) -> User:
    # The desk keeps what other tests asked; here nobody else waits.
    Thread.objects.all().delete()
    return make_agent()


def finished(learner: User, test: Test) -> Attempt:
    return sit_and_finish(make_attempt(learner, test), n_wrong=3)


def make_scene(agent: User, test: Test) -> Thread:
    """Make a thread with everything that a desk can show."""
    now, learner = timezone.now(), make_learner(extra_time=150)
    thread = make_thread(
        learner,
        "Why is **B** wrong here? My notes say:\n\n- port 443\n- `netstat -an`\n\n"
        + LONG,
        topic=Topic.EXAM,
        carried=Carried(attempt=finished(learner, test), question=0, chosen=(1,)),
        now=now - timedelta(hours=5),
    )
    say(thread, agent, "Which notes?", now=now, status=Status.WAITING)
    say(thread, agent, "Asked the editors about it.", kind=Author.NOTE, now=now)
    services.close_thread(thread=thread, by=agent, now=now)
    say(thread, learner, "These:\n\n```\n" + "x = 1  # wide\n" * 3 + "```", now=now)
    make_thread(learner, "Another matter", now=now)
    CannedReply.objects.get_or_create(
        title="Reset a password",
        text="Hello {{learner}}, follow the link.\n\n{{agent}}",
    )
    CannedReply.objects.get_or_create(title="Thanks", text="Thank you, {{learner}}!")
    return thread


def desk(thread: Thread) -> str:
    return reverse("admin:support_thread_change", args=[thread.pk])


def open_desk(devices: Devices, agent: User, thread: Thread) -> Page:
    page = devices.new(agent).new_page()
    page.goto(desk(thread))
    return page


def test_two_keys_answer_and_the_next_one_opens(devices: Devices, agent: User) -> None:
    now = timezone.now()
    first, second = (
        make_thread(text=f"Matter {n}", now=now - timedelta(hours=9 - n))
        for n in (1, 2)
    )
    page = open_desk(devices, agent, first)
    box = page.get_by_label("Your answer")
    expect(box).to_be_focused()
    page.keyboard.type("Like this.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{desk(second)}")
    page.keyboard.type("Like that.")
    page.keyboard.press("Meta+Shift+Enter")
    expect(page.get_by_text("Nobody waits for you any more.")).to_be_visible()
    for thread, text, status in (
        (first, "Like this.", "answered"),
        (second, "Like that.", "closed"),
    ):
        thread.refresh_from_db()
        said = thread.messages.get(kind="agent").text
        assert (said, thread.status) == (text, status)


def test_a_canned_reply_goes_where_the_caret_is(
    devices: Devices, agent: User, core_one: Test
) -> None:
    thread = make_scene(agent, core_one)
    page = open_desk(devices, agent, thread)
    page.keyboard.type("Hm.")
    page.locator("summary", has_text="Canned replies").click()
    page.get_by_label("Find one").fill("link")
    page.keyboard.press("Enter")
    name = thread.learner.display_name
    filled = f"Hm.\n\nHello {name}, follow the link.\n\n{agent.display_name}"
    expect(page.get_by_label("Your answer")).to_have_value(filled)


def test_without_scripts_everything_works(
    devices: Devices, agent: User, core_one: Test
) -> None:
    thread = make_scene(agent, core_one)
    page = devices.new(agent, DESKTOP | {"java_script_enabled": False}).new_page()
    page.goto(desk(thread))
    page.locator("summary", has_text="Canned replies").click()
    page.get_by_role("link", name="Thanks").click()
    box = page.get_by_label("Your answer")
    expect(box).to_have_value(f"Thank you, {thread.learner.display_name}!")
    page.get_by_role("button", name="Internal note").click()
    expect(page.get_by_text("Noted, for agents only")).to_be_visible()
    page.get_by_label("Assigned to").select_option("")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_text("Assigned to nobody.")).to_be_visible()


def test_what_the_learner_wrote_meanwhile_is_read_first(
    devices: Devices, agent: User
) -> None:
    devices.expect_trouble("409")
    thread = make_thread()
    page = open_desk(devices, agent, thread)
    page.keyboard.type("Try again.")
    say(thread, thread.learner, "It works now!")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("wrote meanwhile")).to_be_visible()
    expect(page.get_by_text("It works now!")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_have_value("Try again.")
    page.get_by_role("button", name="Answer and close").click()
    expect(page.get_by_text("Nobody waits for you any more.")).to_be_visible()
    assert thread.messages.filter(kind="agent").count() == 1


@on_both
@in_both
def test_the_desk_is_accessible_and_never_scrolls_sideways(
    devices: Devices, agent: User, core_one: Test, like: dict[str, Any], scheme: str
) -> None:
    thread = make_scene(agent, core_one)
    answer = thread.messages.filter(kind="agent")[0]
    page = devices.new(agent, like | {"color_scheme": scheme}).new_page()
    own = {desk(thread): "[data-desk]"}
    own[reverse("admin:support_thread_metrics")] = ".desk-metrics"
    args = [thread.pk, answer.pk]
    own[reverse("admin:support_thread_publish", args=args)] = ".desk-form"
    own[reverse("admin:index")] = ".bo-index"
    others = [reverse("admin:support_thread_changelist")]
    for url in (*own, *others):
        page.goto(url)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= like["viewport"]["width"], url
        if url in own:
            # Ours; the frame around it is unfold's.
            results = Axe().run(page, context=own[url])
            assert results.violations_count == 0, f"{url}: {results.generate_report()}"
