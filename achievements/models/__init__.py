"""What learners earned; all but preferences can be rebuilt from the exams' facts."""

from achievements.models.achievement import Achievement, Backfill, Grant
from achievements.models.leaderboard import Standing
from achievements.models.ledger import CoinEntry, XpEntry
from achievements.models.profile import Profile
from achievements.models.statistics import (
    ActiveDay,
    CountedAttempt,
    Miss,
    Statistics,
    ZoneChange,
)

__all__ = [
    "Achievement",
    "ActiveDay",
    "Backfill",
    "CoinEntry",
    "CountedAttempt",
    "Grant",
    "Miss",
    "Profile",
    "Standing",
    "Statistics",
    "XpEntry",
    "ZoneChange",
]
