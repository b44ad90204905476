"""A web server on loopback that behaves as badly as a test wants it to."""

import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Behaviour = Callable[["Visit"], None]


@dataclass
class Visit:
    """One connection: what was asked, and how to answer it."""

    connection: socket.socket
    site: "LinkSite"
    path: str
    headers: dict[str, str]

    def send(self, content: bytes) -> None:
        self.connection.sendall(content)
        with self.site.lock:
            self.site.n_sent += len(content)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
        lines += [
            f"{name.replace('_', '-')}: {value}" for name, value in headers.items()
        ]
        self.send("\r\n".join([*lines, "", ""]).encode() + body)

    def wait_until_left(self) -> None:
        """Say nothing until the other side hangs up or the test is over."""
        with suppress(OSError):
            while self.connection.recv(1024):
                pass

    def pause(self, seconds: float) -> None:
        """Wait between two bytes, but not longer than the test lasts."""
        self.site.is_over.wait(seconds)


@dataclass
class LinkSite:
    """``pages`` says what happens at a path; anything else is 404."""

    pages: dict[str, Behaviour] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_over: threading.Event = field(default_factory=threading.Event)
    n_sent: int = 0
    n_connections: int = 0
    at_once: Counter[str] = field(default_factory=Counter)
    most_at_once: int = 0
    port: int = 0
    tls: ssl.SSLContext | None = None
    names: list[str | None] = field(default_factory=list)  # asked for by SNI

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [visit.path for visit in self.visits]

    def serve(self, connection: socket.socket) -> None:
        with self.lock:
            self.n_connections += 1
        with suppress(OSError, ValueError):
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            self._answer(connection)
        with suppress(OSError):
            connection.close()

    def _answer(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            chunk = connection.recv(65536)
            if not chunk:
                return
            head += chunk
        lines = head.decode("latin-1").split("\r\n")
        path = lines[0].split(" ")[1]
        pairs = (line.split(": ", 1) for line in lines[1:] if ": " in line)
        headers = {name.lower(): value for name, value in pairs}
        visit = Visit(connection, self, path, headers)
        host = headers.get("host", "")
        with self.lock:
            self.visits.append(visit)
            self.at_once[host] += 1
            self.most_at_once = max(self.most_at_once, self.at_once[host])
        try:
            self.pages.get(path, lambda one: one.answer(404))(visit)
        finally:
            with self.lock:
                self.at_once[host] -= 1


@contextmanager
def link_site(
    *, family: int = socket.AF_INET, tls: ssl.SSLContext | None = None
) -> Iterator[LinkSite]:
    site = LinkSite(tls=tls)
    if tls:
        tls.sni_callback = lambda _socket, name, _context: site.names.append(name)
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
    listener.listen(16)
    site.port = listener.getsockname()[1]
    threads: list[threading.Thread] = []
    open_ones: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            open_ones.append(connection)
            threads.append(threading.Thread(target=site.serve, args=[connection]))
            threads[-1].start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield site
    finally:
        site.is_over.set()
        listener.shutdown(socket.SHUT_RDWR)
        acceptor.join()
        listener.close()
        for connection in open_ones:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
        for connection in open_ones:
            connection.close()
