"""How many are ahead of some amounts of XP, counted every minute for crowded boards.

A rank is a count on the index. Counting a million rows for everybody who looks would
take too long, so the way is counted in advance from milestone to milestone, and only
the rest at once. Nobody's rank within the pages of the board (the first 10,000) rests
on a milestone; further down it is as of a minute ago, and right to the last place
where nobody passed a milestone since.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import accumulate
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count

from achievements.models import Standing
from achievements.services.standings import periods_of

# Ranks that are always counted from the first, and how far milestones are apart.
EXACT = 10_000
STEP = 2_000
# Without beat they are forgotten, and everything is counted from the first.
LIFE_SECONDS = 300


class Milestone(NamedTuple):
    """So many have this XP or more."""

    xp: int
    n: int


def measure_boards(*, now: datetime) -> None:
    """Count the boards of now, for all who look at them until the next time."""
    for board, starts_on in periods_of(now):
        key, found = _key(board, starts_on), _measure(board, starts_on)
        cache.set(key, [tuple(one) for one in found], LIFE_SECONDS)


def milestone_above(board: str, starts_on: date, *, xp: int) -> Milestone | None:
    """Return the nearest milestone with more XP, or None: then count from the first."""
    found = cache.get(_key(board, starts_on)) or ()
    above = [Milestone(*one) for one in found if one[0] > xp]
    return min(above, default=None)


def _key(board: str, starts_on: date) -> str:
    return f"leaderboard-milestones:{board}:{starts_on}"


def _measure(board: str, starts_on: date) -> Sequence[Milestone]:
    """Walk down the amounts of XP there are; of equal ones all are on one side."""
    shown = Standing.objects.on(board, starts_on).shown()
    counts = shown.order_by("-xp").values_list("xp").annotate(n=Count("*"))
    amounts = list(counts)
    found: list[Milestone] = []
    least = EXACT
    for (xp, _), n in zip(amounts, accumulate(n for _, n in amounts), strict=True):
        if n >= least:
            found.append(Milestone(xp, n))
            least = n + STEP
    return found
