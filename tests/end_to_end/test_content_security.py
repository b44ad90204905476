"""The pages keep to their own policy, and the tests would hear it if they did not."""

from playwright.sync_api import expect

from tests.end_to_end.devices import Devices

BREACH = """
() => {
  const style = document.createElement("style");
  style.textContent = "body { color: red }";
  document.head.append(style);
}
"""


def test_a_breach_of_the_policy_is_heard(devices: Devices) -> None:
    page = devices.new().new_page()
    response = page.goto("/")
    assert response
    assert "style-src 'self'" in response.headers["content-security-policy"]
    with page.expect_console_message():
        page.evaluate(BREACH)
    devices.expect_trouble("Content Security Policy")
    assert len(devices.troubles) == 1
    expect(page.locator("body")).not_to_have_css("color", "rgb(255, 0, 0)")


def test_an_exception_in_a_script_is_heard(devices: Devices) -> None:
    page = devices.new().new_page()
    page.goto("/")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('on purpose') })")
    devices.expect_trouble("on purpose")
    assert len(devices.troubles) == 1
