"""Every address of the project, found in the URL configuration itself."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

_CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")
# As far as the patterns here go: a group may hold groups of its own, one deep.
_NAMED_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


def every_route() -> Iterator[str]:
    """Yield the route of each pattern, parameters as ``<name>``."""
    yield from _below(get_resolver().url_patterns, "/")


def _below(patterns: list[Any], prefix: str) -> Iterator[str]:
    for one in patterns:
        bare = str(one.pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        route = prefix + _NAMED_GROUP.sub(r"<\1>", _CONVERTED.sub(r"<\1>", bare))
        if isinstance(one, URLResolver):
            yield from _below(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield route


def path_of(route: str, values: dict[str, Any]) -> str:
    """Return a path of the route with these values."""
    return _CONVERTED.sub(lambda found: str(values[found[1]]), route)
