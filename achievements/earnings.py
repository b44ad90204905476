"""What a finished attempt brought, for its result page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Sum

from achievements.levels import LevelProgress, level_at
from achievements.models import CoinEntry, Grant
from exams.models import Attempt

# The learner's XP after each payment, in the order in which it was earned: an attempt
# may have been open for weeks while others were taken. Filtered only outside, since a
# sum over the attempt's own rows would begin at nothing.
_PAYMENTS = """
SELECT amount, total FROM (
    SELECT attempt_id, amount,
           SUM(amount) OVER (ORDER BY at, attempt_id, question_id) AS total
    FROM achievements_xpentry WHERE learner_id = %s
) AS ledger WHERE attempt_id = %s ORDER BY total
"""


@dataclass(frozen=True, slots=True)
class Earnings:
    """``level`` is where the learner stood when the attempt had made a new level."""

    xp: int
    coins: int
    n_paid: int
    level: LevelProgress | None
    grants: Sequence[Grant]


def earnings_of(attempt: Attempt) -> Earnings:
    """Return what the attempt brought its learner: three queries."""
    with connection.cursor() as cursor:
        cursor.execute(_PAYMENTS, [attempt.learner_id, attempt.pk])
        payments = [(int(amount), int(total)) for amount, total in cursor.fetchall()]
    coins = CoinEntry.objects.filter(attempt=attempt.pk).aggregate(n=Sum("amount"))["n"]
    grants = Grant.objects.of(attempt.learner_id).standing().filter(attempt=attempt.pk)
    return Earnings(
        xp=sum(amount for amount, _ in payments),
        coins=coins or 0,
        n_paid=len(payments),
        level=_new_level(payments),
        grants=list(grants.select_related("achievement").order_by("earned_at", "pk")),
    )


def _new_level(payments: Sequence[tuple[int, int]]) -> LevelProgress | None:
    """Return the last level that one of the payments reached, as of then."""
    for amount, total in reversed(payments):
        # Corrections may have come down to less than nothing on the way.
        if level_at(max(total, 0)) > level_at(max(total - amount, 0)):
            return LevelProgress.of(total)
    return None
