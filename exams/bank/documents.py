"""A bank file's bytes to plain data, or one line that says why not.

Only what a bank needs of YAML is read: no anchors or aliases (a few lines of them
unfold into gigabytes), no tags, no key twice in a mapping, no deep nesting.
"""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML built without libyaml: slower, the same result
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

MAX_BYTES = 2_000_000
MAX_DEPTH = 20
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Unreadable(Exception):
    """A file that holds no plain YAML, with the reason for an editor."""


class _Loader(_SafeLoader):
    """Plain data only; a key twice in one mapping is an error, not the last one."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key in seen:
                raise Unreadable(f'{_line(key_node)}: "{key}" stands twice here.')
            seen.add(key)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError) as error:
            # Such as the date 2026-13-45, or a number of a million digits.
            raise Unreadable(
                f"{_line(node)}: a value that cannot be read; if it is text, put it in "
                "quotes."
            ) from error


def _line(marked: yaml.Node | yaml.Event) -> str:
    mark = marked.start_mark
    return f"line {mark.line + 1}" if mark else "somewhere"


def read_bytes(path: Path) -> bytes:
    """Return the file's content; raise Unreadable when it is too large or not there."""
    try:
        if not path.is_file():
            raise Unreadable("it is no file.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Unreadable(
                f"it has {size:,} bytes; a bank file has at most {MAX_BYTES:,}."
            )
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        raise Unreadable(f"it cannot be opened ({error.strerror}).") from error


def decode(content: bytes) -> str:
    """Return the text of a file; raise Unreadable when it is none."""
    if b"\0" in content:
        where = content.index(b"\0")
        raise Unreadable(
            f"it is no text: byte {where:,} is NUL; expected YAML in UTF-8."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"line {line}: byte 0x{content[error.start]:02x} is not UTF-8; save the "
            "file in UTF-8."
        ) from error
    if match := _CONTROL.search(text):
        line = text.count("\n", 0, match.start()) + 1
        raise Unreadable(f"line {line}: control character 0x{ord(match.group()):02x}.")
    if not text.strip():
        raise Unreadable("it is empty; expected a mapping.")
    return text


def parse(text: str) -> Any:
    """Return the plain data of a YAML text; raise Unreadable for anything else."""
    try:
        _refuse_tricks(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506  a safe loader, stricter
    except yaml.MarkedYAMLError as error:
        raise Unreadable(_syntax(text, error)) from error
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise Unreadable(f"it is not YAML ({reason}).") from error


def _refuse_tricks(text: str) -> None:
    """Raise Unreadable for aliases, anchors, tags and deep nesting, before loading."""
    depth = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable(
                f"{_line(event)}: anchors (&) and aliases (*) are not used in banks; "
                "if it is text, put it in quotes."
            )
        if getattr(event, "tag", None):
            raise Unreadable(f"{_line(event)}: tags (!) are not used in banks.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise Unreadable(
                f"{_line(event)}: nested more than {MAX_DEPTH} levels deep."
            )


def _syntax(text: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"it is not YAML ({error.problem})."
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if line[: mark.column + 1].strip(" ").startswith("\t"):
        return f"line {mark.line + 1}: a tab in the indentation; use spaces."
    about = f"{error.context}, {error.problem}" if error.context else error.problem
    return f"line {mark.line + 1}, column {mark.column + 1}: not YAML: {about}."
