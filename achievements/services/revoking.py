"""Taking back a grant that was wrong, and giving it back: with a reason, on record."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from achievements.models import Grant
from achievements.services.locking import lock_learner


class ReasonMissing(Exception):
    """Nothing is taken from anybody without saying why."""


@transaction.atomic
def revoke(*, grant: Grant, by: User, reason: str, now: datetime) -> bool:
    """Revoke the grant; it is not earned again. Return False if it was revoked before.

    Raise ReasonMissing.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise ReasonMissing
    return _change(
        grant, is_revoked=False, revoked_at=now, revoked_by=by, revoke_reason=reason
    )


@transaction.atomic
def reinstate(*, grant: Grant) -> bool:
    """Give a revoked grant back, as of the moment it had. Return False if it stands."""
    return _change(
        grant, is_revoked=True, revoked_at=None, revoked_by=None, revoke_reason=""
    )


def _change(grant: Grant, *, is_revoked: bool, **columns: object) -> bool:
    statistics = lock_learner(grant.learner_id)
    own = Grant.objects.filter(pk=grant.pk, revoked_at__isnull=not is_revoked)
    changed = bool(own.update(**columns))
    untold = Grant.objects.of(grant.learner_id).untold()
    statistics.n_untold = untold.count()
    statistics.save(update_fields=["n_untold"])
    return changed
