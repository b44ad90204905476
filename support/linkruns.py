"""The weekly link check: which addresses are due, and what a check leaves behind.

A run is one batch. It opens addresses first and writes afterwards, so a worker that
dies leaves rows as they were: still due, and found again by the next sweep.
"""

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache

from support.linkcheck import Busy, Finding, LinkChecker, Outcome
from support.models import Resource

logger = logging.getLogger(__name__)

EVERY = timedelta(days=7)
BATCH = 25  # addresses; all of one host go into one batch
# When a batch begins no further check; the last one ends within its own limit, and
# both together stay below the tasks' time limit.
BATCH_SECONDS = 60.0
# A host is let go after this even if the worker that asked it died.
HOST_SECONDS = 30
# So often in a row an address must be dead before it counts as broken.
TIMES_DEAD = 2
# Fewer say nothing about our own network.
ENOUGH = 5
# After a run that was cut off, sweeps wait so long before they ask anybody.
REST_SECONDS = 6 * 3600
_RESTS = "support:link-check:rests"


@dataclass(frozen=True, slots=True)
class Run:
    """``is_cut_off``: most were silent, so it was our network; nothing was marked."""

    n_checked: int
    n_failed: int
    is_cut_off: bool


@contextmanager
def one_at_a_time(host: str) -> Iterator[None]:
    """Hold a host for one request, over all workers; raise Busy if it is held."""
    key, mine = f"support:link-check:{host}", secrets.token_hex(8)
    if not cache.add(key, mine, HOST_SECONDS):
        raise Busy(host)
    try:
        yield
    finally:
        # Not if it ran out and somebody else holds the host by now.
        if cache.get(key) == mine:
            cache.delete(key)


def make_checker() -> LinkChecker:
    agent = f"{settings.SITE_NAME} link check (+{settings.SITE_URL})"
    return LinkChecker(user_agent=agent, gate=one_at_a_time)


def due_batches(*, now: datetime) -> list[list[int]]:
    """Return the ids of what is due, longest ago first, a host never split up.

    None shortly after our own network failed: what made one run fail would make the
    next one fail as well, every hour, with the same addresses.
    """
    if cache.get(_RESTS):
        return []
    due = Resource.objects.due_for_check(before=now - EVERY)
    hosts: dict[str, list[int]] = {}
    for pk, url in due.values_list("pk", "url"):
        hosts.setdefault(urlsplit(url).hostname or "", []).append(pk)
    batches: list[list[int]] = []
    for ids in hosts.values():
        if not batches or len(batches[-1]) + len(ids) > BATCH:
            batches.append([])
        batches[-1] += ids
    return batches


def check_batch(
    ids: Sequence[int],
    *,
    now: datetime,
    checker: LinkChecker,
    only_due: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> Run:
    """Check the addresses of these resources that are still due, and note the results.

    Any number of times: what was checked meanwhile is left out.
    """
    rows = Resource.objects.filter(pk__in=ids)
    if only_due:
        rows = rows.due_for_check(before=now - EVERY)
    found = _open_all(list(rows), checker, ends_at=clock() + BATCH_SECONDS, clock=clock)
    # A site that says 404 has spoken with us: that is no failure of our network.
    n_failed = sum(not finding.answered for _, finding in found)
    is_cut_off = len(found) >= ENOUGH and 2 * n_failed > len(found)
    if is_cut_off:
        cache.set(_RESTS, 1, REST_SECONDS)
        logger.warning(
            "The link check found %d of %d addresses silent: that is our network, so "
            "nothing was marked. They are tried again in some hours.",
            n_failed,
            len(found),
        )
    else:
        for row, finding in found:
            note_finding(row, finding, now=now)
    return Run(len(found), n_failed, is_cut_off)


def _open_all(
    rows: Sequence[Resource],
    checker: LinkChecker,
    *,
    ends_at: float,
    clock: Callable[[], float],
) -> list[tuple[Resource, Finding]]:
    found = []
    for row in rows:
        if clock() >= ends_at:
            break  # the next sweep finds the others
        try:
            found.append((row, checker.check(row.url)))
        except Busy as busy:
            logger.info("Left for the next sweep, %s is being asked: %s", busy, row.url)
    return found


def note_finding(row: Resource, finding: Finding, *, now: datetime) -> bool:
    """Write down what was found; return False if the address changed meanwhile."""
    link, n_failures = _judged(row, finding.outcome)
    same = Resource.objects.filter(pk=row.pk, url=row.url)
    return bool(
        same.update(
            link=link,
            n_failures=n_failures,
            link_note=finding.note,
            moved_to=finding.moved_to,
            checked_at=now,
        )
    )


def _judged(row: Resource, outcome: Outcome) -> tuple[Resource.Link, int]:
    """Return how the link counts now, and how often in a row it was dead."""
    if outcome is Outcome.DEAD:
        times = min(row.n_failures + 1, 100)
        is_broken = times >= TIMES_DEAD
        return (Resource.Link.BROKEN if is_broken else Resource.Link.UNSURE), times
    if outcome is Outcome.UNSURE:
        # What was found broken is not mended by a site that refuses to answer.
        if row.link == Resource.Link.BROKEN:
            return Resource.Link.BROKEN, row.n_failures
        return Resource.Link.UNSURE, 0
    return Resource.Link(outcome.value), 0
