"""The link check against a server of our own that does everything a site may do."""

import gzip
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from support.addresses import is_public
from support.linkcheck import IP, Finding, Limits, LinkChecker, Outcome, look_up
from tests.support.link_site import LinkSite, Visit, link_site

AGENT = "TestPrep link check (+https://x)"
# Short enough for tests, and far apart, so that it shows which one ended a check.
LIMITS = Limits(connect=0.5, read=0.4, total=1.2, body=64 * 1024, redirects=5)
# What a check may take beyond its limit on a machine that is busy with other tests.
SLACK = 3.0


@pytest.fixture
def site() -> Iterator[LinkSite]:
    with link_site() as running:
        yield running


ANY = range(1, 65_536)


def loopback_too(address: IP) -> bool:
    return address.is_loopback or is_public(address)


def check(url: str, **options: Any) -> Finding:
    options = {"limits": LIMITS, "allowed": loopback_too, "ports": ANY} | options
    return LinkChecker(user_agent="TestPrep link check (+https://x)", **options).check(
        url
    )


def names(**known: str) -> Any:
    """Return a resolver that knows these names, dots written as underscores."""
    table = {name.replace("_", "."): addresses for name, addresses in known.items()}
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        if host not in table:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return table[host].split()

    resolve.asked = asked  # type: ignore[attr-defined]
    return resolve


def ok(visit: Visit) -> None:
    visit.answer(200, b"<h1>Here</h1>")


def to(location: str, status: int = 301) -> Any:
    return lambda visit: visit.answer(status, Location=location)


# --- answers --------------------------------------------------------------------------


def test_a_page_that_is_there_is_ok(site: LinkSite) -> None:
    site.pages["/course?a=1"] = ok
    found = check(site.url("/course?a=1#part"))
    assert found == Finding(
        outcome=Outcome.OK, answered=True, n_bytes=13, n_connections=1
    )
    headers = site.visits[0].headers
    assert headers["user-agent"] == AGENT
    assert headers["host"] == f"127.0.0.1:{site.port}"
    assert headers["accept-encoding"] == "identity"
    assert "cookie" not in headers


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.OK),
        (204, Outcome.OK),
        (404, Outcome.DEAD),
        (410, Outcome.DEAD),
        *((status, Outcome.UNSURE) for status in (400, 401, 403, 405, 429, 451)),
        *((status, Outcome.UNSURE) for status in (304, 500, 502, 503, 504, 599)),
    ],
)
def test_what_an_answer_means(site: LinkSite, status: int, outcome: Outcome) -> None:
    site.pages["/"] = lambda visit: visit.answer(status)
    found = check(site.url())
    assert found.outcome is outcome
    assert found.answered
    assert (str(status) in found.note) is (outcome is not Outcome.OK)


def test_what_a_page_contains_is_not_unpacked(site: LinkSite) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    site.pages["/"] = lambda visit: visit.answer(200, bomb, Content_Encoding="gzip")
    found = check(site.url())
    assert found.outcome is Outcome.OK
    assert 0 < found.n_bytes <= min(len(bomb), LIMITS.body)


def test_a_stream_without_end_is_read_up_to_the_limit(site: LinkSite) -> None:
    def stream(visit: Visit) -> None:
        visit.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            visit.send(b"x" * 8192)

    site.pages["/"] = stream
    found = check(site.url())
    assert (found.outcome, found.n_bytes) == (Outcome.OK, LIMITS.body)


def test_an_endless_stream_in_chunks_is_read_up_to_the_limit(site: LinkSite) -> None:
    def stream(visit: Visit) -> None:
        visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            visit.send(b"2000\r\n" + b"x" * 8192 + b"\r\n")

    site.pages["/"] = stream
    found = check(site.url())
    assert (found.outcome, found.n_bytes) == (Outcome.OK, LIMITS.body)


def test_the_body_of_an_error_is_not_read(site: LinkSite) -> None:
    site.pages["/"] = lambda visit: visit.answer(500, b"x" * 10_000)
    assert check(site.url()).n_bytes == 0


# --- time -----------------------------------------------------------------------------


def hang(visit: Visit) -> None:
    visit.wait_until_left()


def drip(content: bytes) -> Any:
    """Send the head of an answer, then byte after byte, each in time."""

    def behave(visit: Visit) -> None:
        visit.send(content)
        while not visit.site.is_over.is_set():
            visit.send(b"x")
            visit.pause(0.05)

    return behave


@pytest.mark.parametrize(
    ("behaviour", "at_least"),
    [
        pytest.param(hang, LIMITS.read, id="says nothing"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nX-A: "), LIMITS.total, id="slow head"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n\r\n"), LIMITS.total, id="slow body"),
        pytest.param(
            drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1"),
            LIMITS.total,
            id="slow chunks",
        ),
        pytest.param(
            lambda visit: (visit.send(b"HTTP/1.1 200 OK\r\n\r\nx"), hang(visit)),
            LIMITS.read,
            id="stops in the body",
        ),
    ],
)
def test_who_is_slow_is_left_in_time(
    site: LinkSite, behaviour: Any, at_least: float
) -> None:
    site.pages["/"] = behaviour
    began = time.monotonic()
    found = check(site.url())
    took = time.monotonic() - began
    assert found.outcome is Outcome.UNSURE
    assert "too long" in found.note
    assert at_least * 0.9 <= took < at_least + SLACK


def test_the_total_holds_over_all_redirects(site: LinkSite) -> None:
    def slowly(visit: Visit) -> None:
        visit.pause(0.3)
        visit.answer(302, Location=f"{visit.path}x")

    site.pages = {f"/{'x' * n}": slowly for n in range(20)}
    began = time.monotonic()
    found = check(site.url(), limits=Limits(read=0.4, total=1.0, redirects=20))
    assert found.outcome is Outcome.UNSURE
    assert time.monotonic() - began < 1.0 + SLACK
    assert len(site.visits) < 8


def test_a_name_that_nobody_looks_up_in_time_is_left(site: LinkSite) -> None:
    released = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        released.wait(30)
        return ["127.0.0.1"]

    began = time.monotonic()
    found = check(site.url(host="slow.example"), resolve=resolve)
    took = time.monotonic() - began
    released.set()
    assert (found.outcome, found.n_connections) == (Outcome.UNSURE, 0)
    assert took < LIMITS.total + SLACK


A_EXAMPLE = names(a_example_com="127.0.0.1")

# --- redirects ------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 308])
def test_a_page_that_moved_for_good_says_where(site: LinkSite, status: int) -> None:
    site.pages = {"/old": to("/new?x=1#part", status), "/new?x=1": ok}
    found = check(site.url("/old", host="a.example.com"), resolve=A_EXAMPLE)
    new = site.url("/new?x=1", host="a.example.com")
    assert (found.outcome, found.moved_to) == (Outcome.MOVED, new)
    assert found.n_connections == 2


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_page_that_is_elsewhere_for_now_is_ok(site: LinkSite, status: int) -> None:
    site.pages = {"/old": to("/new", status), "/new": ok}
    found = check(site.url("/old"))
    assert (found.outcome, found.moved_to) == (Outcome.OK, "")


def test_only_what_is_permanent_from_the_first_counts_as_moved(site: LinkSite) -> None:
    site.pages = {"/a": to("/b"), "/b": to("/c", 302), "/c": to("/d"), "/d": ok}
    found = check(site.url("/a", host="a.example.com"), resolve=A_EXAMPLE)
    assert found.moved_to == site.url("/b", host="a.example.com")


def test_another_spelling_of_the_address_is_no_move(site: LinkSite) -> None:
    resolve = names(www_example_com="127.0.0.1", example_com="127.0.0.1")
    www = site.url("/course/", host="www.example.com")
    site.pages = {"/course": to(www), "/course/": ok}
    found = check(site.url("/course", host="example.com"), resolve=resolve)
    assert (found.outcome, found.moved_to) == (Outcome.OK, "")


def test_a_page_that_became_the_home_page_is_told(site: LinkSite) -> None:
    site.pages = {"/course": to("/"), "/": ok}
    resolve = names(example_com="127.0.0.1")
    found = check(site.url("/course", host="example.com"), resolve=resolve)
    assert found.outcome is Outcome.MOVED
    assert "home page" in found.note


def test_a_moved_page_that_is_gone_is_dead(site: LinkSite) -> None:
    site.pages = {"/old": to("/new")}
    assert check(site.url("/old")).outcome is Outcome.DEAD


@pytest.mark.parametrize("length", [1, 2, 4])
def test_a_circle_is_left_at_its_second_round(site: LinkSite, length: int) -> None:
    site.pages = {f"/{n}": to(f"/{(n + 1) % length}", 302) for n in range(length)}
    found = check(site.url("/0"))
    assert (found.outcome, found.note) == (Outcome.UNSURE, "It redirects in circles.")
    assert found.n_connections == site.n_connections == length


def test_so_many_redirects_and_no_more(site: LinkSite) -> None:
    site.pages = {f"/{n}": to(f"/{n + 1}", 302) for n in range(9)} | {"/9": ok}
    found = check(site.url("/0"))
    assert found.outcome is Outcome.UNSURE
    assert "more than 5" in found.note
    assert site.paths == [f"/{n}" for n in range(6)]
    assert check(site.url("/4")).outcome is Outcome.OK


@pytest.mark.parametrize(
    "location",
    [
        *("ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)"),
        *("data:text/html,x", "https://user:secret@example.com/", "http://[::1"),
        *("http://example.com:99999/", "http://", "gopher://example.com/"),
    ],
)
def test_a_redirect_away_from_the_web_is_not_followed(
    site: LinkSite, location: str
) -> None:
    resolve = names(example_com="127.0.0.1")
    site.pages["/"] = to(location, 302)
    found = check(site.url(), resolve=resolve)
    assert (found.outcome, site.n_connections) == (Outcome.UNSURE, 1)
    assert resolve.asked == []


# --- other networks -------------------------------------------------------------------

PRIVATE = [
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "0.0.0.0"),
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "224.0.0.1"),
    *("168.63.129.16", "255.255.255.255", "198.18.0.1"),
    *("::1", "fe80::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1"),
    *("::ffff:8.8.8.8", "2002:7f00:1::1", "64:ff9b::7f00:1", "2001:0:1::1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_inside_is_never_opened(address: str) -> None:
    found = check(
        "https://a.example/", resolve=names(a_example=address), allowed=is_public
    )
    assert (found.outcome, found.n_connections) == (Outcome.DEAD, 0)
    assert "private network" in found.note


def test_one_private_address_among_others_is_enough() -> None:
    resolve = names(a_example="1.1.1.1 10.0.0.1")
    found = check("https://a.example/", resolve=resolve, allowed=is_public)
    assert (found.outcome, found.n_connections) == (Outcome.DEAD, 0)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "10.1.1.1", "169.254.169.254"),
        *("2130706433", "0x7f000001", "127.1", "0177.0.0.1", "localhost"),
    ],
)
def test_no_spelling_of_this_machine_is_opened(site: LinkSite, host: str) -> None:
    # The system's own resolver, as in production: it knows all of these spellings.
    found = check(site.url(host=host), resolve=look_up, allowed=is_public)
    assert found.outcome in (Outcome.DEAD, Outcome.UNSURE)
    assert (found.n_connections, site.n_connections) == (0, 0)


@pytest.mark.parametrize(
    "location", ["http://10.0.0.1/", "http://inside.example/", "//169.254.169.254/x"]
)
def test_a_redirect_inside_is_not_followed(site: LinkSite, location: str) -> None:
    resolve = names(outside_example="127.0.0.1", inside_example="192.168.0.1")
    site.pages["/"] = to(location, 302)
    found = check(site.url(host="outside.example"), resolve=resolve)
    assert (found.outcome, found.n_connections) == (Outcome.DEAD, 1)


def test_a_name_is_looked_up_once_and_what_was_checked_is_opened(
    site: LinkSite,
) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]])
    site.pages["/"] = ok
    found = check(site.url(host="rebinding.example"), resolve=lambda *_: next(answers))
    assert (found.outcome, found.n_connections) == (Outcome.OK, 1)
    assert next(answers) == ["10.0.0.1"]  # it was asked only once
    assert site.visits[0].headers["host"] == f"rebinding.example:{site.port}"


def test_after_a_redirect_the_same_name_is_checked_anew(site: LinkSite) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    site.pages = {"/": to("/again", 302), "/again": ok}
    found = check(site.url(host="rebinding.example"), resolve=lambda *_: next(answers))
    assert (found.outcome, site.paths) == (Outcome.DEAD, ["/"])


def test_nothing_but_the_constructor_lets_a_check_inside() -> None:
    guarded = LinkChecker(user_agent="x")
    assert guarded.allowed is is_public
    assert 25 not in guarded.ports
    assert not guarded.allowed(ipaddress.ip_address("127.0.0.1"))


def test_other_ports_than_the_webs_are_not_opened(site: LinkSite) -> None:
    site.pages = {"/": to("http://elsewhere.example:25/", 302)}
    found = check(
        site.url(host="site.example"),
        resolve=names(site_example="127.0.0.1", elsewhere_example="127.0.0.1"),
        ports={site.port},
    )
    assert (found.outcome, site.paths) == (Outcome.UNSURE, ["/"])
    assert "port 25" in found.note


def test_an_unknown_name_is_dead() -> None:
    found = check("https://nobody.example/", resolve=names())
    assert (found.outcome, found.answered) == (Outcome.DEAD, False)
    assert "no site of that name" in found.note


def test_a_resolver_that_is_away_says_nothing_about_the_name() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    assert check("https://a.example/", resolve=resolve).outcome is Outcome.UNSURE


def test_the_second_address_is_tried_when_the_first_refuses(site: LinkSite) -> None:
    site.pages["/"] = ok
    resolve = names(a_example="127.0.0.2 127.0.0.1")
    found = check(site.url(host="a.example"), resolve=resolve)
    assert (found.outcome, found.n_connections) == (Outcome.OK, 2)


def test_a_refused_connection_is_unsure(site: LinkSite) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        found = check(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert (found.outcome, found.answered) == (Outcome.UNSURE, False)


def test_an_ipv6_literal_is_opened() -> None:
    with link_site(family=socket.AF_INET6) as site:
        site.pages["/"] = ok
        assert check(site.url(host="[::1]")).outcome is Outcome.OK
        assert site.visits[0].headers["host"] == f"[::1]:{site.port}"


# --- bad HTTP -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="hangs up"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="no HTTP"),
        pytest.param(b"HTTP/1.1 99999 No\r\n\r\n", id="no status"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500, id="many headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000, id="a long header"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", id="cut off"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="chunks"
        ),
        pytest.param(
            b"HTTP/1.1 302 Found\r\nLocation: http://a b/\r\n\r\n", id="space"
        ),
    ],
)
def test_what_is_not_http_is_unsure(site: LinkSite, content: bytes) -> None:
    site.pages["/"] = lambda visit: visit.send(content)
    found = check(site.url(), resolve=names())
    assert found.outcome in (Outcome.UNSURE, Outcome.DEAD)
    assert len(found.note) <= 200
    assert site.n_connections == 1


def test_an_address_with_other_letters_is_asked_for_in_ascii(site: LinkSite) -> None:
    site.pages["/stra%C3%9Fe?q=%C3%A9%20x"] = ok
    resolve = names(**{"xn--bcher-kva_example": "127.0.0.1"})
    found = check(site.url("/straße?q=é x", host="bücher.example"), resolve=resolve)
    assert found.outcome is Outcome.OK


# --- TLS ------------------------------------------------------------------------------


def names_of(host: str) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.DNSName(host)])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for secure.example, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "secure.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("secure.example")]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secure_site(certificate: Path) -> Iterator[LinkSite]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with link_site(tls=context) as running:
        running.pages["/"] = ok
        yield running


RESOLVE = {"secure_example": "127.0.0.1", "other_example": "127.0.0.1"}


def test_a_certificate_that_fits_is_accepted_for_its_name(
    secure_site: LinkSite, certificate: Path
) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    found = check(
        secure_site.url(host="secure.example"),
        resolve=names(**RESOLVE),
        ssl_context=trusting,
    )
    assert (found.outcome, secure_site.names) == (Outcome.OK, ["secure.example"])


def test_a_certificate_for_another_name_is_dead(
    secure_site: LinkSite, certificate: Path
) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    found = check(
        secure_site.url(host="other.example"),
        resolve=names(**RESOLVE),
        ssl_context=trusting,
    )
    assert (found.outcome, found.answered) == (Outcome.DEAD, False)
    assert "certificate" in found.note
    assert secure_site.visits == []


def test_a_certificate_that_nobody_signed_is_dead(secure_site: LinkSite) -> None:
    found = check(secure_site.url(host="secure.example"), resolve=names(**RESOLVE))
    assert found.outcome is Outcome.DEAD
    assert secure_site.visits == []


def test_a_handshake_that_never_ends_is_left_in_time(site: LinkSite) -> None:
    began = time.monotonic()
    # It speaks no TLS: it waits for the end of a head that never comes.
    found = check(site.url().replace("http:", "https:"))
    assert found.outcome is Outcome.UNSURE
    assert time.monotonic() - began < LIMITS.total + SLACK
