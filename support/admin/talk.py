"""A thread's messages, ready for the desk."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from support.markup import exact_text, message_html
from support.models import Message, Thread
from support.services import messages as events

HAPPENED = {
    events.CLOSED: "closed this thread",
    events.REOPENED: "opened this thread again",
    events.FOLLOWED: "wrote again: it goes on in a thread that follows this one",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A message as the desk shows it; ``kind`` as in Message.Kind."""

    pk: int
    message: Message
    who: str
    html: SafeString
    exact: str

    @property
    def kind(self) -> str:
        return self.message.kind


def talk_of(thread: Thread) -> list[Said]:
    """Return everything that was said, notes too. Two queries."""
    return [_said(thread, one) for one in thread.messages.for_page()]


def _said(thread: Thread, message: Message) -> Said:
    if message.kind == Message.Kind.EVENT:
        who = message.author.display_name if message.author else "The desk"
        happened = HAPPENED.get(message.text, message.text)
        return Said(message.pk, message, f"{who} {happened}", SafeString(""), "")
    nobody = "Somebody who has left"
    who = message.author.display_name if message.author else nobody
    return Said(
        message.pk, message, who, message_html(message.text), exact_text(message.text)
    )
