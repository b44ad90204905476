"""Naming a device from what its browser says."""

import pytest

from accounts.templatetags.devices import device, is_phone

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name", "phone"),
    [
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/150.0.0.0 "
            "Safari/537.36 Edg/150.0.0.0",
            "Edge on Windows",
            False,
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/19.0 Safari/605.1.15",
            "Safari on a Mac",
            False,
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1"
            " (KHTML, like Gecko) CriOS/150.0 Mobile/15E148 Safari/604.1",
            "Chrome on iPhone",
            True,
        ),
        (
            f"Mozilla/5.0 (Linux; Android 16; K) {WEBKIT} Chrome/150.0.0.0 Mobile "
            "Safari/537.36",
            "Chrome on Android",
            True,
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
            "Firefox on Linux",
            False,
        ),
        ("curl/8.9.0", "A browser", False),
        ("", "A browser", False),
    ],
)
def test_a_device_has_a_name_that_people_know(
    user_agent: str, name: str, phone: bool
) -> None:
    assert device(user_agent) == name
    assert is_phone(user_agent) is phone
