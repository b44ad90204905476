"""What staff see first: who and what waits for them. Each number is one query."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from support.admin.rights import may_answer
from support.metrics import first_response_lately
from support.models import Resource, Thread
from support.times import spelled


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with the page where it is looked into; ``calls``: something is to do."""

    title: str
    value: str
    words: str
    link: str
    icon: str
    calls: bool = False


def waiting_threads(now: datetime) -> Tile:
    waiting = Thread.objects.open().aggregate(n=Count("pk"), since=Min("waiting_since"))
    n, since = waiting["n"], waiting["since"]
    words = f"the oldest for {spelled(now - since)}" if since else "nobody waits"
    link = reverse("admin:support_thread_changelist")
    return Tile("Waiting threads", f"{n:,}", words, link, "forum", calls=n > 0)


def first_response(now: datetime) -> Tile:
    times = first_response_lately(now=now)
    words = "median of the last 7 days" if times.n else "no answer in the last 7 days"
    link = reverse("admin:support_thread_metrics")
    return Tile("First response", spelled(times.median), words, link, "timer")


def suggested_resources(now: datetime) -> Tile:
    n = Resource.objects.suggested().count()
    query = {"status__exact": Resource.Status.SUGGESTED.value}
    link = reverse("admin:support_resource_changelist", query=query)
    words = "waiting to be looked at" if n else "nothing waits"
    return Tile("Suggested resources", f"{n:,}", words, link, "inbox", calls=n > 0)


def broken_links(now: datetime) -> Tile:
    n = Resource.objects.broken().count()
    query = {
        "link__exact": Resource.Link.BROKEN.value,
        "status__exact": Resource.Status.PUBLISHED.value,
    }
    link = reverse("admin:support_resource_changelist", query=query)
    words = "hidden from learners" if n else "none that we know of"
    return Tile("Broken links", f"{n:,}", words, link, "link_off", calls=n > 0)


def _may_see_resources(request: HttpRequest) -> bool:
    rights = ("support.view_resource", "support.moderate_resource")
    return request.user.has_perms(rights)


# Who may open the page behind it sees the number.
TILES: list[tuple[Callable[[datetime], Tile], Callable[[HttpRequest], bool]]] = [
    (waiting_threads, may_answer),
    (first_response, may_answer),
    (suggested_resources, _may_see_resources),
    (broken_links, _may_see_resources),
]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the tiles to the first page of the back office (UNFOLD in the settings)."""
    now = timezone.now()
    tiles = [make(now) for make, may_see in TILES if may_see(request)]
    return context | {"tiles": tiles}
