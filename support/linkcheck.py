"""Opening an address to see whether it still works, and opening nothing else.

Addresses come from people, and sites send us on to anywhere. So a name is looked up
once, every address it has must be one that the whole internet reaches, and the
connection goes to exactly the address that was checked: what the name stands for a
moment later does not matter. Redirects are followed by hand, each checked anew.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Container, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias
from urllib.parse import SplitResult, quote, urldefrag, urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection

from support.addresses import BadAddress, canonical, is_public
from support.linkwires import Watch, connection_over, within

IP: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], list[str]]
Gate: TypeAlias = Callable[[str], AbstractContextManager[None]]

REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}
GONE = {404, 410}
# Names of many addresses: so many are tried before the site counts as away.
MOST_ADDRESSES = 4
TOO_SLOW = "It took too long to answer."


class Outcome(Enum):
    OK = "ok"
    MOVED = "moved"
    DEAD = "dead"  # gone, or it never was; broken if it is so twice
    UNSURE = "unsure"  # it may only dislike being checked


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Seconds, bytes and redirects that one check may take."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 20.0
    body: int = 64 * 1024
    redirects: int = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """``answered``: a site spoke HTTP with us, so our own network works."""

    outcome: Outcome
    note: str = ""
    moved_to: str = ""
    answered: bool = False
    n_bytes: int = 0
    n_connections: int = 0


class Busy(Exception):
    """Somebody else is asking this host right now."""


class _Ended(Exception):
    """The check is over: with this outcome, for this reason."""

    def __init__(self, outcome: Outcome, note: str) -> None:
        super().__init__(note)
        self.outcome = outcome
        self.note = note


# Others belong to mail, shells and databases, whatever answers there.
WEB_PORTS = frozenset({80, 443, 8080, 8443})


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a name, in the system's order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class LinkChecker:
    """``resolve``, ``allowed``, ``ports``: what tests put other networks in by."""

    def __init__(
        self,
        *,
        user_agent: str,
        gate: Gate = nullcontext,  # type: ignore[assignment]
        limits: Limits | None = None,
        resolve: Resolve = look_up,
        allowed: Callable[[IP], bool] = is_public,
        ports: Container[int] = WEB_PORTS,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.headers = {
            "User-Agent": user_agent,
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language": "en",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        self.gate = gate
        self.limits = limits or Limits()
        self.resolve = resolve
        self.allowed = allowed
        self.ports = ports
        self.ssl_context = ssl_context or ssl.create_default_context()

    def check(self, url: str) -> Finding:
        """Open the address and say what is there; raise Busy if a host is in use."""
        check = _Check(self)
        try:
            return check.run(url)
        except _Ended as end:
            return check.finding(end.outcome, end.note)
        finally:
            check.watch.stop()


# --- one check ------------------------------------------------------------------------


@dataclass
class _Check:
    """One check on its way from address to address."""

    checker: LinkChecker
    n_bytes: int = 0
    n_connections: int = 0
    answered: bool = False
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.limits = self.checker.limits
        self.watch = Watch(self.limits.total)

    def finding(self, outcome: Outcome, note: str = "", moved_to: str = "") -> Finding:
        return Finding(
            outcome=outcome,
            note=note[:200],
            moved_to=moved_to,
            answered=self.answered,
            n_bytes=self.n_bytes,
            n_connections=self.n_connections,
        )

    def run(self, url: str) -> Finding:
        address, moved_to, is_permanent = urldefrag(url).url, "", True
        for _ in range(self.limits.redirects + 1):
            if address in self.seen:
                raise _Ended(Outcome.UNSURE, "It redirects in circles.")
            self.seen.add(address)
            status, location = self.ask(address)
            if status not in REDIRECTS or not location:
                return self.judge(status, url, moved_to)
            address = _next(address, location)
            is_permanent = is_permanent and status in PERMANENT
            moved_to = address if is_permanent else moved_to
        raise _Ended(
            Outcome.UNSURE, f"It redirects more than {self.limits.redirects} times."
        )

    def judge(self, status: int, url: str, moved_to: str) -> Finding:
        if status in GONE:
            return self.finding(Outcome.DEAD, f"The site answers {status}: not there.")
        if not 200 <= status < 300:
            return self.finding(Outcome.UNSURE, f"The site answers {status}.")
        if not moved_to or not _is_another(moved_to, url):
            return self.finding(Outcome.OK)
        to_home = not urlsplit(moved_to).path.strip("/")
        hint = " Only to the home page: look whether it is still there."
        note = f"It has moved for good.{hint if to_home else ''}"
        return self.finding(Outcome.MOVED, note, moved_to)

    def ask(self, address: str) -> tuple[int, str]:
        """Return status and location; the body is read up to its limit."""
        parts = _split(address)
        host, port = str(parts.hostname), parts.port or _port(parts.scheme)
        if port not in self.checker.ports:
            raise _Ended(Outcome.UNSURE, f"It leads to port {port}, not to the web.")
        with self.checker.gate(host):
            ips = self._public_addresses(host, port)
            with self._errors(), self._connected(parts, ips, port) as connection:
                connection.request(
                    "GET",
                    _target(parts),
                    headers=self.checker.headers,
                    preload_content=False,
                    decode_content=False,
                )
                response = connection.getresponse()
                self.answered = True
                if 200 <= response.status < 300:
                    self._read(response)
                if self.watch.is_over:
                    raise TimeoutError
                return response.status, response.headers.get("Location", "")

    def _read(self, response: urllib3.response.BaseHTTPResponse) -> None:
        """Read some of the body, as it comes: nothing is unpacked."""
        left = self.limits.body
        while left > 0:
            chunk = response.read(min(left, 8192), decode_content=False)
            if not chunk:
                return
            left -= len(chunk)
            self.n_bytes += len(chunk)

    def _public_addresses(self, host: str, port: int) -> list[str]:
        """Return where the name leads; end here if any of it is not public."""
        ips = self._looked_up(host, port)
        if not all(self.checker.allowed(ipaddress.ip_address(ip)) for ip in ips):
            raise _Ended(
                Outcome.DEAD, "It leads into a private network; it was not opened."
            )
        return ips[:MOST_ADDRESSES]

    def _looked_up(self, host: str, port: int) -> list[str]:
        with suppress(ValueError):
            return [str(ipaddress.ip_address(host))]
        try:
            ascii_host = host.encode("idna").decode()
            ips = within(
                self.watch.left(), lambda: self.checker.resolve(ascii_host, port)
            )
        except TimeoutError as error:
            raise _Ended(
                Outcome.UNSURE, "Its name took too long to look up."
            ) from error
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                note = "Its name could not be looked up just now."
                raise _Ended(Outcome.UNSURE, note) from error
            raise _Ended(Outcome.DEAD, "There is no site of that name.") from error
        except (OSError, UnicodeError) as error:
            raise _Ended(Outcome.DEAD, "There is no site of that name.") from error
        if not ips:
            raise _Ended(Outcome.DEAD, "There is no site of that name.")
        return ips

    @contextmanager
    def _connected(
        self, parts: SplitResult, ips: list[str], port: int
    ) -> Iterator[HTTPConnection]:
        raw = self._open(ips, port)
        connection = connection_over(parts, port, raw, self.checker.ssl_context)
        try:
            try:
                connection.connect()
            except ssl.SSLError as error:
                if self.watch.is_over:
                    raise TimeoutError from error
                reason = getattr(error, "verify_message", "") or error.reason
                note = f"Its certificate or encryption fails: {reason}."
                raise _Ended(Outcome.DEAD, note) from error
            if connection.sock:
                connection.sock.settimeout(self.limits.read)
            yield connection
        finally:
            connection.close()
            raw.close()

    def _open(self, ips: list[str], port: int) -> socket.socket:
        """Return a connection to the first of the checked addresses that takes one."""
        failure: OSError = TimeoutError()
        for ip in ips:
            seconds = min(self.limits.connect, self.watch.left())
            if seconds <= 0:
                break
            self.n_connections += 1
            try:
                raw = socket.create_connection((ip, port), timeout=seconds)
            except OSError as error:
                failure = error
                continue
            self.watch.hold(raw)
            return raw
        raise failure

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what goes wrong on the way into how the check ends."""
        try:
            yield
        except (TimeoutError, urllib3.exceptions.TimeoutError) as error:
            raise _Ended(Outcome.UNSURE, TOO_SLOW) from error
        except (
            OSError,
            http.client.HTTPException,
            urllib3.exceptions.HTTPError,
            UnicodeError,
        ) as error:
            reason = type(error).__name__
            broke_off = f"The connection failed or broke off ({reason})."
            note = TOO_SLOW if self.watch.is_over else broke_off
            raise _Ended(Outcome.UNSURE, note) from error


# --- addresses on the way -------------------------------------------------------------


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise _Ended(Outcome.UNSURE, "It leads to what is no address.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _Ended(Outcome.UNSURE, "It leads away from the web.")
    if "@" in parts.netloc:
        raise _Ended(Outcome.UNSURE, "It leads to an address with a name or password.")
    return parts


def _next(address: str, location: str) -> str:
    try:
        return urldefrag(urljoin(address, location)).url
    except ValueError as error:
        raise _Ended(Outcome.UNSURE, "It leads to what is no address.") from error


def _port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _target(parts: SplitResult) -> str:
    """Return path and query as they are sent: a header gives them in any bytes."""
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=-._~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=-._~?")
    return f"{path}?{query}" if query else path


def _is_another(moved_to: str, url: str) -> bool:
    try:
        return canonical(moved_to) != canonical(url)
    except BadAddress:
        return False  # nothing that could take its place
