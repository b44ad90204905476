"""What happens to a thread apart from messages: closing, opening, rating, seeing."""

from datetime import datetime

from django.db import transaction
from django.db.models import BigIntegerField, F, Value
from django.db.models.functions import Greatest, Least

from accounts.models import User
from support.models import Thread
from support.services.errors import NotAllowed, NotClosed, TooLate, TooLong
from support.services.locks import hold_people, locked
from support.services.messages import CLOSED, TEXT_LENGTH, add, set_status
from support.services.messages import reopen as open_again
from support.services.unread import forget_unread
from support.status import QUIET_AFTER, Author, Status

BATCH = 200
LARGEST_ID = 2**63 - 1


def _check_person(thread: Thread, by: User) -> None:
    if by.pk != thread.learner_id and not by.has_perm("support.answer_thread"):
        raise NotAllowed("Only who asked, or an agent, does this.")


@transaction.atomic
def close_thread(*, thread: Thread, by: User | None, now: datetime) -> bool:
    """Close a thread; return False if it was closed before. ``by`` None: by time."""
    if by is not None:
        _check_person(thread, by)
        hold_people(by.pk)
    thread = locked(thread.pk)
    if thread.is_closed:
        return False
    set_status(thread, Status.CLOSED, by=by, now=now)
    thread.save(update_fields=["status", "waiting_since", "closed_at", "closed_by"])
    add(thread, author=by, kind=Author.EVENT, text=CLOSED, now=now)
    return True


@transaction.atomic
def reopen_thread(*, thread: Thread, by: User, now: datetime) -> bool:
    """Open a closed thread again; return False if it is not closed.

    Raise TooLate after 14 days: writing into it then begins a thread that follows it.
    """
    _check_person(thread, by)
    hold_people(by.pk)
    thread = locked(thread.pk)
    if not thread.is_closed:
        return False
    if not thread.reopens(now=now):
        raise TooLate
    open_again(thread, by=by, now=now)
    return True


@transaction.atomic
def rate_thread(
    *, thread: Thread, by: User, rating: Thread.Rating, comment: str, now: datetime
) -> None:
    """Say whether the answer helped; a later word replaces the first one.

    Raise NotAllowed for anybody but the learner, NotClosed while it is not closed.
    """
    if by.pk != thread.learner_id:
        raise NotAllowed("Only who asked says whether it helped.")
    if len(comment) > TEXT_LENGTH:
        raise TooLong
    thread = locked(thread.pk)
    if not thread.is_closed:
        raise NotClosed
    thread.rating, thread.rating_comment, thread.rated_at = rating, comment, now
    thread.save(update_fields=["rating", "rating_comment", "rated_at"])


@transaction.atomic
def assign_thread(*, thread: Thread, to: User | None, by: User) -> None:
    """Give a thread to an agent, or to nobody. Raise NotAllowed for anybody else."""
    for one in (to, by):
        if one is not None and not one.has_perm("support.answer_thread"):
            raise NotAllowed("Threads are given to agents, by agents.")
    hold_people(to.pk if to else None)
    thread = locked(thread.pk)
    thread.assigned_to = to
    thread.save(update_fields=["assigned_to"])


def see_thread(*, thread: Thread, message_id: int, by_agents: bool = False) -> None:
    """Note how far a thread was read: one UPDATE that never goes back.

    Nor does it go beyond what was written, whatever number somebody sends: what comes
    next would count as read.
    """
    column = "agents_saw" if by_agents else "learner_saw"
    newest = Greatest(F("last_learner_message"), F("last_agent_message"))
    asked = Value(min(message_id, LARGEST_ID), output_field=BigIntegerField())
    seen = Least(asked, newest)
    behind = Thread.objects.filter(pk=thread.pk, **{f"{column}__lt": seen})
    if behind.update(**{column: seen}) and not by_agents:
        forget_unread(thread.learner_id)


def close_quiet_threads(*, now: datetime) -> int:
    """Close threads that were answered and in which nobody wrote since; some per call.

    Return how many were closed.
    """
    quiet = Thread.objects.filter(
        status__in=[Status.ANSWERED.value, Status.WAITING.value],
        last_message_at__lt=now - QUIET_AFTER,
    ).order_by("last_message_at")
    return sum(_close_if_still_quiet(thread.pk, now=now) for thread in quiet[:BATCH])


@transaction.atomic
def _close_if_still_quiet(thread_id: int, *, now: datetime) -> bool:
    thread = (
        Thread.objects.select_for_update(skip_locked=True).filter(pk=thread_id).first()
    )
    # Somebody may have written meanwhile, or is about to.
    if thread is None or now - thread.last_message_at < QUIET_AFTER:
        return False
    if thread.status not in (Thread.Status.ANSWERED, Thread.Status.WAITING):
        return False
    return close_thread(thread=thread, by=None, now=now)
