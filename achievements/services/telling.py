"""Telling learners what they were granted, once."""

from datetime import datetime

from django.db import transaction

from achievements.models import Grant, Statistics


@transaction.atomic
def tell(
    *, learner_id: int, now: datetime, attempt_id: int | None = None
) -> list[Grant]:
    """Return what the learner has not been told, and note that now they are.

    With ``attempt_id`` only of what that attempt brought.

    Of pages that open at the same moment one tells. Nothing is told, and no page
    waits, while the learner's rewards are being counted: the next page tells it.
    """
    own = Statistics.objects.filter(pk=learner_id)
    statistics = own.select_for_update(skip_locked=True).first()
    if statistics is None or not statistics.n_untold:
        return []
    untold = Grant.objects.of(learner_id).untold()
    if attempt_id is not None:
        untold = untold.filter(attempt=attempt_id)
    found = list(untold.select_related("achievement").order_by("earned_at", "pk"))
    untold.filter(pk__in=[grant.pk for grant in found]).update(told_at=now)
    # Under the lock: nobody grants or revokes anything of this learner meanwhile.
    left = 0 if attempt_id is None else max(statistics.n_untold - len(found), 0)
    own.update(n_untold=left)
    return found
