"""The leaderboards' roll-up: what was earned in which period."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from achievements.amounts import XP
from achievements.models import Standing
from achievements.services.reading import Answered
from achievements.services.upserts import add_up
from achievements.streaks import week_of

_ALL_TIME = date(1970, 1, 1)


def periods_of(moment: datetime) -> Iterator[tuple[Standing.Board, date]]:
    """Yield the boards that a moment is on, each with the period's first day (UTC)."""
    day = moment.astimezone(UTC).date()
    yield Standing.Board.WEEK, week_of(day)
    yield Standing.Board.MONTH, day.replace(day=1)
    yield Standing.Board.ALL_TIME, _ALL_TIME


def raise_standings(
    learner_id: int, earned: Sequence[Answered], *, is_shown: bool
) -> None:
    """Add what was earned; whether a standing that is there is shown stays as it is."""
    rows: dict[tuple[Standing.Board, date], dict[str, Any]] = {}
    for answer in earned:
        for board, starts_on in periods_of(answer.at):
            row = rows.setdefault(
                (board, starts_on),
                {
                    "learner": learner_id,
                    "board": board.value,
                    "starts_on": starts_on,
                    "xp": 0,
                    "reached_at": answer.at,
                    "is_shown": is_shown,
                },
            )
            row["xp"] += XP
            row["reached_at"] = max(row["reached_at"], answer.at)
    add_up(
        Standing,
        list(rows.values()),
        unique=("learner", "board", "starts_on"),
        add=("xp",),
        latest=("reached_at",),
    )
