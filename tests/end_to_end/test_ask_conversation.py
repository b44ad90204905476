"""A whole conversation: a learner and an agent, each in a browser of their own."""

import re
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from exams.models import Test
from support.models import Thread
from tests.end_to_end.devices import PHONE, Devices
from tests.exams.factories import make_attempt
from tests.exams.sitting import sit_and_finish
from tests.support.factories import make_agent

# What the page does by itself every ten seconds.
POLL = 'htmx.trigger(document.querySelector("[data-messages]"), "poll")'


def answer(desk: Page, thread: Thread, text: str, way: str = "Answer") -> None:
    """Answer in the desk as an agent does: open the thread, write, press a button."""
    desk.goto(reverse("admin:support_thread_change", args=[thread.pk]))
    desk.get_by_label("Your answer").fill(text)
    desk.get_by_role("button", name=way, exact=True).click()
    desk.wait_for_load_state()


def write(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def test_a_question_is_asked_answered_closed_opened_and_followed(
    devices: Devices, learner: User, core_one: Test
) -> None:
    attempt = sit_and_finish(make_attempt(learner, core_one), n_wrong=2)
    page = devices.new(learner, PHONE).new_page()
    desk = devices.new(make_agent()).new_page()
    log = page.get_by_role("log")

    # A question of the review goes to a person, with a picture.
    page.goto(f"/attempts/{attempt.pk}/review/")
    page.get_by_role("link", name="Ask a person about question 1", exact=True).click()
    shot = {"name": "shot.png", "mimeType": "image/png", "buffer": page.screenshot()}
    page.locator("#attachments").set_input_files([shot])
    write(page, "Why is mine wrong?")
    page.wait_for_url(re.compile(r"/ask/\d+/"))
    expect(log.get_by_role("img", name="shot.png")).to_be_visible()
    thread = Thread.objects.get(learner=learner)

    # The agent sees the question and the picture, notes something, and answers.
    desk.goto(reverse("admin:support_thread_change", args=[thread.pk]))
    expect(desk.get_by_text("Why is mine wrong?").first).to_be_visible()
    expect(desk.locator("body")).to_contain_text("shot.png")
    answer(desk, thread, "SECRET between agents", "Internal note")
    page.goto("/ask/")
    expect(page.get_by_text("New answer")).to_have_count(0)
    answer(desk, thread, "Because of **the cable**.")

    # The learner sees that there is something new, then what it is.
    page.reload()
    expect(page.get_by_text("New answer")).to_have_count(1)
    expect(page.locator(".nav__count")).to_have_text(re.compile("^1"))
    page.get_by_role("link", name="Why is mine wrong?").click()
    expect(log.get_by_text("Because of the cable.")).to_be_visible()
    expect(log.get_by_text("New", exact=True)).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("SECRET")
    expect(page.locator("#state")).to_contain_text("Answered")

    # What the agent writes next arrives while the page is open.
    answer(desk, thread, "And of the port.")
    page.evaluate(POLL)
    expect(log.get_by_text("And of the port.")).to_be_visible()

    # Closed, said to have helped, and opened again by writing.
    page.get_by_role("button", name="Close this").click()
    expect(log.get_by_text("You closed this")).to_be_visible()
    page.get_by_text("It helped", exact=True).click()
    page.get_by_label("What would you like us to know?").fill("Quick!")
    page.get_by_role("button", name="Say so").click()
    expect(page.get_by_text("You said: it helped.")).to_be_visible()
    write(page, "One more thing")
    expect(log.get_by_text("Opened again")).to_be_visible()
    expect(page.locator("#state")).to_contain_text("Waiting for an answer")
    answer(desk, thread, "Here you are.", "Answer and close")
    page.evaluate(POLL)
    expect(page.locator("#state")).to_contain_text("Closed")

    # Two weeks later it is another thread that follows this one.
    long_ago = timezone.now() - timedelta(days=15)
    Thread.objects.filter(pk=thread.pk).update(closed_at=long_ago)
    page.reload()
    expect(
        page.get_by_text("begins a new thread that follows this one")
    ).to_be_visible()
    write(page, "It happened again")
    page.wait_for_url(lambda url: f"/ask/{thread.pk}/" not in url)
    later = Thread.objects.get(follows=thread)
    assert f"/ask/{later.pk}/" in page.url
    expect(log.get_by_text("It happened again")).to_be_visible()
    page.get_by_text("Follows").get_by_role("link").click()
    expect(log.get_by_text("Goes on in")).to_be_visible()
    thread.refresh_from_db()
    assert (thread.rating, thread.rating_comment) == ("helped", "Quick!")
