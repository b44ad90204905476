"""Two hundred hostile texts come back byte for byte, and do nothing in a browser.

A browser's own form turns every line break of a text into CRLF, and so does FormData
when it is sent. What must arrive untouched goes as URL-encoded parameters to the same
form, which the server takes as well.
"""

import json

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from support.models import Message, Thread
from tests.end_to_end.devices import Devices
from tests.exams.factories import make_learner
from tests.support.attacks import ATTACKS
from tests.support.factories import make_thread

PER_THREAD = 25
GROUPS = [ATTACKS[at : at + PER_THREAD] for at in range(0, len(ATTACKS), PER_THREAD)]

# Sends each text through the page's own form, with its own token; the limits of a
# person count the same. Returns the statuses.
SEND = """
async ([texts, encoding]) => {
  const form = document.querySelector("[data-ask]");
  const statuses = [];
  for (const text of JSON.parse(texts)) {
    const fields = new FormData(form);
    fields.delete("attachments");
    fields.set("text", text);
    fields.set("token", crypto.randomUUID());
    const body = encoding === "parameters" ? new URLSearchParams(fields) : fields;
    const answer = await fetch(form.action, { method: "POST", body });
    statuses.push(answer.status);
  }
  return statuses;
}
"""

# What a message may be made of, and nothing else.
ALLOWED = [
    *("P", "BR", "STRONG", "EM", "CODE", "PRE", "UL", "OL", "LI", "BLOCKQUOTE", "A"),
]
LOOK = """
allowed => [...document.querySelectorAll(".bubble__text *")].flatMap((one) => {
  const names = [...one.attributes].map((attribute) => attribute.name);
  const known = { A: ["href", "rel", "title"], PRE: ["tabindex"], OL: ["start"] };
  const odd = names.filter((name) => !(known[one.tagName] ?? []).includes(name));
  const address = one.tagName === "A" && one.href ? one.href : "https://none";
  const scheme = new URL(address).protocol;
  const fine = allowed.includes(one.tagName) && !odd.length;
  return fine && ["http:", "https:"].includes(scheme) ? [] : [one.outerHTML];
})
"""
SOURCES = """
() => [...document.querySelectorAll("[data-text]")].map((one) => one.dataset.text)
"""
# Elements that only a text could have brought in.
FOREIGN = "main script, main iframe, main img, main object, main style, main base"
HANDLERS = """
() => [...document.querySelectorAll("*")].filter((one) =>
  [...one.attributes].some((attribute) => attribute.name.startsWith("on"))).length
"""


def test_there_are_two_hundred_of_them() -> None:
    assert len(set(ATTACKS)) >= 200


def open_thread(devices: Devices) -> tuple[Page, Thread, list[str]]:
    """Return a page with a new thread, and what happens there that must not."""
    learner: User = make_learner()
    thread = make_thread(learner, "Hold these for me", now=timezone.now())
    page = devices.new(learner).new_page()
    happened: list[str] = []

    def dismiss(dialog: object) -> None:
        happened.append("a dialog")
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", dismiss)
    page.on("popup", lambda _: happened.append("a window"))
    page.on(
        "request",
        lambda request: (
            request.url.startswith((devices.site.url, "data:"))
            or happened.append(f"a request to {request.url}")
        ),
    )
    page.goto(thread.get_absolute_url())
    return page, thread, happened


def send(page: Page, texts: list[str], encoding: str = "parameters") -> None:
    # As ASCII, so that nothing between here and the page can change them.
    statuses = page.evaluate(SEND, [json.dumps(texts), encoding])
    assert statuses == [200] * len(texts)


def stored(thread: Thread) -> list[str]:
    messages = Message.objects.filter(thread=thread).order_by("pk")
    return list(messages.values_list("text", flat=True))[1:]


@pytest.mark.parametrize("texts", GROUPS, ids=range(len(GROUPS)))
def test_they_come_back_exactly_and_do_nothing(
    texts: list[str], devices: Devices
) -> None:
    page, thread, happened = open_thread(devices)
    send(page, texts)
    kept = stored(thread)
    assert [one.encode() for one in kept] == [one.encode() for one in texts]
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(thread.get_absolute_url())
        expect(page.locator("li.bubble")).to_have_count(len(texts) + 1)
        shown = [json.loads(one) for one in page.evaluate(SOURCES)]
        assert [one.encode() for one in shown[1:]] == [one.encode() for one in texts]
        assert page.evaluate(LOOK, ALLOWED) == []
        assert page.locator(FOREIGN).count() == 0
        assert page.evaluate(HANDLERS) == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.url.endswith(thread.get_absolute_url())
        assert page.title().startswith("Hold these for me")
    assert happened == []


def test_as_subjects_they_do_nothing_either(devices: Devices) -> None:
    page, _, happened = open_thread(devices)
    learner = Thread.objects.latest("pk").learner
    threads = [make_thread(learner, one, now=timezone.now()) for one in ATTACKS[::11]]
    page.goto("/ask/")
    expect(page.locator(".threads__item")).to_have_count(min(20, len(threads) + 1))
    for thread in threads:
        page.goto(thread.get_absolute_url())
        expect(page.locator("li.bubble")).to_have_count(1)
        assert page.locator(FOREIGN).count() == 0
        assert page.evaluate(HANDLERS) == 0
    assert happened == []


def test_a_browser_itself_makes_line_breaks_crlf(devices: Devices) -> None:
    page, thread, _ = open_thread(devices)
    send(page, ["a\nb\rc\r\nd"], "multipart")
    page.locator("#text").fill("a\nb")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li.bubble")).to_have_count(3)
    assert stored(thread) == ["a\r\nb\r\nc\r\nd", "a\r\nb"]


def test_copying_gives_what_was_written(devices: Devices) -> None:
    page, thread, _ = open_thread(devices)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    text = "  <b>`x`</b> &amp; \u202eabc\u202c \U0001f600\n\tend "
    send(page, [text])
    page.goto(thread.get_absolute_url())
    page.get_by_role("button", name="Copy text").last.click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
