"""What a link check goes over: connections to a given address, and a watch on time."""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar
from urllib.parse import SplitResult

from urllib3.connection import HTTPConnection, HTTPSConnection

Result = TypeVar("Result")


class Watch:
    """Ends whatever the check waits for when its time is over.

    A time-out holds for one read; who sends a byte every nine seconds is never late.
    """

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._held: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def left(self) -> float:
        return max(self._deadline - time.monotonic(), 0)

    @property
    def is_over(self) -> bool:
        return self.left() == 0

    def hold(self, raw: socket.socket) -> None:
        """Watch this connection. TLS takes the socket over, a second handle stays."""
        with self._lock:
            self._drop()
            self._held = raw.dup()
        if self.is_over:
            raise TimeoutError

    def stop(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def _cut(self) -> None:
        with self._lock, suppress(OSError):
            if self._held is not None:
                self._held.shutdown(socket.SHUT_RDWR)


class Plain(HTTPConnection):
    """Speaks over a connection that stands; looks nothing up."""

    raw: socket.socket

    def _new_conn(self) -> socket.socket:
        return self.raw


class Encrypted(HTTPSConnection):
    """The same with TLS: the name is asked for and its certificate verified."""

    raw: socket.socket

    def _new_conn(self) -> socket.socket:
        return self.raw


def connection_over(
    parts: SplitResult, port: int, raw: socket.socket, context: ssl.SSLContext
) -> HTTPConnection:
    host = str(parts.hostname).encode("idna").decode() if parts.hostname else ""
    if parts.scheme == "https":
        encrypted = Encrypted(host, port, ssl_context=context)
        encrypted.raw = raw
        return encrypted
    plain = Plain(host, port)
    plain.raw = raw
    return plain


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Return what the work returns; raise TimeoutError if that takes longer.

    A look-up cannot be broken off: its thread is left to end by itself.
    """
    done: queue.SimpleQueue[Result | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put(work())
        except Exception as error:  # it is raised again where it is waited for
            done.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        result = done.get(timeout=seconds)
    except queue.Empty as late:
        raise TimeoutError from late
    if isinstance(result, Exception):
        raise result
    return result
