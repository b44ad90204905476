"""What a thread is after something happened to it. No Django, no clock, no database.

A thread that is not closed waits for an agent (open), for the learner (waiting) or for
nobody (answered). Writing into a closed thread opens it again within REOPEN_WITHIN of
its closing; later, what was written begins a thread that follows it.
"""

from datetime import datetime, timedelta
from enum import StrEnum

REOPEN_WITHIN = timedelta(days=14)
# Threads in which nobody writes any more are closed after so long.
QUIET_AFTER = timedelta(days=10)


class Status(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    ANSWERED = "answered"
    CLOSED = "closed"


class Author(StrEnum):
    """In what role somebody writes."""

    LEARNER = "learner"
    AGENT = "agent"
    # For other agents only. It changes nothing for the learner.
    NOTE = "note"
    # Nobody wrote: what happened to the thread, in its own place among the messages.
    EVENT = "event"


class WrongStatus(Exception):
    """A message cannot leave a thread in the status that was asked for."""


def may_reopen(closed_at: datetime, *, now: datetime) -> bool:
    """Tell whether a closed thread opens again when somebody writes into it."""
    return now - closed_at <= REOPEN_WITHIN


def after_message(author: Author, current: Status, asked: Status | None) -> Status:
    """Return the status that a message leaves behind.

    ``asked`` is what an agent chose: answered, waiting or closed; answered if nothing.
    A learner's message always waits for an agent. ``current`` is the status that a
    thread has when it is written into; notes and events keep it. Raise WrongStatus.
    """
    if author in (Author.NOTE, Author.EVENT):
        if asked not in (None, current):
            raise WrongStatus(f"A {author} leaves a thread as it is.")
        return current
    if author is Author.LEARNER:
        if asked not in (None, Status.OPEN):
            raise WrongStatus("What a learner writes waits for an agent.")
        return Status.OPEN
    if asked is Status.OPEN:
        raise WrongStatus("An agent's answer does not wait for an agent.")
    return asked or Status.ANSWERED
