"""Signing up and in with everything a browser brings along."""

import re
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page, expect

from accounts.models import User
from tests.end_to_end.devices import DESKTOP, PHONE, Devices
from tests.end_to_end.people import PASSWORD, Person, with_password
from tests.end_to_end.site import Site

FINGERPRINT_READER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def address(site: Site) -> str:
    """The site by its name: there are no passkeys for numeric addresses."""
    return site.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def person(learner: User) -> Person:
    return with_password(learner)


def new_page(devices: Devices, **like: Any) -> Page:
    return devices.new(like=DESKTOP | like).new_page()


def sign_in(page: Page, address: str, person: Person) -> None:
    page.goto(f"{address}/account/login/")
    person.sign_in(page)


def sign_out(page: Page, address: str) -> None:
    page.goto(f"{address}/account/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{address}/")


def prove(page: Page) -> None:
    """Answer the question whether it is you."""
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def give_fingerprint_reader(page: Page) -> tuple[CDPSession, str]:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    reader = session.send(
        "WebAuthn.addVirtualAuthenticator", {"options": FINGERPRINT_READER}
    )
    return session, reader["authenticatorId"]


def add_passkey(page: Page, address: str) -> None:
    page.goto(f"{address}/account/two-step/webauthn/add/")
    prove(page)
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()


def link_in_mail(log: Path, address: str) -> str:
    """Return the last link that the server, which prints its mails, sent."""
    return re.findall(rf"{address}/account/confirm-email/\S+", log.read_text())[-1]


def test_a_newcomer_signs_up_on_a_phone(
    devices: Devices, site: Site, address: str
) -> None:
    page = devices.new(like=PHONE | {"timezone_id": "Asia/Tokyo"}).new_page()
    page.goto(f"{address}/account/signup/")
    page.get_by_label("E-mail").fill("newcomer@example.com")
    page.get_by_label("Name on the leaderboard").fill("Newcomer")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Look in your mail")).to_be_visible()

    page.goto(link_in_mail(site.log, address))
    page.get_by_role("button", name="Yes, it is mine").click()
    page.wait_for_url(f"{address}/")
    newcomer = User.objects.get(display_name="Newcomer")
    assert newcomer.time_zone == "Asia/Tokyo"
    assert newcomer.password.startswith("argon2")


def test_a_passkey_signs_in_alone(
    devices: Devices, address: str, person: Person
) -> None:
    page = new_page(devices)
    give_fingerprint_reader(page)
    sign_in(page, address, person)
    add_passkey(page, address)
    sign_out(page, address)

    page.goto(f"{address}/account/login/?next=/account/sessions/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{address}/account/sessions/")
    passkey = Authenticator.objects.get(user=person.user, type="webauthn")
    assert passkey.last_used_at is not None
    assert passkey.wrap().is_passwordless


def test_a_passkey_is_the_second_step_after_the_password(
    devices: Devices, address: str, person: Person
) -> None:
    page = new_page(devices)
    give_fingerprint_reader(page)
    sign_in(page, address, person)
    add_passkey(page, address)
    sign_out(page, address)

    sign_in(page, address, person)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/account/two-step/")
    expect(page.get_by_role("link", name="Manage")).to_be_visible()


def test_a_finger_that_is_not_known_is_told_so(
    devices: Devices, address: str, person: Person
) -> None:
    devices.expect_trouble("NotAllowedError")
    page = new_page(devices)
    session, reader = give_fingerprint_reader(page)
    sign_in(page, address, person)
    add_passkey(page, address)
    sign_out(page, address)

    refuse = {"authenticatorId": reader, "isUserVerified": False}
    session.send("WebAuthn.setUserVerified", refuse)
    page.goto(f"{address}/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_enabled()


def test_an_authenticator_app_is_set_up_from_the_picture(
    devices: Devices, address: str, person: Person
) -> None:
    page = new_page(devices)
    sign_in(page, address, person)
    page.goto(f"{address}/account/two-step/totp/activate/")
    prove(page)
    picture = page.get_by_alt_text("QR code")
    assert picture.evaluate("image => image.naturalWidth") > 0
    page.get_by_text("It cannot be scanned?").click()
    secret = page.get_by_label("Type this secret into the app").input_value()
    page.get_by_label("Type the code that the app shows").fill(code_of(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.locator("#recovery_codes li")).to_have_count(10)


def code_of(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def test_a_password_can_be_looked_at_while_typing(
    devices: Devices, address: str
) -> None:
    page = new_page(devices)
    page.goto(f"{address}/account/login/")
    field = page.get_by_label("Password", exact=True)
    field.fill("seen")
    show = page.get_by_role("button", name="Show the password")
    show.click()
    expect(field).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")
    show.click()
    expect(field).to_have_attribute("type", "password")


def test_a_theme_shows_at_once_and_stays_when_saved(
    devices: Devices, address: str, person: Person
) -> None:
    page = new_page(devices)
    sign_in(page, address, person)
    page.goto(f"{address}/account/")
    page.get_by_label("Dark").check()
    html = page.locator("html")
    expect(html).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Save theme").click()
    expect(page.get_by_text("Your theme is changed.")).to_be_visible()
    expect(html).to_have_attribute("data-theme", "dark")


def test_the_zone_of_another_device_is_one_click(
    devices: Devices, address: str, person: Person
) -> None:
    page = new_page(devices, timezone_id="Europe/Berlin")
    sign_in(page, address, person)
    page.goto(f"{address}/account/")
    page.get_by_role("button", name="Use this device's: Berlin").click()
    expect(page.get_by_text("Your time zone is changed.")).to_be_visible()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")


STRANGERS_PAGES = ("login/", "signup/", "password/reset/")
LEARNERS_PAGES = (
    "",
    "delete/",
    "email/",
    "password/change/",
    "sessions/",
    "two-step/",
    "two-step/webauthn/add/",
    "two-step/totp/activate/",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(
    devices: Devices, address: str, person: Person, size: dict[str, Any], scheme: str
) -> None:
    page = devices.new(like=size | {"color_scheme": scheme}).new_page()
    for path in STRANGERS_PAGES:
        page.goto(f"{address}/account/{path}")
        assert complaints(page) == [], path
    sign_in(page, address, person)
    page.goto(f"{address}/account/reauthenticate/?next=/account/")
    prove(page)
    for path in LEARNERS_PAGES:
        page.goto(f"{address}/account/{path}")
        assert complaints(page) == [], path


def complaints(page: Page) -> list[tuple[str, str]]:
    violations = Axe().run(page).response["violations"]
    return [(one["id"], node["html"]) for one in violations for node in one["nodes"]]


TOO_SMALL = """() => [...document.querySelectorAll(
    "main a, main button, main input, main select, main summary")]
  .map((one) => one.closest("label") ?? one)
  .filter((one) => one.checkVisibility())
  .map((one) => [one.outerHTML, one.getBoundingClientRect()])
  .filter(([, box]) => box.width && Math.min(box.width, box.height) < 43.5)
  .map(([html]) => html)"""


def test_it_fits_a_narrow_phone_and_a_broad_thumb(
    devices: Devices, address: str, person: Person
) -> None:
    narrow = {"viewport": {"width": 320, "height": 640}}
    page = devices.new(like=PHONE | narrow).new_page()
    sign_in(page, address, person)
    page.goto(f"{address}/account/reauthenticate/?next=/account/")
    prove(page)
    for path in (*LEARNERS_PAGES, *STRANGERS_PAGES):
        if path == "login/":
            sign_out(page, address)
        page.goto(f"{address}/account/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        assert page.evaluate(TOO_SMALL) == [], path
