"""Every write about what learners earned."""

from achievements.services.locking import hold_for_deletion, lock_learner
from achievements.services.settling import Settled, settle_learner
from achievements.services.sweeping import settle_all, sweep
from achievements.services.time_zones import note_time_zone

__all__ = [
    "Settled",
    "hold_for_deletion",
    "lock_learner",
    "note_time_zone",
    "settle_all",
    "settle_learner",
    "sweep",
]
