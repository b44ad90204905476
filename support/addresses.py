"""Addresses of resources: one spelling for all the variants of an address.

What a browser opens the same page for, by every custom of the web, is one address here:
no scheme, no ``www.``, no trailing slash, no tracking, the query sorted. It is what two
resources are compared by; what is opened is the address as somebody wrote it.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

LONGEST = 500

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
# Names of things in an office or on a machine; the last ones exist nowhere.
_PRIVATE_ENDS = (
    *("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private"),
    *("home.arpa", "onion", "test", "invalid", "example"),
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_INDEX = re.compile(r"/(index\.(html?|php|aspx?|jsp)|default\.(html?|aspx?))$", re.I)
_TRACKING = re.compile(
    r"utm_.*|pk_.*|mtm_.*|hsa_.*|(gclid|gclsrc|dclid|gbraid|wbraid|fbclid|msclkid|"
    r"twclid|ttclid|yclid|igshid|mc_cid|mc_eid|_ga|_gl|_hsenc|_hsmi|vero_id|srsltid)",
    re.IGNORECASE,
)
_NOT_ESCAPED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
)
# What may stand in a path as it is; "%" because escapes are in order by then.
_PATH_SAFE = "/:@!$&'()*+,;=-._~%"
_QUERY_SAFE = "/:@!$'()*,;?-._~%"
# White space, controls, and characters that turn the text around or are not there.
_UNSEEN = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


class BadAddress(ValueError):
    """An address cannot be that of a resource; the message says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """``url`` opens it; ``canonical`` is the spelling that its variants share."""

    url: str
    canonical: str


def canonical(text: str) -> str:
    """Return the one spelling of the address, or raise BadAddress."""
    return read_address(text).canonical


def read_address(text: str) -> Address:
    """Return the address that somebody wrote, or raise BadAddress.

    Without a scheme it is taken for https. The fragment stays in what is opened.
    """
    written = text.strip()
    url = written if _scheme_of(written) else f"https://{written}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadAddress("That is not an address of the web.") from error
    if parts.username is not None or parts.password is not None:
        raise BadAddress("An address must not hold a name or a password.")
    host = public_host(parts.hostname or "")
    shown_port = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    bare = _without_www(host)
    one = f"{bare}{shown_port}{_path(parts.path)}{_query(parts.query)}"
    clean = parts._replace(netloc=f"{host}{shown_port}").geturl()
    if max(len(one), len(clean)) > LONGEST:
        raise BadAddress(f"An address has at most {LONGEST} characters.")
    return Address(clean, one)


def _scheme_of(text: str) -> str:
    """Return http, https or nothing; raise BadAddress for any other scheme."""
    if not text:
        raise BadAddress("Give the address, such as https://example.com/course.")
    if len(text) > 4 * LONGEST:
        raise BadAddress(f"An address has at most {LONGEST} characters.")
    if _UNSEEN.search(text) or "\\" in text:
        raise BadAddress("An address has no spaces, backslashes or hidden characters.")
    match = _SCHEME.match(text)
    scheme = match[1].lower() if match else ""
    if scheme not in ("", *_DEFAULT_PORTS):
        raise BadAddress(f"The address begins with {scheme}; https or http is needed.")
    return scheme


# --- the host -------------------------------------------------------------------------


def public_host(name: str) -> str:
    """Return a host as the network knows it; raise BadAddress for a private one."""
    if ":" in name:
        return f"[{_public_ip(name)}]"
    host = _ascii(name).rstrip(".")
    labels = host.split(".")
    # As browsers do: a number at the end makes the whole of it an IPv4 address.
    if labels[-1].isdigit() or labels[-1].startswith("0x"):
        return _public_ip(host)
    if len(labels) < 2:
        raise BadAddress("The address names no site: a dot is missing in its name.")
    if any(host == end or host.endswith(f".{end}") for end in _PRIVATE_ENDS):
        raise BadAddress("That name is private: nobody else can open it.")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadAddress("That is not the name of a site.")
    return host


def _ascii(name: str) -> str:
    try:
        return name.encode("idna").decode().lower()
    except UnicodeError as error:
        raise BadAddress("That is not the name of a site.") from error


def _public_ip(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise BadAddress("That is not the name of a site.") from error
    if not is_public(address):
        raise BadAddress("That address is private: nobody else can open it.")
    return str(address)


# Inside the ranges that count as global, but no site of anybody's: IETF protocols,
# 6to4 relays, the host of Azure's machines; NAT64, Teredo and 6to4, which lead on
# to an IPv4 address that they hide.
_REFUSED = [
    ipaddress.ip_network(network)
    for network in (
        *("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32"),
        *("64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16"),
    )
]
_GLOBAL_UNICAST_V6 = ipaddress.ip_network("2000::/3")


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether anybody on the internet reaches the same machine there."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv6Address) and (
        address.scope_id is not None or address not in _GLOBAL_UNICAST_V6
    ):
        return False
    return not any(
        address in network for network in _REFUSED if network.version == address.version
    )


def _without_www(host: str) -> str:
    while host.startswith("www.") and host.count(".") > 1:
        host = host.removeprefix("www.")
    return host


# --- path and query -------------------------------------------------------------------


def _path(path: str) -> str:
    """Return the path without dot segments, an index page and a trailing slash."""
    kept: list[str] = []
    for segment in _escaped(path, _PATH_SAFE).split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    plain = "/".join(("", *kept)).rstrip("/")
    while (shorter := _INDEX.sub("", plain).rstrip("/")) != plain:
        plain = shorter
    return plain


def _query(query: str) -> str:
    """Return the query in the order of its names, without tracking."""
    pairs = []
    for part in query.split("&"):
        name, _, value = part.replace("+", "%20").partition("=")
        name, value = _escaped(name, _QUERY_SAFE), _escaped(value, f"{_QUERY_SAFE}=")
        if not _TRACKING.fullmatch(name):
            pairs.append(f"{name}={value}" if value else name)
    joined = "&".join(sorted(filter(None, pairs)))
    return f"?{joined}" if joined else ""


def _escaped(text: str, safe: str) -> str:
    """Return the text with every character in its one spelling."""
    text = _ESCAPED.sub(_one_escape, _NOT_ESCAPED.sub("%25", text))
    return quote(text, safe=safe, errors="replace")


def _one_escape(match: re.Match[str]) -> str:
    byte = int(match[1], 16)
    return chr(byte) if byte in _UNRESERVED else match[0].upper()
