"""The back office of the rewards, a module per noun."""

from achievements.admin.achievement import AchievementAdmin
from achievements.admin.backfill import BackfillAdmin
from achievements.admin.grant import GrantAdmin
from achievements.admin.ledger import CoinEntryAdmin, XpEntryAdmin
from achievements.admin.statistics import StatisticsAdmin

__all__ = [
    "AchievementAdmin",
    "BackfillAdmin",
    "CoinEntryAdmin",
    "GrantAdmin",
    "StatisticsAdmin",
    "XpEntryAdmin",
]
