"""Addresses to listen on: free or taken, and how a browser reaches them."""

import os
import socket

from ops.local.processes import StartError

# How a browser on this machine calls it: passkeys work on localhost, not on numbers.
LOCAL_HOSTS = {"127.0.0.1", "0.0.0.0", "::1", "::", "localhost"}  # noqa: S104


def chosen_address() -> tuple[str, int]:
    """Return HOST and PORT of the environment."""
    host = os.environ.get("HOST") or "127.0.0.1"
    port = os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise StartError(f"PORT is {port!r}; it must be a number from 1 to 65535.")
    return host, int(port)


def browser_url(host: str, port: int) -> str:
    if host in LOCAL_HOSTS:
        return f"http://localhost:{port}"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def probe_url(host: str, port: int) -> str:
    """The same for ourselves: the very address that the server listens on."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def why_taken(host: str, port: int) -> str:
    """Return why nobody can listen there now; nothing if one can."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, _, _, where = found[0]
        with socket.socket(family, kind) as probe:
            # As servers do: a connection that ended a moment ago is no obstacle.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def require_free(host: str, port: int) -> None:
    if reason := why_taken(host, port):
        raise StartError(
            f"cannot listen on {host} port {port}: {reason}. "
            f"Choose another port: PORT={port + 1} make run"
        )
