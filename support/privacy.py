"""What the desk knows about people: what they asked, and what they keep."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch

from accounts.models import User
from accounts.privacy import Kind, impersonal, personal
from support.models import (
    Attachment,
    Bookmark,
    CannedReply,
    HelpTopic,
    MailPreference,
    Message,
    Resource,
    Thread,
)


def exported_threads(user: User) -> Iterator[dict[str, Any]]:
    """Yield the learner's threads as the learner sees them: without internal notes."""
    seen = Message.objects.seen_by_learner().for_page()
    messages = Prefetch("messages", queryset=seen)
    threads = Thread.objects.asked_by(user).order_by("pk").prefetch_related(messages)
    for thread in threads.iterator(chunk_size=50):
        yield {
            "id": thread.pk,
            "topic": thread.topic,
            "subject": thread.subject,
            "status": thread.status,
            "created_at": thread.created_at,
            "closed_at": thread.closed_at,
            "rating": thread.rating,
            "rating_comment": thread.rating_comment,
            "messages": [
                {
                    "from": message.kind,
                    "text": message.text,
                    "created_at": message.created_at,
                    "attachments": [one.name for one in message.attachments.all()],
                }
                for message in thread.messages.all()
            ],
        }


def exported_suggestions(user: User) -> Iterator[dict[str, Any]]:
    columns = ("title", "url", "description", "status", "added_at")
    own = Resource.objects.filter(suggested_by=user).order_by("pk")
    yield from own.values(*columns)


personal(
    Thread,
    owner="learner",
    fields={"subject": Kind.TEXT, "rating_comment": Kind.TEXT},
    impersonal=["topic", "status", "rating", "chosen"],
    section="threads",
    export=exported_threads,
)
personal(
    # Exported with its thread.
    Message,
    owner="thread__learner",
    fields={"text": Kind.TEXT},
    impersonal=["kind"],
)
personal(
    Attachment,
    owner="message__thread__learner",
    fields={"name": Kind.TEXT, "file": Kind.SECRET},
    impersonal=["content_type"],
)
personal(MailPreference, owner="user", fields={}, section="mail")
personal(Bookmark, owner="learner", fields={}, section="bookmarks")
impersonal(CannedReply, "title", "text", "topic")
impersonal(
    HelpTopic, "slug", "kind", "topic", "title", "text", "words", "source_fingerprint"
)
personal(
    # Who suggested one is told to nobody but them and the moderators.
    Resource,
    owner="suggested_by",
    fields={},
    impersonal=[
        "slug",
        "title",
        "by",
        "url",
        "canonical_url",
        "kind",
        "cost",
        "level",
        "description",
        "status",
        "source_fingerprint",
        "link",
        "link_note",
        "moved_to",
    ],
    section="suggested_resources",
    export=exported_suggestions,
)
