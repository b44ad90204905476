"""Verification: everything that is kept about learners, held against their facts.

``recompute.py`` says what the facts come to; nothing that is derived goes into it. What
differs is reported with the evidence, and can be mended. Learners in the middle of
being counted are pending: their facts are younger than the grace.
"""

from achievements.services.verify.batches import (
    BATCH,
    GRACE,
    Report,
    Yardstick,
    learners_after,
    repair_learner,
    verify_batch,
)
from achievements.services.verify.difference import Difference, Kind

__all__ = [
    "BATCH",
    "GRACE",
    "Difference",
    "Kind",
    "Report",
    "Yardstick",
    "learners_after",
    "repair_learner",
    "verify_batch",
]
