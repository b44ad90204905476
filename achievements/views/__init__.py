"""The pages of the rewards: they load, call one service, and render or redirect."""

from achievements.views.achievements import achievements
from achievements.views.earned import earned
from achievements.views.leaderboard import leaderboard
from achievements.views.profiles import preferences, profile

__all__ = ["achievements", "earned", "leaderboard", "preferences", "profile"]
