"""Finding resources: what somebody wants to see, and the one query that answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import (
    Aggregate,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Window,
)
from django.db.models.functions import Lower

from accounts.models import User
from exams.models import Certification
from support.models import Resource

PAGE = 400
LAST_PAGE = 100
NEW_FOR = timedelta(days=30)
MOST_WORDS = 8
# Names of certifications change once a year; a page need not ask for them each time.
NAMES_KEPT_FOR = 60  # seconds

_Shown = Resource.certifications.through


@dataclass(frozen=True, slots=True)
class CertificationName:
    pk: int
    slug: str
    short_name: str
    name: str
    exam_code: str

    def says(self, word: str) -> bool:
        names = f"{self.short_name} {self.name} {self.exam_code} {self.slug}"
        return word.casefold() in names.casefold()


def certification_names() -> list[CertificationName]:
    """Return every certification in its order; at most one query a minute."""
    known: list[CertificationName] | None = cache.get("support:certification-names")
    if known is None:
        columns = ("pk", "slug", "short_name", "name", "exam_code")
        rows = Certification.objects.order_by("position", "pk").values_list(*columns)
        known = [CertificationName(*row) for row in rows]
        cache.set("support:certification-names", known, NAMES_KEPT_FOR)
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody looks for; empty says nothing. All of it has to be so."""

    q: str = ""
    certification: str = ""
    kind: str = ""
    cost: str = ""
    level: str = ""
    bookmarked: bool = False
    page: int = 1

    @property
    def words(self) -> list[str]:
        return self.q.split()[:MOST_WORDS]

    @property
    def is_everything(self) -> bool:
        return self == Wanted(page=self.page)

    @property
    def query(self) -> str:
        """Return the address's query without the page and without what is empty."""
        values: dict[str, Any] = {
            "q": self.q,
            "certification": self.certification,
            "kind": self.kind,
            "cost": self.cost,
            "level": self.level,
            "bookmarked": "1" if self.bookmarked else "",
        }
        return urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True, slots=True)
class Row:
    """A resource as the page shows it."""

    resource: Any
    certifications: list[CertificationName]
    is_new: bool


@dataclass(frozen=True)
class Found:
    """One page of what was found."""

    rows: list[Row]
    wanted: Wanted
    n_found: int

    @cached_property
    def n_pages(self) -> int:
        return max(-(-self.n_found // PAGE), 1)

    @property
    def before(self) -> int:
        return min(self.wanted.page - 1, self.n_pages)

    @property
    def after(self) -> int:
        return self.wanted.page + 1 if self.wanted.page < self.n_pages else 0


def find_resources(
    wanted: Wanted,
    *,
    learner: User | None,
    certifications: Sequence[CertificationName],
    now: datetime,
) -> Found:
    """Return a page of what matches. One query."""
    wanted = replace(wanted, page=min(max(wanted.page, 1), LAST_PAGE))
    start = (wanted.page - 1) * PAGE
    found = list(_matching(wanted, learner, certifications)[start : start + PAGE])
    names = {one.pk: one for one in certifications}
    rows = [_row(resource, names, now) for resource in found]
    return Found(rows, wanted, found[0].n_found if found else 0)


class _Ids(Aggregate):
    """The ids of a group in one text, with commas."""

    output_field = TextField()
    template = "STRING_AGG(CAST(%(expressions)s AS text), ',')"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "GROUP_CONCAT(%(expressions)s, ',')"
        return self.as_sql(compiler, connection, template=template, **context)


def _matching(
    wanted: Wanted, learner: User | None, certifications: Sequence[CertificationName]
) -> QuerySet[Any]:
    found = Resource.objects.shown().with_bookmarks_of(learner)
    for word in wanted.words:
        named = [one.pk for one in certifications if one.says(word)]
        found = found.filter(
            Q(title__icontains=word)
            | Q(by__icontains=word)
            | Q(description__icontains=word)
            | _for_any(named)
        )
    if wanted.certification:
        ids = [one.pk for one in certifications if one.slug == wanted.certification]
        found = found.filter(_for_any(ids))
    for name in ("kind", "cost", "level"):
        if value := getattr(wanted, name):
            found = found.filter(**{name: value})
    if wanted.bookmarked:
        # The condition stands in the query already; nobody's are none.
        found = found.filter(Q(is_bookmarked=True)) if learner else found.none()
    own: Any = _Shown.objects.filter(resource=OuterRef("pk")).values("resource")
    return found.annotate(
        certification_ids=Subquery(
            own.annotate(ids=_Ids("certification_id")).values("ids")
        ),
        n_found=Window(Count("*")),
        # When the first ones came: those are not news, however young the site is.
        first_added_at=Subquery(
            Resource.objects.order_by("added_at").values("added_at")[:1]
        ),
    ).order_by(Lower("title"), "pk")


def _for_any(certification_ids: Sequence[int]) -> Q:
    """Return the condition that a resource is for one of the certifications."""
    fitting = _Shown.objects.filter(
        resource=OuterRef("pk"), certification_id__in=certification_ids
    )
    return Q(Exists(fitting)) if certification_ids else Q(pk__in=[])


def _row(resource: Any, names: Mapping[int, CertificationName], now: datetime) -> Row:
    ids = {int(pk) for pk in (resource.certification_ids or "").split(",") if pk}
    is_new = resource.first_added_at < resource.added_at > now - NEW_FOR
    return Row(resource, [one for pk, one in names.items() if pk in ids], is_new)
