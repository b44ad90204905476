"""Coins and levels."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from achievements.criteria import EARNED, Parameter, Progress, criterion
from achievements.facts import Facts
from achievements.levels import level_at, xp_for_level
from achievements.rules.common import how_many, says


@criterion(
    "coins-earned",
    on=[EARNED],
    help="Coins ever earned from right answers; spending them changes nothing.",
    threshold=how_many("coins"),
    reason=says("coins", "coin earned", "coins earned"),
)
def coins_earned(
    facts: Facts, threshold: int, parameters: Mapping[str, Any]
) -> Progress:
    coins = facts.coins
    return Progress(coins.total, threshold, coins.reached(threshold))


@criterion(
    "level",
    on=[EARNED],
    help="A level, that is so much XP.",
    # Everybody begins at 1, and nothing happens at which that could be granted.
    threshold=Parameter(int, "The level.", required=True, least=2),
    reason=lambda values: f"Level {values.get('level')} reached",
)
def level(facts: Facts, threshold: int, parameters: Mapping[str, Any]) -> Progress:
    xp = facts.xp
    moment = xp.reached(xp_for_level(threshold))
    if moment is not None:
        moment = replace(moment, values={**moment.values, "level": threshold})
    return Progress(level_at(xp.total), threshold, moment)
