"""Verification: everything that is kept about learners, held against their facts.

``recompute.py`` says what the facts come to; nothing that is derived goes into it. What
differs is reported with the evidence, and can be mended. Learners in the middle of
being counted are pending: their facts are younger than the grace.
"""

from achievements.services.verify.batches import (
    BATCH,
    GRACE,
    Report,
    learners_after,
    repair_learner,
    verify_batch,
)
from achievements.services.verify.difference import Difference, Kind
from achievements.services.verify.histories import Keys
from achievements.services.verify.nightly import verify_for_a_while

__all__ = [
    "BATCH",
    "GRACE",
    "Difference",
    "Keys",
    "Kind",
    "Report",
    "learners_after",
    "repair_learner",
    "verify_batch",
    "verify_for_a_while",
]
