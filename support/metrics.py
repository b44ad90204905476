"""How well the desk does, counted by the database.

Waiting times are medians and 90th percentiles by nearest rank: the median of n times in
their order is the one at place (n + 1) // 2, the 90th percentile the one at place
ceil(0.9 n). So every figure is a time that somebody really waited, and one window query
gives both on PostgreSQL and on SQLite alike.

**First response**: from a thread's creation to the first message of an agent in it.
Threads that no agent has answered yet are not in it, nor those that an agent began
(what follows an old thread), because nobody waited there.

**Resolution**: from a thread's creation to its closing, whoever closed it: the learner,
an agent, or the desk after ten quiet days. A thread that opened again counts by its
last closing.

**Satisfaction**: of the learners who said whether it helped, the share who said yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    Window,
)
from django.db.models.functions import RowNumber, TruncWeek

from accounts.models import User
from support.models import Message, Thread

WEEKS = 12
DAYS_OF_AGENTS = 30
DAYS_OF_DASHBOARD = 7


@dataclass(frozen=True, slots=True)
class Times:
    """``n`` times, their median and their 90th percentile."""

    n: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Satisfaction:
    n_rated: int = 0
    n_helped: int = 0

    @property
    def percent(self) -> int | None:
        """The share who said that it helped, or None when nobody said anything."""
        return round(100 * self.n_helped / self.n_rated) if self.n_rated else None


@dataclass(frozen=True, slots=True)
class Figures:
    """What one row of the metrics tells; ``n_threads`` and times as in the module."""

    n_threads: int = 0
    first_response: Times = field(default_factory=Times)
    resolution: Times = field(default_factory=Times)
    satisfaction: Satisfaction = field(default_factory=Satisfaction)


# --- times in buckets -----------------------------------------------------------------


def times_by(threads: QuerySet[Thread], *, bucket: Any, until: str) -> dict[Any, Times]:
    """Return the times from creation to the column ``until``, by bucket. One query.

    The database ranks every bucket's times and gives back the two that are wanted.
    """
    time = ExpressionWrapper(F(until) - F("created_at"), output_field=DurationField())
    ranked = (
        threads.order_by()
        .annotate(bucket=bucket, time=time)
        .annotate(
            place=Window(RowNumber(), partition_by=F("bucket"), order_by="time"),
            n=Window(Count("pk"), partition_by=F("bucket")),
        )
    )
    # Whole numbers divide to whole numbers in both databases: ceil(9n / 10).
    wanted = Q(place=(F("n") + 1) / 2) | Q(place=(F("n") * 9 + 9) / 10)
    rows = ranked.filter(wanted).values_list("bucket", "n", "place", "time")
    times: dict[Any, Times] = {}
    for key, n, place, value in rows:
        known = times.get(key, Times(n))
        median = value if place == (n + 1) // 2 else known.median
        p90 = value if place == (9 * n + 9) // 10 else known.p90
        times[key] = Times(n, median, p90)
    return times


def _waited_for() -> QuerySet[Thread]:
    """Threads in which a learner waited for a first answer and got it."""
    return Thread.objects.filter(first_answered_at__gt=F("created_at"))


def _ratings(threads: QuerySet[Thread], *, bucket: Any) -> dict[Any, Satisfaction]:
    rows = (
        threads.order_by()
        .annotate(bucket=bucket)
        .values("bucket")
        .annotate(
            n_rated=Count("pk"),
            n_helped=Count("pk", filter=Q(rating=Thread.Rating.HELPED)),
        )
    )
    return {
        one["bucket"]: Satisfaction(one["n_rated"], one["n_helped"]) for one in rows
    }


# --- by week --------------------------------------------------------------------------


def week_of(moment: datetime) -> datetime:
    """Return the beginning of the moment's week: Monday, midnight, UTC."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def by_week(*, now: datetime) -> list[tuple[datetime, Figures]]:
    """Return the last 12 weeks, this one last. Four queries.

    Threads and first responses stand in the week in which they were asked, resolutions
    in that in which they were closed, satisfaction in that in which it was said.
    """
    this = week_of(now)
    weeks = [this - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    since = weeks[0]
    asked = Thread.objects.filter(created_at__gte=since)
    created = TruncWeek("created_at", tzinfo=UTC)
    numbers = asked.order_by().annotate(bucket=created).values("bucket")
    counted = dict(numbers.annotate(n=Count("pk")).values_list("bucket", "n"))
    return _rows(
        weeks,
        counted,
        times_by(
            _waited_for().filter(created_at__gte=since),
            bucket=created,
            until="first_answered_at",
        ),
        times_by(
            Thread.objects.filter(closed_at__gte=since),
            bucket=TruncWeek("closed_at", tzinfo=UTC),
            until="closed_at",
        ),
        _ratings(
            Thread.objects.filter(rated_at__gte=since),
            bucket=TruncWeek("rated_at", tzinfo=UTC),
        ),
    )


def _rows(
    keys: list[Any],
    counted: Mapping[Any, int],
    first: Mapping[Any, Times],
    resolved: Mapping[Any, Times],
    rated: Mapping[Any, Satisfaction],
) -> list[tuple[Any, Figures]]:
    return [
        (
            key,
            Figures(
                counted.get(key, 0),
                first.get(key, Times()),
                resolved.get(key, Times()),
                rated.get(key, Satisfaction()),
            ),
        )
        for key in keys
    ]


# --- by agent -------------------------------------------------------------------------


def by_agent(*, now: datetime) -> list[tuple[User, Figures]]:
    """Return who answered in the last 30 days, most threads first. Five queries.

    Threads: those in which the agent wrote an answer in these days. First responses:
    threads asked in these days whose first answer is the agent's. Resolution and
    satisfaction: threads closed, and rated, in these days and assigned to the agent.
    """
    since = now - timedelta(days=DAYS_OF_AGENTS)
    answers = Message.objects.filter(kind=Message.Kind.AGENT)
    written = answers.filter(created_at__gte=since, author__isnull=False).order_by()
    numbers = written.values("author").annotate(n=Count("thread", distinct=True))
    counted = dict(numbers.values_list("author", "n"))
    first_author = answers.filter(thread=OuterRef("pk")).order_by("pk")
    agents = list(User.objects.filter(pk__in=counted))
    rows = _rows(
        [one.pk for one in agents],
        counted,
        times_by(
            _waited_for().filter(created_at__gte=since),
            bucket=Subquery(first_author.values("author")[:1]),
            until="first_answered_at",
        ),
        times_by(
            Thread.objects.filter(closed_at__gte=since),
            bucket=F("assigned_to"),
            until="closed_at",
        ),
        _ratings(Thread.objects.filter(rated_at__gte=since), bucket=F("assigned_to")),
    )
    known = {one.pk: one for one in agents}
    people = [(known[key], figures) for key, figures in rows]
    return sorted(people, key=lambda one: (-one[1].n_threads, one[0].display_name))


# --- for the first page ---------------------------------------------------------------


def first_response_lately(*, now: datetime) -> Times:
    """Return the first responses to what was asked in the last 7 days. One query."""
    since = now - timedelta(days=DAYS_OF_DASHBOARD)
    asked = _waited_for().filter(created_at__gte=since)
    times = times_by(asked, bucket=Value(1), until="first_answered_at")
    return times.get(1, Times())
