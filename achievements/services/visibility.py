"""Who is seen on the leaderboards."""

from django.db import transaction

from accounts.models import User
from achievements.models import Profile, Standing
from achievements.services.locking import lock_learner


def wants_to_be_seen(learner_id: int) -> bool:
    """Whether others may see the learner: the account is open, and they said yes."""
    open_accounts = User.objects.filter(pk=learner_id, is_active=True)
    return open_accounts.exclude(profile__on_leaderboard=False).exists()


@transaction.atomic
def save_profile(*, profile: Profile) -> None:
    """Save what a learner lets others see; the leaderboards follow at once."""
    lock_learner(profile.pk)
    # Whether there is a row already is known only under the lock, and save looks.
    profile.save()
    _show(profile.pk)


@transaction.atomic
def follow_account(*, learner_id: int) -> None:
    """Show or hide somebody whose account was opened or closed."""
    lock_learner(learner_id)
    _show(learner_id)


def _show(learner_id: int) -> None:
    is_shown = wants_to_be_seen(learner_id)
    others = Standing.objects.filter(learner=learner_id).exclude(is_shown=is_shown)
    others.update(is_shown=is_shown)
