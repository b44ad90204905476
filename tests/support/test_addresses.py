"""One spelling for all the variants of an address, and what is none of a resource."""

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.addresses import BadAddress, canonical, is_public, read_address

SAME = [
    ("https://example.com/course", "example.com/course"),
    ("http://example.com/course", "example.com/course"),
    ("example.com/course", "example.com/course"),
    ("  https://example.com/course\n", "example.com/course"),
    ("HTTPS://EXAMPLE.com/course", "example.com/course"),
    ("https://www.example.com/course", "example.com/course"),
    ("https://www.www.example.com/course", "example.com/course"),
    ("https://example.com./course", "example.com/course"),
    ("https://example.com:443/course", "example.com/course"),
    ("http://example.com:80/course", "example.com/course"),
    ("https://example.com/course/", "example.com/course"),
    ("https://example.com/course//", "example.com/course"),
    ("https://example.com/course/index.html", "example.com/course"),
    ("https://example.com/course/index.php/", "example.com/course"),
    ("https://example.com/course/Default.aspx", "example.com/course"),
    ("https://example.com/course#week-2", "example.com/course"),
    ("https://example.com/course?", "example.com/course"),
    ("https://example.com/course?utm_source=a&UTM_medium=b", "example.com/course"),
    ("https://example.com/course?gclid=1&fbclid=2&mc_eid=3", "example.com/course"),
    ("https://example.com/a/../course/./", "example.com/course"),
    ("https://example.com/../course", "example.com/course"),
    ("https://example.com/%63ourse", "example.com/course"),
    ("https://example.com/a/%2e%2E/course", "example.com/course"),
    ("https://example.com", "example.com"),
    ("https://example.com/", "example.com"),
    ("https://example.com/index.htm", "example.com"),
    ("https://www.com/", "www.com"),
    ("https://example.com/?b=2&a=1&a=0", "example.com?a=0&a=1&b=2"),
    ("https://example.com/?a=&b", "example.com?a&b"),
    ("https://example.com/?q=a+b", "example.com?q=a%20b"),
    ("https://example.com/?q=a%20b&utm_id=1", "example.com?q=a%20b"),
    ("https://youtube.com/watch?v=a_B-1&t=2", "youtube.com/watch?t=2&v=a_B-1"),
    ("https://example.com/a%2fb", "example.com/a%2Fb"),
    ("https://example.com/100%", "example.com/100%25"),
    ("https://example.com/%%34%31", "example.com/%2541"),
    ("https://example.com/straße", "example.com/stra%C3%9Fe"),
    ("https://example.com/stra%c3%9fe", "example.com/stra%C3%9Fe"),
    ("https://bücher.example.com/", "xn--bcher-kva.example.com"),
    ("https://BÜCHER.example.com/", "xn--bcher-kva.example.com"),
    ("https://xn--bcher-kva.example.com/", "xn--bcher-kva.example.com"),
    ("https://example.com:8443/x", "example.com:8443/x"),
    ("http://example.com:443/x", "example.com:443/x"),
    ("https://8.8.8.8/dns", "8.8.8.8/dns"),
    ("https://[2606:4700:4700:0:0:0:0:1111]/", "[2606:4700:4700::1111]"),
]


@pytest.mark.parametrize(("written", "expected"), SAME)
def test_variants_share_one_spelling(written: str, expected: str) -> None:
    assert canonical(written) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("example.com/a", "example.com/A"),
        ("example.com/a", "example.com/b"),
        ("example.com/?a=1", "example.com/?a=2"),
        ("example.com/a%2Fb", "example.com/a/b"),
        ("learn.example.com", "example.com"),
        ("example.com", "example.org"),
        ("example.com:8443", "example.com"),
    ],
)
def test_different_pages_stay_different(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("", "Give the address"),
        ("   ", "Give the address"),
        ("ftp://example.com/file", "https or http"),
        ("file:///etc/passwd", "https or http"),
        ("gopher://example.com/", "https or http"),
        ("javascript:alert(1)", "not an address"),
        ("mailto:somebody@example.com", "name or a password"),
        ("data:text/html,hello", "not an address"),
        ("https://user:secret@example.com/", "name or a password"),
        ("https://user@example.com/", "name or a password"),
        ("https://@example.com/", "name or a password"),
        ("https://localhost/", "a dot is missing"),
        ("https://intranet/wiki", "a dot is missing"),
        ("https:///nothing", "a dot is missing"),
        ("https://printer.local/", "private"),
        ("https://wiki.corp/", "private"),
        ("https://app.localhost/", "private"),
        ("https://metadata.google.internal/", "private"),
        ("https://127.0.0.1/", "private"),
        ("https://10.0.0.1:8000/", "private"),
        ("https://169.254.169.254/latest/meta-data/", "private"),
        ("https://[::1]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"),
        ("https://[::ffff:8.8.8.8]/", "private"),
        ("https://2130706433/", "not the name"),
        ("https://0x7f.1/", "not the name"),
        ("https://127.1/", "not the name"),
        ("https://0177.0.0.1/", "not the name"),
        ("https://example.com:99999/", "not an address"),
        ("https://example.com:port/", "not an address"),
        ("https://[::1/", "not an address"),
        ("https://exa mple.com/", "no spaces"),
        ("https://example.com/a\tb", "no spaces"),
        ("https://example.com\\@evil.example.org/", "no spaces"),
        ("https://example.com/\u202egnp.exe", "hidden"),
        ("https://-example.com/", "not the name"),
        ("https://exa_mple.com/", "not the name"),
        ("https://example..com/", "not the name"),
        (f"https://{'a' * 64}.com/", "not the name"),
        (f"https://example.com/{'a' * 500}", "at most 500"),
        (f"https://example.com/{'a' * 5000}", "at most 500"),
    ],
)
def test_what_is_no_address_of_a_resource_is_told_why(written: str, word: str) -> None:
    with pytest.raises(BadAddress, match=word):
        read_address(written)


def test_what_is_opened_keeps_scheme_fragment_and_tracking() -> None:
    address = read_address("HTTP://Example.com:80/a/?utm_source=x#part")
    assert address.url == "http://example.com/a/?utm_source=x#part"
    assert read_address("example.com").url == "https://example.com"


AWKWARD = ["..", "%2e", "%41", "%zz", "%c3%a9", "%25", "%2541", "www.", "//"]
PIECES = st.lists(
    st.sampled_from([*"aZ9/.?&=#%+:@;~é☃", *AWKWARD, "/index.php/", "utm_x=1"]),
    max_size=20,
).map("".join)


@given(st.sampled_from(["", "http://", "https://www."]), PIECES)
@example("", "/index.html/index.html")
@example("", "/%%34%31")
@example("", "?a=1=2&=&==&a")
@example("", "/..%2f../index.html")
def test_a_canonical_address_is_its_own(start: str, rest: str) -> None:
    one = canonical(f"{start}example.com/{rest}")
    assert canonical(one) == one
    assert canonical(f"http://{one}") == canonical(f"https://{one}") == one


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    try:
        address = read_address(text)
    except BadAddress:
        return
    assert canonical(address.canonical) == address.canonical
    assert canonical(address.url) == address.canonical


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1"),
        *("169.254.169.254", "172.16.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1"),
        *("192.168.1.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.1.1.1"),
        *("240.0.0.1", "255.255.255.255", "168.63.129.16"),
        *("::", "::1", "::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::808:808"),
        *("64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:808:808::1"),
        *("fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "4000::1"),
        "2606:4700::1%eth0",
    ],
)
def test_no_address_within_is_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001::1"]
)
def test_addresses_of_sites_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
