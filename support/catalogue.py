"""The resources that come with the product: their files, and loading them.

An entry wins over its row only when it changed since it was loaded: its fingerprint
stands in the row. So what staff changed stays until somebody changes that entry. Which
ones are published is staff's alone: a load restores only what a load withdrew.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from exams.bank.documents import Unreadable, decode, parse, read_bytes
from exams.bank.fields import Record
from exams.bank.problems import Notebook, Problem, shown
from exams.models import Certification
from support.addresses import BadAddress, canonical
from support.models import Resource

RESOURCES = Path(__file__).with_name("resources")

# Any number that nobody else locks on: "rsrc" in ASCII.
_LOCK = 0x72737263
_FIELDS = ("slug", "title", "by", "url", "kind", "cost", "level")
_FIELDS_OF_FILE = (*_FIELDS, "certifications", "why")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A resource as a file has it, or as its row has it now."""

    slug: str
    title: str
    by: str
    url: str
    kind: str
    cost: str
    level: str
    description: str
    certifications: tuple[str, ...]  # slugs in their order

    @property
    def fingerprint(self) -> str:
        content = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass
class ResourceErrors(Exception):
    """Files that cannot be loaded, with every problem found in them."""

    problems: Sequence[Problem]

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


@dataclass
class Loaded:
    """What a load did, by slug; ``left`` holds a reason beside each."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    n_entries: int = 0

    def __str__(self) -> str:
        return (
            f"Resources: {self.n_entries} in the files; {len(self.added)} added, "
            f"{len(self.changed)} changed, {len(self.withdrawn)} withdrawn, "
            f"{len(self.kept)} edited ones kept."
        )


# --- reading --------------------------------------------------------------------------


def read_resources(root: Path, *, known: Iterable[str]) -> list[Entry]:
    """Return every entry of the files; raise ResourceErrors with all that is wrong.

    ``known`` are the slugs of the certifications there are.
    """
    certifications = sorted(known)
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for path in sorted(root.glob("*.yaml")):
        notebook = Notebook(path.name)
        for number, data in enumerate(_rows(path, notebook), 1):
            entry = _entry(data, number, notebook, certifications)
            _refuse_twice(entry, number, notebook, seen)
            entries.append(entry)
        problems += notebook.problems
    if not entries and not problems:
        problems = [
            Problem(str(root), "", "expected files with resources, found none.")
        ]
    if problems:
        raise ResourceErrors(problems)
    return entries


def _rows(path: Path, notebook: Notebook) -> list[Any]:
    try:
        data = parse(decode(read_bytes(path)))
    except Unreadable as reason:
        notebook.note("", str(reason))
        return []
    if not isinstance(data, list):
        notebook.note("", f"expected a list of resources, found {shown(data)}.")
        return []
    return data


def _entry(
    data: Any, number: int, notebook: Notebook, certifications: Sequence[str]
) -> Entry:
    row = Record(data, place=f"row {number}", notebook=notebook, fields=_FIELDS_OF_FILE)
    slug = row.slug("slug", longest=80)
    row.place = f"row {number} ({slug})" if slug else row.place
    return Entry(
        slug=slug,
        title=row.line("title", longest=160),
        by=row.line("by", longest=100),
        url=row.url("url", longest=500),
        kind=row.one_of("kind", Resource.Kind.values),
        cost=row.one_of("cost", Resource.Cost.values),
        level=row.one_of("level", Resource.Level.values),
        description=" ".join(row.text("why", longest=300).split()),
        certifications=_certifications(row, certifications),
    )


def _certifications(row: Record, known: Sequence[str]) -> tuple[str, ...]:
    found = list(row.items("certifications", of="certifications"))
    for slug in found:
        if slug not in known:
            row.note("certifications", f"there is no certification {shown(slug)}.")
        elif found.count(slug) > 1:
            row.note("certifications", f"{shown(slug)} stands twice.")
    return tuple(sorted(str(slug) for slug in found))


def _refuse_twice(
    entry: Entry, number: int, notebook: Notebook, seen: dict[str, str]
) -> None:
    """Note an address that is none, and what another row has already."""
    place = f"row {number} ({entry.slug})"
    here = f"{notebook.file}, {place}"
    keys = {"slug": entry.slug}
    if entry.url:
        try:
            keys["url"] = canonical(entry.url)
        except BadAddress as reason:
            notebook.note(f"{place}, url", str(reason))
    for name, value in keys.items():
        before = seen.setdefault(f"{name} {value}", here)
        if value and before != here:
            notebook.note(f"{place}, {name}", f"{shown(value)} stands in {before} too.")


# --- loading --------------------------------------------------------------------------


def load_resources(*, now: datetime, root: Path = RESOURCES) -> Loaded:
    """Load the files; raise ResourceErrors, then nothing changed.

    Loading what is loaded already writes nothing.
    """
    certifications = dict(Certification.objects.values_list("slug", "pk"))
    entries = read_resources(root, known=certifications)
    with transaction.atomic():
        _wait_for_other_loads()
        return _Load(certifications, now).run(entries)


def _wait_for_other_loads() -> None:
    """Let two servers that start together load one after the other."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def row_fingerprint(row: Resource, certifications: Iterable[str]) -> str:
    """Return the fingerprint of what the row holds now: another one if edited."""
    entry = Entry(
        **{name: getattr(row, name) for name in (*_FIELDS, "description")},
        certifications=tuple(sorted(certifications)),
    )
    return entry.fingerprint


class _Load:
    """One load, inside its transaction."""

    def __init__(self, certifications: Mapping[str, int], now: datetime) -> None:
        self.certifications = certifications
        self.now = now
        self.done = Loaded()
        rows = Resource.objects.prefetch_related("certifications").order_by("pk")
        self.known = {row.slug: row for row in rows}
        self.by_address = {row.canonical_url: row for row in self.known.values()}

    def run(self, entries: Sequence[Entry]) -> Loaded:
        self.done.n_entries = len(entries)
        claimed = {
            row.pk
            for entry in entries
            if (row := self.known.get(entry.slug)) is not None
        }
        # First those that are known by name: they may free an address for another.
        for is_new in (False, True):
            for entry in entries:
                if (entry.slug not in self.known) is is_new:
                    self._settle(entry, claimed)
        for row in self.known.values():
            if row.pk not in claimed and row.source_fingerprint:
                self._let_go(row)
        return self.done

    def _settle(self, entry: Entry, claimed: set[int]) -> None:
        """Bring the entry's row up to date, and claim it."""
        address = canonical(entry.url)
        row = self.known.get(entry.slug)
        if row is None and (other := self.by_address.get(address)) is not None:
            if other.pk in claimed:
                self._leave(entry, other)
                return
            # A row that was renamed, or somebody's suggestion, is the same resource.
            row = other
        if row is None:
            row = self._add(entry, address)
        elif row.source_fingerprint != entry.fingerprint:
            self._change(row, entry, address)
        claimed.add(row.pk)

    def _leave(self, entry: Entry, other: Resource) -> None:
        self.done.left[entry.slug] = f"its address is that of {other.slug} already"

    def _add(self, entry: Entry, address: str) -> Resource:
        row = Resource(status=Resource.Status.PUBLISHED, added_at=self.now)
        self._write(row, entry, address)
        self.done.added.append(entry.slug)
        return row

    def _change(self, row: Resource, entry: Entry, address: str) -> None:
        other = self.by_address.get(address, row)
        if other.pk != row.pk:
            self._leave(entry, other)
            return
        withdrawn_by_load = (
            row.status == Resource.Status.WITHDRAWN and not row.source_fingerprint
        )
        if withdrawn_by_load or row.status == Resource.Status.SUGGESTED:
            row.status = Resource.Status.PUBLISHED
            row.added_at = self.now
        self._write(row, entry, address)
        self.done.changed.append(entry.slug)

    def _write(self, row: Resource, entry: Entry, address: str) -> None:
        if row.canonical_url != address:
            self.by_address.pop(row.canonical_url, None)
            row.forget_check()
        for name in (*_FIELDS, "description"):
            setattr(row, name, getattr(entry, name))
        row.canonical_url = address
        row.source_fingerprint = entry.fingerprint
        row.save()
        row.certifications.set(
            [self.certifications[one] for one in entry.certifications]
        )
        self.by_address[address] = row

    def _let_go(self, row: Resource) -> None:
        """Withdraw a row that left the files; what staff edited is theirs now."""
        now = row_fingerprint(row, (one.slug for one in row.certifications.all()))
        is_edited = now != row.source_fingerprint
        row.source_fingerprint = ""
        if is_edited:
            self.done.kept.append(row.slug)
        else:
            row.status = Resource.Status.WITHDRAWN
            self.done.withdrawn.append(row.slug)
        row.save(update_fields=["source_fingerprint", "status"])
