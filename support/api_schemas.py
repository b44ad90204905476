"""What goes in and out of the API of threads. Times are milliseconds, as everywhere."""

from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from exams.api.errors import Error
from exams.api.schemas import Strict
from support.services.messages import TEXT_LENGTH

TopicName = Literal["exam", "website", "account", "other"]
StatusName = Literal["open", "waiting", "answered", "closed"]
RatingName = Literal["helped", "not-helped"]
Text = Annotated[
    str,
    Field(
        min_length=1,
        max_length=TEXT_LENGTH,
        description="Any text; it is kept and given back exactly as it was sent.",
    ),
]
# Not as strict as numbers are: JSON has no type for it.
Token = Annotated[
    UUID | None,
    Field(
        strict=False,
        description="Chosen by the client: what is sent again with it is said once.",
    ),
]


class ThreadBody(Strict):
    topic: TopicName
    text: Text
    certification: Annotated[
        str | None,
        Field(pattern="^[a-z0-9][a-z0-9-]{0,60}$", description="Its slug."),
    ] = None
    token: Token = None


class MessageBody(Strict):
    text: Text
    token: Token = None


class RatingBody(Strict):
    rating: RatingName
    comment: Annotated[str, Field(max_length=TEXT_LENGTH)] = ""


class AttachmentOut(Schema):
    name: str
    content_type: str
    size: int
    url: str


class MessageOut(Schema):
    """``by`` says in what role it was written. An event is one word: what happened."""

    id: int
    by: Literal["learner", "agent", "event"]
    name: Annotated[
        str | None, Field(description="Of the person; null where nobody wrote.")
    ]
    text: str
    sent_at: int
    attachments: list[AttachmentOut]


class ThreadRow(Schema):
    """A thread in a list. ``state`` is whom it waits for, if anybody."""

    id: int
    topic: TopicName
    subject: str
    state: StatusName
    certification: str | None
    created_at: int
    last_message_at: int
    is_unread: bool
    url: str


class ThreadList(Schema):
    threads: list[ThreadRow]
    more: Annotated[bool, Field(description="Whether there is another page.")]


class ThreadOut(ThreadRow):
    """A thread with all that its learner may see of it, oldest message first.

    ``follows`` and ``followed_by`` are the ids of the threads before and after it.
    """

    closed_at: int | None
    reopens: Annotated[
        bool, Field(description="Whether it is closed and would still open again.")
    ]
    rating: RatingName | None
    rating_comment: str
    follows: int | None
    followed_by: int | None
    messages: Annotated[
        list[MessageOut], Field(description="The newest, or those before ``before``.")
    ]
    earlier: Annotated[
        int | None, Field(description="The ``before`` of the messages before these.")
    ]


class Written(Schema):
    """``message`` is the new one's id. The thread may be one that follows."""

    message: int
    thread: ThreadOut


class StateError(Error):
    """What was asked for does not go with the thread as it is; ``state`` says how."""

    state: StatusName
