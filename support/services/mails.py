"""Telling people by mail: learners of answers, agents of new threads.

A mail is claimed, sent and settled. The claim moves the due time ahead by a lease, in a
transaction of its own, so no lock is held while the mail server talks. Settling clears
the due time only if it is still the claim's. Who dies in between delays the mail until
the lease ends, and never loses it; meanwhile nobody else sends it.
"""

import logging
import smtplib
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.contrib.auth.backends import ModelBackend
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Case, DateTimeField, F, Q, Value, When

from accounts.models import User
from support import mailing
from support.models import Message, Thread
from support.services.errors import PersonGone
from support.services.locks import hold_people
from support.services.messages import MAIL_DELAY
from support.services.preferences import mail_preference, without_those_who_refused

logger = logging.getLogger(__name__)

# Longer than any task may run (CELERY_TASK_TIME_LIMIT), with the delay on top.
LEASE = timedelta(minutes=10)
# A server that does not take an answer for so long: the thread still shows it.
GIVE_UP_AFTER = timedelta(days=5)
# One run begins nothing new after so long: the next one comes within a minute.
RUN_SECONDS = 40
LEARNERS_PER_RUN = 500
THREADS_PER_MAIL = 200
# Who was told of a new thread is remembered until its claim surely came to an end.
TOLD_FOR = timedelta(days=1)


class ServerAway(Exception):
    """The mail server takes no mail from us at the moment, whoever it is for."""


class Outcome(Enum):
    """What became of one mail."""

    SENT = "sent"
    # Nobody wants it, there is nothing to tell, or it will never be taken.
    NOT_SENT = "not sent"
    # For this one the server asks to come again.
    LATER = "later"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Threads whose mail is ours until the lease ends, as they were then."""

    lease: datetime
    threads: list[Thread]


# --- answers, to the learner ----------------------------------------------------------


def mail_answers(*, now: datetime) -> int:
    """Send each learner one mail with what is unread and due; return how many."""
    until = time.monotonic() + RUN_SECONDS
    n_sent = 0
    for learner_id in due_learners(now=now):
        if time.monotonic() > until:
            break
        claim = claim_answers(learner_id, now=now)
        if claim is None:
            continue
        try:
            outcome = _mail_claimed(learner_id, claim, now=now)
        except ServerAway:
            # The lease brings this mail back, and lets others be tried before it.
            logger.exception("The mail server takes nothing; answers wait")
            break
        n_sent += outcome is Outcome.SENT
        if outcome is not Outcome.LATER:
            settle_answers(claim, now=now)
    return n_sent


def due_learners(*, now: datetime) -> list[int]:
    """Return whose answers wait longest for their mail, some per call."""
    due = Thread.objects.filter(mail_due_at__lte=now).order_by("mail_due_at")
    learners = due.values_list("learner_id", flat=True)[:LEARNERS_PER_RUN]
    return list(dict.fromkeys(learners))


@transaction.atomic
def claim_answers(learner_id: int, *, now: datetime) -> Claim | None:
    """Take all of a learner's threads that are due, or will be in a moment."""
    try:
        # Two workers, or a worker and an agent who answers, take turns.
        hold_people(learner_id)
    except PersonGone:
        return None
    own = Thread.objects.filter(learner_id=learner_id)
    if not own.filter(mail_due_at__lte=now).exists():
        return None
    lease = now + LEASE
    own.filter(mail_due_at__lte=now + MAIL_DELAY).update(mail_due_at=lease)
    threads = own.filter(mail_due_at=lease).order_by("pk")
    return Claim(lease=lease, threads=list(threads))


def _mail_claimed(learner_id: int, claim: Claim, *, now: datetime) -> Outcome:
    """Send what there is to tell to who wants to hear it."""
    learner = User.objects.filter(pk=learner_id, is_active=True).first()
    if learner is None or not mail_preference(learner).answers:
        return Outcome.NOT_SENT
    answers = unread_answers(claim, now=now)
    if not answers:
        return Outcome.NOT_SENT
    return deliver(mailing.answers_mail(learner, answers))


def unread_answers(claim: Claim, *, now: datetime) -> list[Message]:
    """Return what the learner neither read nor was told by an earlier mail."""
    untold = Q(pk__gt=F("thread__learner_saw")) & Q(pk__gt=F("thread__mailed_message"))
    answers = Message.objects.filter(
        untold,
        thread__in=[one.pk for one in claim.threads],
        kind=Message.Kind.AGENT,
        created_at__gt=now - GIVE_UP_AFTER,
    )
    # What came after the claim is for the next mail.
    last = {one.pk: one.last_agent_message for one in claim.threads}
    found = answers.select_related("thread", "author").order_by("pk")
    return [one for one in found if one.pk <= last[one.thread_id]]


def settle_answers(claim: Claim, *, now: datetime) -> None:
    """Note what was told; what came meanwhile is due as if it were the first."""
    for thread in claim.threads:
        told = thread.last_agent_message
        later = When(last_agent_message__gt=told, then=Value(now + MAIL_DELAY))
        Thread.objects.filter(pk=thread.pk, mail_due_at=claim.lease).update(
            mailed_message=told,
            mail_due_at=Case(
                later, default=Value(None), output_field=DateTimeField(null=True)
            ),
        )


# --- new threads, to the agents -------------------------------------------------------


def mail_new_threads(*, now: datetime) -> int:
    """Tell the agents of new threads that wait: one mail each; return how many."""
    claim = claim_new_threads(now=now)
    if claim is None:
        return 0
    waiting = [one for one in claim.threads if one.status == Thread.Status.OPEN]
    n_sent = 0
    try:
        if waiting:
            n_sent = _tell_agents(waiting)
    except ServerAway:
        logger.exception("The mail server takes nothing; new threads wait")
        return n_sent
    claimed = Thread.objects.filter(agents_mail_due_at=claim.lease)
    for thread in claim.threads:
        claimed.filter(pk=thread.pk).update(agents_mail_due_at=None)
    return n_sent


@transaction.atomic
def claim_new_threads(*, now: datetime) -> Claim | None:
    """Take the threads that are due; those that somebody writes into come later."""
    due = Thread.objects.filter(agents_mail_due_at__lte=now).order_by("pk")
    threads = list(due.select_for_update(skip_locked=True)[:THREADS_PER_MAIL])
    if not threads:
        return None
    lease = now + LEASE
    claimed = Thread.objects.filter(pk__in=[one.pk for one in threads])
    claimed.update(agents_mail_due_at=lease)
    return Claim(lease=lease, threads=threads)


def agents_to_tell() -> Iterable[User]:
    """Return who may answer threads, can sign in to do so, and wants to be told."""
    agents = ModelBackend().with_perm("support.answer_thread").filter(is_staff=True)
    wanting = without_those_who_refused(agents, mail=mailing.NEW_THREADS)
    return wanting.order_by("pk")


def _tell_agents(threads: list[Thread]) -> int:
    """Send each agent a mail; who cannot be reached now finds them in the queue.

    A run that the mail server ended goes on, when the lease is over, with those who
    were not told yet. Without the cache they are told twice, rather than never.
    """
    n_waiting = Thread.objects.open().count()
    outcomes: Counter[Outcome] = Counter()
    for agent in agents_to_tell():
        keys = {one.pk: _told_key(agent, one) for one in threads}
        told = cache.get_many(keys.values())
        untold = [one for one in threads if keys[one.pk] not in told]
        if not untold:
            continue
        mail = mailing.new_threads_mail(agent, untold, n_waiting=n_waiting)
        outcomes[deliver(mail)] += 1
        now_told = {keys[one.pk]: True for one in untold}
        cache.set_many(now_told, int(TOLD_FOR.total_seconds()))
    return outcomes[Outcome.SENT]


def _told_key(agent: User, thread: Thread) -> str:
    return f"support:told:{agent.pk}:{thread.pk}"


# --- sending --------------------------------------------------------------------------


def deliver(message: EmailMultiAlternatives) -> Outcome:
    """Hand one mail over. Raise ServerAway when trying others is of no use."""
    try:
        message.send()
    except ValueError as error:  # an address or a name that no header can hold
        logger.warning("A mail cannot be written: %s", error)
        return Outcome.NOT_SENT
    except OSError as error:  # smtplib's errors are such ones too
        codes = _codes(error)
        if not codes:
            raise ServerAway from error
        for_good = all(code >= 500 for code in codes)
        logger.warning("A mail was refused%s: %s", " for good" * for_good, error)
        return Outcome.NOT_SENT if for_good else Outcome.LATER
    return Outcome.SENT


def _codes(error: OSError) -> list[int]:
    """Return the server's codes if it refused this one mail; nothing otherwise."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPDataError) else []
