"""The achievements that come with the product: a file, and loading it.

The file is where they begin: a load makes the rows whose slug is not there yet and
leaves every other one alone, for editors own them from then on. To end one they make it
inactive; a deleted one would come back.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from achievements.models import Achievement
from exams.bank.documents import Unreadable, decode, parse, read_bytes
from exams.bank.fields import Record
from exams.bank.problems import Notebook, Problem, shown

CATALOGUE = Path(__file__).with_name("achievements.yaml")

_FIELDS = (
    "slug",
    "title",
    "text",
    "icon",
    "category",
    "rule",
    "threshold",
    "parameters",
    "hidden",
)
_MOST = 2**31 - 1  # what the column holds
# Between two positions there is room for what editors add.
_STEP = 10


@dataclass
class CatalogueErrors(Exception):
    """A file that cannot be loaded, with every problem found in it."""

    problems: list[Problem]

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def read_catalogue(path: Path) -> list[Achievement]:
    """Return the file's achievements, unsaved; raise CatalogueErrors."""
    notebook = Notebook(path.name)
    try:
        data = parse(decode(read_bytes(path)))
    except Unreadable as reason:
        notebook.note("", str(reason))
        raise CatalogueErrors(notebook.problems) from reason
    top = Record(data, place="", notebook=notebook, fields=["achievements"])
    items = enumerate(top.items("achievements", of="achievements"), 1)
    rows = [_row(item, number, notebook) for number, item in items]
    for field in ("slug", "title"):
        _refuse_twice(field, rows, notebook)
    if notebook.problems:
        raise CatalogueErrors(notebook.problems)
    return rows


def _row(data: Any, number: int, notebook: Notebook) -> Achievement:
    entry = Record(data, place=f"row {number}", notebook=notebook, fields=_FIELDS)
    slug = entry.slug("slug", longest=60)
    entry.place = _place(number, slug)
    parameters = data.get("parameters", {}) if entry.is_mapping else {}
    if not isinstance(parameters, dict):
        entry.note("parameters", f"expected a mapping, found {shown(parameters)}.")
    return Achievement(
        slug=slug,
        title=entry.line("title", longest=60),
        text=entry.line("text", longest=200),
        icon=entry.slug("icon", longest=40),
        category=entry.one_of("category", Achievement.Category.values),
        rule=entry.slug("rule", longest=40),
        threshold=entry.whole("threshold", 1, _MOST),
        parameters=parameters,
        is_hidden=entry.flag("hidden"),
        position=_STEP * number,
    )


def _place(number: int, slug: str) -> str:
    return f"row {number} ({slug})" if slug else f"row {number}"


def _refuse_twice(field: str, rows: list[Achievement], notebook: Notebook) -> None:
    counts = Counter(getattr(row, field) for row in rows)
    for value, count in counts.items():
        if value and count > 1:
            notebook.note(field, f"{shown(value)} stands {count} times.")


@transaction.atomic
def load_catalogue(path: Path = CATALOGUE) -> list[Achievement]:
    """Make the achievements that are not there yet and return them.

    Raise CatalogueErrors with all that is wrong in the file or with the new rows; then
    nothing was made.
    """
    rows = read_catalogue(path)
    # Read once: another server that starts together with this one makes rows meanwhile.
    titles = dict(Achievement.objects.values_list("slug", "title"))
    notebook = Notebook(path.name)
    for number, row in enumerate(rows, 1):
        if row.slug not in titles:
            _check(row, titles.values(), _place(number, row.slug), notebook)
    if notebook.problems:
        raise CatalogueErrors(notebook.problems)
    new = [row for row in rows if row.slug not in titles]
    Achievement.objects.bulk_create(new, ignore_conflicts=True)
    return list(Achievement.objects.filter(slug__in=[row.slug for row in new]))


def _check(
    row: Achievement, taken: Collection[str], place: str, notebook: Notebook
) -> None:
    """Note what the back office would refuse as well."""
    if row.title in taken:
        message = f"another achievement is called {shown(row.title)} already."
        notebook.note(f"{place}, title", message)
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            _note_all(notebook, f"{place}, {field}", messages)


def _note_all(notebook: Notebook, place: str, messages: Iterable[str]) -> None:
    for message in messages:
        notebook.note(place, message)
