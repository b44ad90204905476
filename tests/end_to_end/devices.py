"""Browsers as people have them, and a note of everything that goes wrong in them."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Response

from accounts.models import User
from tests.end_to_end.site import Site

PATIENCE = 30_000

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Devices:
    """Makes devices: each is a browser context with its own cookies and storage.

    Whatever a page says on its console as a warning or an error, an exception of a
    script and a 5xx are troubles; the fixture fails the test for those that it does
    not expect.
    """

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser = browser
        self.site = site
        self.contexts: list[BrowserContext] = []
        self.troubles: list[str] = []
        self.expected: list[str] = []

    def new(
        self, learner: User | None = None, like: dict[str, Any] = DESKTOP
    ) -> BrowserContext:
        """Return a new device; ``learner`` is signed in on it."""
        context = self.browser.new_context(
            base_url=self.site.url, reduced_motion="reduce", **like
        )
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.set_default_navigation_timeout(PATIENCE)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._note(f"exception: {error.error}"))
        context.on("response", self._look)
        if learner:
            self.sign_in(context, learner)
        return context

    def sign_in(self, context: BrowserContext, learner: User) -> None:
        """Sign in without the form, which one journey takes."""
        client = Client()
        client.force_login(learner)
        name = settings.SESSION_COOKIE_NAME
        value = client.cookies[name].value
        context.add_cookies([{"name": name, "value": value, "url": self.site.url}])

    def expect_trouble(self, pattern: str) -> None:
        """Let pass what the test itself brings about."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        return [
            trouble
            for trouble in self.troubles
            if not any(re.search(pattern, trouble) for pattern in self.expected)
        ]

    def picture(self, folder: Path) -> None:
        """Keep what every page shows, to see why a test failed."""
        folder.mkdir(parents=True, exist_ok=True)
        pages = [page for context in self.contexts for page in context.pages]
        for number, page in enumerate(pages):
            page.screenshot(path=folder / f"{number}.png", timeout=5_000)

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _note(self, trouble: str) -> None:
        self.troubles.append(trouble)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            place = message.location["url"]
            self._note(f"{message.type}: {message.text} ({place})")

    def _look(self, response: Response) -> None:
        if response.status >= 500:
            self._note(f"{response.status}: {response.url}")
