"""What achievements do when something happens elsewhere."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User
from accounts.signals import account_leaving, account_switched, time_zone_changed
from achievements import queueing, services, tasks
from achievements.practice import collector
from achievements.rules.catalogue import COMPLETIONS
from achievements.services.backfill import request_backfills
from achievements.services.visibility import follow_account
from exams.signals import (
    attempt_abandoned,
    attempt_finished,
    offer_ended,
    practice_answered,
)


@receiver([attempt_finished, attempt_abandoned])
def settle_soon(sender: Any, learner_id: int, **kwargs: Any) -> None:
    queueing.queue(tasks.settle_learner, learner_id=learner_id)


@receiver(practice_answered)
def settle_later(sender: Any, learner_id: int, **kwargs: Any) -> None:
    collector.add(learner_id)


@receiver(time_zone_changed)
def note_time_zone(sender: Any, user: User, previous: str, **kwargs: Any) -> None:
    now = timezone.now()
    services.note_time_zone(learner_id=user.pk, previous=previous, now=now)


@receiver(offer_ended)
def look_again_at_completions(sender: Any, test_id: int, **kwargs: Any) -> None:
    """Some may have lacked nothing but this test: they have finished all there is."""
    request_backfills(rules=COMPLETIONS, now=timezone.now())


@receiver(account_switched)
def show_or_hide(sender: Any, user: User, **kwargs: Any) -> None:
    follow_account(learner_id=user.pk)


@receiver(account_leaving)
def lock_learner(sender: Any, user: User, **kwargs: Any) -> None:
    """Wait for a settlement that is under way, and let no other one begin."""
    services.hold_for_deletion(user)
