"""Where the web server listens, and how others reach it."""

import socket

import pytest

from ops.local import addresses
from ops.local.processes import StartError, free_port


def test_the_environment_chooses_host_and_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOST", raising=False)
    monkeypatch.delenv("PORT", raising=False)
    assert addresses.chosen_address() == ("127.0.0.1", 8000)
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("PORT", "8123")
    assert addresses.chosen_address() == ("0.0.0.0", 8123)


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1", "80.5"])
def test_a_wrong_port_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(StartError, match="must be a number from 1 to 65535"):
        addresses.chosen_address()


def test_a_taken_port_is_refused_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StartError, match=f"PORT={port + 1} make run"):
            addresses.require_free("127.0.0.1", port)


def test_a_free_port_is_taken() -> None:
    addresses.require_free("127.0.0.1", free_port())


def test_a_host_that_is_not_ours_is_refused() -> None:
    with pytest.raises(StartError, match="cannot listen on 192"):
        addresses.require_free("192.0.2.1", 8000)


@pytest.mark.parametrize(
    ("host", "browser", "probe"),
    [
        ("127.0.0.1", "http://localhost:80", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://localhost:80", "http://127.0.0.1:80"),
        ("::1", "http://localhost:80", "http://[::1]:80"),
        ("192.0.2.1", "http://192.0.2.1:80", "http://192.0.2.1:80"),
        ("2001:db8::1", "http://[2001:db8::1]:80", "http://[2001:db8::1]:80"),
    ],
)
def test_the_address_is_written_for_its_reader(
    host: str, browser: str, probe: str
) -> None:
    assert addresses.browser_url(host, 80) == browser
    assert addresses.probe_url(host, 80) == probe
