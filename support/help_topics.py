"""The help that comes with the product: a file, and loading it.

A load makes the topics that are not there yet and brings those up to date that nobody
touched since the load that wrote them; what staff changed stays as they left it, and
whether a topic is published is theirs alone. A topic that left the file goes with it,
unless staff changed it. All or nothing.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from exams.bank.documents import Unreadable, decode, parse, read_bytes
from exams.bank.fields import Record
from exams.bank.problems import Notebook, Problem, shown
from support.models import HelpTopic
from support.models.thread import Topic

TOPICS = Path(__file__).with_name("help") / "topics.yaml"

_FIELDS = ("slug", "topic", "title", "words", "text")
# What a load writes, and what tells whether somebody else wrote since.
_COLUMNS = ("topic", "title", "words", "text", "position")
# Between two positions there is room for what staff add.
_STEP = 10


@dataclass
class HelpErrors(Exception):
    """A file that cannot be loaded, with every problem found in it."""

    problems: list[Problem]

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


@dataclass
class HelpChanges:
    """What a load did, by slug. ``kept``: newer in the file, but changed by staff."""

    made: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def fingerprint(topic: HelpTopic) -> str:
    columns = {name: getattr(topic, name) for name in _COLUMNS}
    return hashlib.sha256(json.dumps(columns, sort_keys=True).encode()).hexdigest()


def read_topics(path: Path) -> list[HelpTopic]:
    """Return the file's topics, unsaved; raise HelpErrors."""
    notebook = Notebook(path.name)
    try:
        data = parse(decode(read_bytes(path)))
    except Unreadable as reason:
        notebook.note("", str(reason))
        raise HelpErrors(notebook.problems) from reason
    top = Record(data, place="", notebook=notebook, fields=["topics"])
    items = enumerate(top.items("topics", of="topics"), 1)
    rows = [_row(item, number, notebook) for number, item in items]
    for name in ("slug", "title"):
        _refuse_twice(name, rows, notebook)
    if notebook.problems:
        raise HelpErrors(notebook.problems)
    return rows


def _row(data: Any, number: int, notebook: Notebook) -> HelpTopic:
    entry = Record(data, place=f"topic {number}", notebook=notebook, fields=_FIELDS)
    slug = entry.slug("slug", longest=80)
    entry.place = f"topic {number} ({slug})" if slug else entry.place
    row = HelpTopic(
        slug=slug,
        kind=HelpTopic.Kind.GUIDE,
        topic=entry.one_of("topic", Topic.values),
        title=entry.line("title", longest=120),
        words=entry.line("words", longest=200),
        text=entry.text("text"),
        position=_STEP * number,
        is_published=True,
    )
    row.source_fingerprint = fingerprint(row)
    _check(row, entry.place, notebook)
    return row


def _check(row: HelpTopic, place: str, notebook: Notebook) -> None:
    """Note what the back office would refuse as well, where nothing else is wrong."""
    if notebook.problems:
        return
    try:
        row.clean_fields()
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            for message in messages:
                notebook.note(f"{place}, {name}", message)


def _refuse_twice(name: str, rows: list[HelpTopic], notebook: Notebook) -> None:
    counts = Counter(getattr(row, name) for row in rows)
    for value, count in counts.items():
        if value and count > 1:
            notebook.note(name, f"{shown(value)} stands {count} times.")


@transaction.atomic
def load_topics(path: Path = TOPICS) -> HelpChanges:
    """Bring the database up to the file; return what changed. Raise HelpErrors."""
    rows = read_topics(path)
    # Locked, so that staff who save at this moment are not written over.
    there = {one.slug: one for one in HelpTopic.objects.select_for_update()}
    changes = HelpChanges()
    new = [row for row in rows if row.slug not in there]
    # Another server that starts together with this one may be faster.
    HelpTopic.objects.bulk_create(new, ignore_conflicts=True)
    changes.made = [row.slug for row in new]
    for row in rows:
        if row.slug in there:
            _update(there[row.slug], row, changes)
    _remove(there, {row.slug for row in rows}, changes)
    return changes


def _update(old: HelpTopic, new: HelpTopic, changes: HelpChanges) -> None:
    if old.source_fingerprint == new.source_fingerprint:
        return
    if fingerprint(old) != old.source_fingerprint:
        changes.kept.append(old.slug)
        return
    for name in (*_COLUMNS, "source_fingerprint"):
        setattr(old, name, getattr(new, name))
    old.save()
    changes.updated.append(old.slug)


def _remove(
    there: dict[str, HelpTopic], in_file: set[str], changes: HelpChanges
) -> None:
    for slug, old in there.items():
        from_file = old.source_fingerprint and slug not in in_file
        if from_file and fingerprint(old) == old.source_fingerprint:
            old.delete()
            changes.removed.append(slug)
