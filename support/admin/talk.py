"""A thread's messages, ready for the desk."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from support.markup import exact_text, message_html
from support.models import Message, Thread
from support.services import messages as events

PAGE = 100

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


def talk_of(thread: Thread, *, before: int = 0) -> tuple[list[Said], int]:
    """Return what was said last, notes too, and where what was earlier ends.

    ``before`` leaves out a message and all after it; 0 in return: nothing is earlier.
    Two queries, and a page of any thread stays one that can be opened.
    """
    newest_first = thread.messages.for_page().reverse()
    if before:
        newest_first = newest_first.filter(pk__lt=before)
    some = list(newest_first[: PAGE + 1])
    shown = [_said(thread, one) for one in reversed(some[:PAGE])]
    return shown, shown[0].pk if len(some) > PAGE else 0


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
