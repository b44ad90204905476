"""Words and shapes that the learner's pages of the desk show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from exams.review import NotFinished, ReviewItem, reviewed_question
from support.markup import exact_text, message_html
from support.models import Message, Thread
from support.services.messages import CLOSED, FOLLOWED, REOPENED
from support.status import QUIET_AFTER

TEAM = "TestPrep team"
STATUS_WORDS = {
    Thread.Status.OPEN: "Waiting for an answer",
    Thread.Status.WAITING: "We asked you something",
    Thread.Status.ANSWERED: "Answered",
    Thread.Status.CLOSED: "Closed",
}


def status_words(status: str) -> str:
    """Return how far a thread is, as its learner would say it."""
    return STATUS_WORDS[Thread.Status(status)]


@dataclass(frozen=True, slots=True)
class Shown:
    """A message with what its learner's page says around it.

    ``who`` is empty for the learner's own; ``event`` is the sentence of an event.
    """

    message: Message
    is_own: bool
    who: str
    is_first_new: bool
    event: str

    @property
    def html(self) -> str:
        return message_html(self.message.text)

    @property
    def exact(self) -> str:
        return exact_text(self.message.text)


def shown_messages(
    thread: Thread, messages: Iterable[Message], *, mark_new: bool = True
) -> list[Shown]:
    """Return the messages as their learner sees them, the first new one marked."""
    shown: list[Shown] = []
    marked = not mark_new
    for message in messages:
        is_new = (
            not marked
            and message.kind == Message.Kind.AGENT
            and message.pk > thread.learner_saw
        )
        marked = marked or is_new
        shown.append(
            Shown(
                message=message,
                is_own=message.kind == Message.Kind.LEARNER,
                who=answered_by(message),
                is_first_new=is_new,
                event=event_words(thread, message),
            )
        )
    return shown


def answered_by(message: Message) -> str:
    """Return the agent's name; whose account is gone was one of the team."""
    if message.kind != Message.Kind.AGENT:
        return ""
    name: str = message.author.display_name if message.author else ""
    return name or TEAM


def event_words(thread: Thread, message: Message) -> str:
    if message.kind != Message.Kind.EVENT:
        return ""
    by_learner = message.author_id == thread.learner_id
    if message.text == CLOSED and message.author_id is None:
        return f"Closed because nobody wrote for {QUIET_AFTER.days} days"
    subject = "You" if by_learner else f"The {TEAM}"
    words = {
        CLOSED: f"{subject} closed this",
        REOPENED: "Opened again",
        FOLLOWED: "Goes on in a new thread",
    }
    return words[message.text]


def carried_question(thread: Thread) -> ReviewItem | None:
    """Return the question that a thread is about, as its learner saw it then."""
    if thread.attempt is None or thread.question is None:
        return None
    try:
        return reviewed_question(thread.attempt, thread.question, thread.chosen)
    except NotFinished:
        # Its key is not for anybody yet.
        return None
