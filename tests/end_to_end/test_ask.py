"""Asking a person in a browser: from the review, while writing, and what arrives."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from exams.models import Attempt, Test
from exams.review import review_items
from support.models import Thread
from support.status import Status
from tests.end_to_end.devices import DESKTOP, PHONE, Devices
from tests.end_to_end.test_accessibility import REPAINTED
from tests.exams.factories import make_attempt, make_learner
from tests.exams.sitting import sit_and_finish
from tests.support.factories import make_agent, make_thread, say

# What the page does by itself every ten seconds.
POLL = 'htmx.trigger(document.querySelector("[data-messages]"), "poll")'
SIZES = ((390, 844), (1280, 800))


@pytest.fixture
def finished(learner: User, core_one: Test) -> Attempt:
    return sit_and_finish(make_attempt(learner, core_one), n_wrong=2)


def ask(thread_or_page: Page, text: str) -> None:
    thread_or_page.locator("#text").fill(text)
    thread_or_page.get_by_role("button", name="Send", exact=True).click()
    thread_or_page.wait_for_url(re.compile(r"/ask/\d+/"))


def test_a_question_in_review_goes_with_what_is_asked_about_it(
    devices: Devices, learner: User, finished: Attempt
) -> None:
    page = devices.new(learner, PHONE).new_page()
    page.goto(f"/attempts/{finished.pk}/review/")
    page.get_by_role("link", name="Ask a person about question 1", exact=True).click()
    item = review_items(finished)[0]
    stem = page.evaluate(
        "html => new DOMParser().parseFromString(html, 'text/html').body.textContent",
        str(item.stem),
    )
    expect(page.locator("form")).to_contain_text(stem.strip()[:60])
    ask(page, "Why is mine wrong?\nReally?")
    expect(page.locator("li.bubble")).to_contain_text("Why is mine wrong?")
    page.get_by_text("The question: ").click()
    # The first question shown may want two choices: each of them is marked.
    expect(page.get_by_text("Your choice, wrong").first).to_be_visible()
    expect(page.get_by_text("The right answer").first).to_be_visible()
    thread = Thread.objects.get(learner=learner)
    assert (thread.attempt, thread.question) == (finished, item.question)


def test_an_answer_arrives_without_a_reload(devices: Devices, learner: User) -> None:
    agent = make_agent()
    thread = make_thread(learner, now=timezone.now())
    page = devices.new(learner).new_page()
    page.goto(thread.get_absolute_url())
    page.evaluate("window.same = true")
    page.locator("#text").fill("Half a thought")
    say(thread, agent, "Here **it** is", now=timezone.now())
    page.evaluate(POLL)
    arrived = page.get_by_role("log").locator("li.bubble").nth(1)
    expect(arrived).to_contain_text("Here it is")
    expect(page.locator("#state")).to_contain_text("Answered")
    expect(page.locator("#text")).to_have_value("Half a thought")
    say(thread, agent, "That is all", status=Status.CLOSED, now=timezone.now())
    page.evaluate(POLL)
    expect(page.get_by_role("heading", name="Did it help?")).to_be_visible()
    expect(page.locator("li.bubble")).to_have_count(3)
    assert page.evaluate("window.same")
    # Seen here, so it is new nowhere else.
    page.goto("/ask/")
    expect(page.get_by_text("New answer")).to_have_count(0)


def test_the_page_asks_by_itself_while_it_is_looked_at(
    devices: Devices, learner: User
) -> None:
    thread = make_thread(learner, now=timezone.now())
    page = devices.new(learner).new_page()
    page.clock.install()
    page.goto(thread.get_absolute_url())
    with page.expect_response(re.compile("/messages/")) as empty:
        page.clock.run_for(10_000)
    assert empty.value.status == 204
    say(thread, make_agent(), "By itself", now=timezone.now())
    page.clock.run_for(10_000)
    expect(page.locator("li.bubble")).to_have_count(2)


def test_who_reads_further_up_stays_there_and_is_told(
    devices: Devices, learner: User
) -> None:
    thread = make_thread(learner, now=timezone.now())
    for number in range(30):
        say(thread, learner, f"Line {number}", now=timezone.now())
    page = devices.new(learner, PHONE).new_page()
    page.goto(thread.get_absolute_url())
    page.evaluate("scrollTo(0, 300)")
    say(thread, make_agent(), "Down here", now=timezone.now())
    page.evaluate(POLL)
    button = page.get_by_role("button", name="New message")
    expect(button).to_be_visible()
    assert page.evaluate("scrollY") == 300
    button.click()
    expect(page.get_by_text("Down here")).to_be_in_viewport()
    expect(button).to_be_hidden()


def test_a_draft_survives_a_reload_and_goes_once_it_is_sent(
    devices: Devices, learner: User
) -> None:
    thread = make_thread(learner, now=timezone.now())
    other = make_thread(learner, now=timezone.now())
    page = devices.new(learner).new_page()
    page.goto(thread.get_absolute_url())
    page.locator("#text").fill("Not sent yet")
    page.reload()
    expect(page.locator("#text")).to_have_value("Not sent yet")
    page.goto(other.get_absolute_url())
    expect(page.locator("#text")).to_have_value("")
    page.goto(thread.get_absolute_url())
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li.bubble")).to_have_count(2)
    assert "sent=" not in page.url
    page.reload()
    expect(page.locator("#text")).to_have_value("")


def test_a_draft_whose_answer_was_lost_is_said_once(
    devices: Devices, learner: User
) -> None:
    thread = make_thread(learner, now=timezone.now())
    page = devices.new(learner).new_page()
    page.goto(thread.get_absolute_url())
    page.locator("#text").fill("Only once")
    # It reaches the server, and its answer does not come back.
    page.evaluate(
        "fetch(location.href, {method: 'POST', body: new FormData("
        "document.querySelector('[data-ask]')), redirect: 'manual'})"
    )
    page.wait_for_load_state("networkidle")
    page.reload()
    expect(page.locator("#text")).to_have_value("Only once")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#text")).to_have_value("")
    expect(page.get_by_role("log").get_by_text("Only once")).to_have_count(1)


def test_help_appears_while_writing(devices: Devices, learner: User) -> None:
    call_command("load_help", verbosity=0)
    page = devices.new(learner).new_page()
    page.goto("/ask/new/")
    page.get_by_text("The website", exact=True).click()
    page.locator("#text").press_sequentially("How does exam mode work?")
    expect(page.locator("#suggestions a").first).to_be_visible()
    assert page.locator("#suggestions a").count() <= 5


def test_which_exam_is_asked_for_an_exam_only(devices: Devices, learner: User) -> None:
    page = devices.new(learner).new_page()
    page.goto("/ask/new/")
    which = page.get_by_label("Which exam?")
    expect(which).to_be_hidden()
    page.get_by_text("An exam", exact=True).click()
    expect(which).to_be_visible()
    page.get_by_text("My account", exact=True).click()
    expect(which).to_be_hidden()


def test_files_are_shown_in_the_thread(devices: Devices, learner: User) -> None:
    thread = make_thread(learner, now=timezone.now())
    page = devices.new(learner, PHONE).new_page()
    page.goto(thread.get_absolute_url())
    picture = page.screenshot()
    page.locator("#attachments").set_input_files(
        [
            {"name": "shot.png", "mimeType": "image/png", "buffer": picture},
            {"name": "log.html", "mimeType": "text/html", "buffer": b"<script>1"},
        ]
    )
    page.get_by_role("button", name="Send", exact=True).click()
    image = page.get_by_role("img", name="shot.png")
    expect(image).to_be_visible()
    assert image.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    with page.expect_download() as download:
        page.get_by_role("link", name="log.html").click()
    assert download.value.suggested_filename == "log.html"


def test_too_large_a_file_is_refused_before_it_is_sent(
    devices: Devices, learner: User
) -> None:
    page = devices.new(learner).new_page()
    page.goto(make_thread(learner, now=timezone.now()).get_absolute_url())
    large = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a" * 5_242_881}
    page.locator("#attachments").set_input_files([large])
    expect(page.get_by_role("alert")).to_contain_text("“a.txt” is larger than 5 MB")


def test_it_works_without_scripts(devices: Devices, learner: User) -> None:
    like = {**DESKTOP, "java_script_enabled": False}
    page = devices.new(learner, like).new_page()
    page.goto("/ask/new/")
    page.get_by_text("Something else", exact=True).click()
    ask(page, "No scripts here")
    page.locator("#text").fill("And one more")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li.bubble")).to_have_count(2)
    page.get_by_role("button", name="Close this").click()
    expect(page.locator("#state")).to_contain_text("Closed")
    page.get_by_text("It helped", exact=True).click()
    page.get_by_role("button", name="Say so").click()
    expect(page.get_by_text("You said: it helped.")).to_be_visible()
    page.get_by_role("button", name="Open again").click()
    expect(page.locator("#state")).to_contain_text("Waiting for an answer")


@pytest.mark.parametrize("name", ["empty", "inbox", "new", "carried", "thread", "late"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    name: str, devices: Devices, learner: User, finished: Attempt
) -> None:
    agent = make_agent()
    thread = make_thread(learner, "Long\n\n`" + "x" * 200 + "`", now=timezone.now())
    say(thread, agent, "> quoted\n\n1. one\n\n```\ncode " + "y" * 200 + "\n```")
    question = review_items(finished)[0].question
    late = make_thread(learner)
    say(late, agent, status=Status.CLOSED)
    paths = {
        "empty": "/ask/",
        "inbox": "/ask/",
        "new": "/ask/new/",
        "carried": f"/ask/new/?attempt={finished.pk}&question={question}",
        "thread": thread.get_absolute_url(),
        "late": late.get_absolute_url(),
    }
    page = devices.new(make_learner() if name == "empty" else learner).new_page()
    page.goto(paths[name])
    # What is folded away would never end its change of colours, nor be looked at.
    page.evaluate(
        "for (const one of document.querySelectorAll('details')) one.open = 1"
    )
    found = []
    for width, height in (*SIZES, (320, 700)):
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.evaluate(REPAINTED)
            results = Axe().run(page)
            if results.violations_count:
                found.append(results.generate_report())
    assert found == []
