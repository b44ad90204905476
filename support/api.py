"""Asking people, for programs: the same services and the same rules as the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Path, Query, Router, Status

from accounts.limits import check_rate
from accounts.models import User
from exams.api.attempts import BODY_ERRORS, SESSION_ERRORS, learner_of
from exams.api.errors import Refusal
from exams.api.limits import refuse_if_too_fast
from exams.api.schemas import Id
from exams.models import Certification
from support import services
from support.api_schemas import (
    MessageBody,
    RatingBody,
    StateError,
    ThreadBody,
    ThreadList,
    ThreadOut,
    Written,
)
from support.limits import CHANGES, MESSAGES, NEW_THREADS
from support.models import Attachment, Message, Thread
from support.models.thread import Topic
from support.status import Author

router = Router(tags=["threads"])

PAGE = 50
MESSAGES_PAGE = 100


# --- reading --------------------------------------------------------------------------


@router.get(
    "/threads",
    response={200: ThreadList, **SESSION_ERRORS},
    summary="Your threads, the latest first",
)
def threads(
    request: HttpRequest,
    page: int = Query(1, ge=1, le=1_000, description=f"{PAGE} threads each."),
) -> dict[str, Any]:
    learner = _learner(request)
    start = (page - 1) * PAGE
    # One more than is shown tells whether there are more, without counting them.
    found = list(Thread.objects.for_inbox(learner)[start : start + PAGE + 1])
    return {"threads": [_row(one) for one in found[:PAGE]], "more": len(found) > PAGE}


@router.get(
    "/threads/{thread_id}",
    response={200: ThreadOut, **SESSION_ERRORS},
    summary="One of your threads with its messages, which then count as read",
)
def thread(
    request: HttpRequest,
    thread_id: Path[Id],
    before: int = Query(
        0, ge=0, lt=2**63, description=f"A message's id; {MESSAGES_PAGE} older ones."
    ),
) -> dict[str, Any]:
    return _whole(_learner(request), thread_id, before=before)


# --- writing --------------------------------------------------------------------------


@router.post(
    "/threads",
    response={200: ThreadOut, 201: ThreadOut, **BODY_ERRORS},
    summary="Ask something new",
)
def start(request: HttpRequest, body: ThreadBody) -> Status[dict[str, Any]]:
    """Return 201 for a new thread; 200 for the one that this token already began."""
    learner = _learner(request)
    _refuse_if_too_many(learner, NEW_THREADS)
    _refuse_blank(body.text)
    with _gone_is_404():
        found, is_new = services.start_thread(
            learner=learner,
            topic=Topic(body.topic),
            text=body.text,
            certification=_certification(body.certification),
            token=body.token,
            now=timezone.now(),
        )
    return Status(201 if is_new else 200, _whole(learner, found.pk))


@router.post(
    "/threads/{thread_id}/messages",
    response={200: Written, **BODY_ERRORS},
    summary="Write in a thread",
)
def write(
    request: HttpRequest, thread_id: Path[Id], body: MessageBody
) -> dict[str, Any]:
    """A closed thread opens again for 14 days. Later, this begins a thread that
    follows it, and the answer has that one.
    """
    learner = _learner(request)
    _refuse_if_too_many(learner, MESSAGES)
    _refuse_blank(body.text)
    with _gone_is_404():
        message = services.write_message(
            thread=_own(learner, thread_id),
            author=learner,
            kind=Author.LEARNER,
            text=body.text,
            token=body.token,
            now=timezone.now(),
        )
    return {"message": message.pk, "thread": _whole(learner, message.thread_id)}


@router.post(
    "/threads/{thread_id}/close",
    response={200: ThreadOut, **SESSION_ERRORS},
    summary="Close a thread; the second call answers the same",
)
def close(request: HttpRequest, thread_id: Path[Id]) -> dict[str, Any]:
    learner = _learner(request)
    own = _own(learner, thread_id)
    _refuse_if_too_many(learner, CHANGES)
    with _gone_is_404():
        services.close_thread(thread=own, by=learner, now=timezone.now())
    return _whole(learner, thread_id)


@router.post(
    "/threads/{thread_id}/reopen",
    response={200: ThreadOut, 409: StateError, **SESSION_ERRORS},
    summary="Open a closed thread again, within 14 days",
)
def reopen(request: HttpRequest, thread_id: Path[Id]) -> dict[str, Any]:
    learner = _learner(request)
    own = _own(learner, thread_id)
    _refuse_if_too_many(learner, CHANGES)
    try:
        with _gone_is_404():
            services.reopen_thread(thread=own, by=learner, now=timezone.now())
    except services.TooLate:
        message = (
            "This thread was closed too long ago. Write in it: a new one follows it."
        )
        raise _conflict(own, "too_late", message) from None
    return _whole(learner, thread_id)


@router.post(
    "/threads/{thread_id}/rating",
    response={200: ThreadOut, 409: StateError, **BODY_ERRORS},
    summary="Say whether the answer helped, once the thread is closed",
)
def rate(request: HttpRequest, thread_id: Path[Id], body: RatingBody) -> dict[str, Any]:
    learner = _learner(request)
    own = _own(learner, thread_id)
    _refuse_if_too_many(learner, CHANGES)
    try:
        with _gone_is_404():
            services.rate_thread(
                thread=own,
                by=learner,
                rating=Thread.Rating(body.rating),
                comment=body.comment,
                now=timezone.now(),
            )
    except services.NotClosed:
        raise _conflict(own, "not_closed", "Close the thread first.") from None
    return _whole(learner, thread_id)


# --- who asks, and for what -----------------------------------------------------------


def _learner(request: HttpRequest) -> User:
    learner = learner_of(request)
    refuse_if_too_fast(learner.pk)
    return learner


def _own(learner: User, thread_id: int) -> Thread:
    return get_object_or_404(Thread.objects.for_thread_page(learner), pk=thread_id)


@contextmanager
def _gone_is_404() -> Iterator[None]:
    """The thread, or whose it was, was deleted in this very moment."""
    try:
        yield
    except services.ThreadGone:
        raise Http404 from None


def _certification(slug: str | None) -> Certification | None:
    if slug is None:
        return None
    found = Certification.objects.filter(slug=slug).first()
    if found is None:
        message = "certification: there is none with this slug."
        raise Refusal(422, "invalid_request", message)
    return found


def _refuse_if_too_many(learner: User, limit: tuple[str, str]) -> None:
    """Count together with the pages, which count a request by its user."""
    wait = check_rate(f"user:{learner.pk}", *limit)
    if wait is not None:
        raise Refusal(
            429,
            "too_fast",
            f"That was too much at once. Wait {wait} seconds.",
            headers={"Retry-After": str(wait)},
        )


def _refuse_blank(text: str) -> None:
    if not text.strip():
        raise Refusal(422, "invalid_request", "text: write something.")


def _conflict(thread: Thread, code: str, message: str) -> Refusal:
    # As it is now: somebody else may have changed it since it was read.
    thread.refresh_from_db(fields=["status"])
    return Refusal(409, code, message, state=thread.status)


# --- how it is told -------------------------------------------------------------------


def _whole(learner: User, thread_id: int, *, before: int = 0) -> dict[str, Any]:
    """Return the thread with some messages, and note that the newest were read."""
    found = _own(learner, thread_id)
    newest_first = found.messages.seen_by_learner().for_page().reverse()
    if before:
        newest_first = newest_first.filter(pk__lt=before)
    some = list(newest_first[: MESSAGES_PAGE + 1])
    messages = some[:MESSAGES_PAGE][::-1]
    if messages and not before:
        services.see_thread(thread=found, message_id=messages[-1].pk)
    follower = getattr(found, "followed_by", None)
    return _row(found) | {
        # All that was not is told right here.
        "is_unread": False,
        "closed_at": _ms(found.closed_at),
        "reopens": found.reopens(now=timezone.now()),
        "rating": found.rating or None,
        "rating_comment": found.rating_comment,
        "follows": found.follows_id,
        "followed_by": follower.pk if follower else None,
        "messages": [_message(one) for one in messages],
        "earlier": messages[0].pk if len(some) > MESSAGES_PAGE else None,
    }


def _row(thread: Thread) -> dict[str, Any]:
    certification = thread.certification
    return {
        "id": thread.pk,
        "topic": thread.topic,
        "subject": thread.subject,
        "state": thread.status,
        "certification": certification.slug if certification else None,
        "created_at": _ms(thread.created_at),
        "last_message_at": _ms(thread.last_message_at),
        "is_unread": thread.is_unread,
        "url": thread.get_absolute_url(),
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "by": message.kind,
        "name": message.author.display_name if message.author else None,
        "text": message.text,
        "sent_at": _ms(message.created_at),
        "attachments": [_attachment(one) for one in message.attachments.all()],
    }


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "name": attachment.name,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "url": attachment.get_absolute_url(),
    }


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
