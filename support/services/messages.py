"""Writing a message, and what it does to its thread."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from accounts.models import User
from support.models import Message, Thread
from support.models.thread import SUBJECT_LENGTH
from support.services.errors import LearnerWrote, NotAllowed, NothingWritten, TooLong
from support.services.locks import hold_people, keep_files, locked, with_files
from support.services.unread import forget_unread
from support.status import Author, Status, after_message
from support.uploads import MAX_FILES, Upload

TEXT_LENGTH = 10_000  # characters
# Answers that come shortly after each other are one mail.
MAIL_DELAY = timedelta(minutes=2)
CLOSED, REOPENED, FOLLOWED = "closed", "reopened", "followed"


def check_content(text: str, files: Sequence[Upload]) -> None:
    """Raise NothingWritten or TooLong; any other text is accepted as it is."""
    if not text.strip() and not files:
        raise NothingWritten
    if len(text) > TEXT_LENGTH or len(files) > MAX_FILES:
        raise TooLong


def check_role(thread: Thread, author: User, kind: Author) -> None:
    if kind is Author.LEARNER and author.pk != thread.learner_id:
        raise NotAllowed("Only who asked writes as the learner.")
    if kind in (Author.AGENT, Author.NOTE) and not author.has_perm(
        "support.answer_thread"
    ):
        raise NotAllowed("Only agents answer threads.")
    if kind is Author.EVENT:
        raise NotAllowed("Nobody writes events.")


def write_message(
    *,
    thread: Thread,
    author: User,
    kind: Author,
    text: str,
    files: Sequence[Upload] = (),
    token: uuid.UUID | None = None,
    status: Status | None = None,
    seen: int | None = None,
    now: datetime,
) -> Message:
    """Add a message and return it; its ``thread`` is where it stands now.

    A closed thread opens again within 14 days; later, the message begins a thread that
    follows it (or goes on in the one that does already). An internal note stays where
    it is and changes nothing. ``status`` is what an agent wants to leave behind. The
    same author and token again return the first message. Who says what they have
    ``seen`` of the learner's messages, by id, gets LearnerWrote if there is more.
    """
    check_content(text, files)
    check_role(thread, author, kind)
    with with_files() as kept:
        hold_people(author.pk, thread.learner_id)
        if (sent := sent_before(author, token)) is not None:
            return sent
        thread = locked(thread.pk)
        if seen is not None and thread.last_learner_message > seen:
            raise LearnerWrote
        if kind is not Author.NOTE:
            thread = writable(thread, by=author, now=now)
        new_status = after_message(kind, Status(thread.status), status)
        message = add(thread, author=author, kind=kind, text=text, token=token, now=now)
        keep_files(message, files, kept)
        if kind is not Author.NOTE:
            follow(thread, message, new_status, now=now)
    return message


def sent_before(author: User, token: uuid.UUID | None) -> Message | None:
    if token is None:
        return None
    sent = Message.objects.filter(author=author, token=token)
    return sent.select_related("thread").first()


def writable(thread: Thread, *, by: User, now: datetime) -> Thread:
    """Return the thread in which a message to this one goes, not closed any more."""
    while thread.is_closed and not thread.reopens(now=now):
        later = Thread.objects.filter(follows=thread).values_list("pk", flat=True)
        found = later.first()
        if found is None:
            return follow_up(thread, by=by, now=now)
        thread = locked(found)
    if thread.is_closed:
        reopen(thread, by=by, now=now)
    return thread


def follow_up(old: Thread, *, by: User, now: datetime) -> Thread:
    """Begin the thread that follows a closed one; the caller holds the old one."""
    add(old, author=by, kind=Author.EVENT, text=FOLLOWED, now=now)
    # Open, and for the moment waiting: the message that comes next decides.
    return Thread.objects.create(
        learner_id=old.learner_id,
        topic=old.topic,
        subject=old.subject[:SUBJECT_LENGTH],
        certification_id=old.certification_id,
        attempt_id=old.attempt_id,
        question=old.question,
        chosen=old.chosen,
        follows=old,
        assigned_to=old.assigned_to if _may_answer(old.assigned_to) else None,
        created_at=now,
        last_message_at=now,
        waiting_since=now,
        agents_mail_due_at=now if by.pk == old.learner_id else None,
    )


def _may_answer(agent: User | None) -> bool:
    """Whether somebody still is an agent: those who left are given nothing new."""
    return agent is not None and agent.has_perm("support.answer_thread")


def reopen(thread: Thread, *, by: User, now: datetime) -> None:
    """Open a closed thread again; the caller holds it."""
    thread.status, thread.waiting_since = Thread.Status.OPEN, now
    thread.closed_at = thread.closed_by = None
    thread.save(update_fields=["status", "waiting_since", "closed_at", "closed_by"])
    add(thread, author=by, kind=Author.EVENT, text=REOPENED, now=now)


def add(
    thread: Thread,
    *,
    author: User | None,
    kind: Author,
    text: str,
    now: datetime,
    token: uuid.UUID | None = None,
) -> Message:
    return Message.objects.create(
        thread=thread,
        author=author,
        kind=kind.value,
        text=text,
        token=token or uuid.uuid4(),
        created_at=now,
    )


def follow(thread: Thread, message: Message, status: Status, *, now: datetime) -> None:
    """Bring a thread's own columns up to its newest message; the caller holds it."""
    thread.last_message_at = now
    by_agent = message.kind == Message.Kind.AGENT
    if by_agent:
        thread.last_agent_message = message.pk
        thread.agents_saw = max(thread.agents_saw, thread.last_learner_message)
        thread.first_answered_at = thread.first_answered_at or now
        thread.assigned_to_id = thread.assigned_to_id or message.author_id
        thread.mail_due_at = thread.mail_due_at or now + MAIL_DELAY
    else:
        thread.last_learner_message = message.pk
        thread.learner_saw = max(thread.learner_saw, thread.last_agent_message)
    set_status(thread, status, by=message.author if by_agent else None, now=now)
    thread.save()
    if status is Status.CLOSED:
        add(thread, author=message.author, kind=Author.EVENT, text=CLOSED, now=now)
    forget_unread(thread.learner_id)


def set_status(
    thread: Thread, status: Status, *, by: User | None, now: datetime
) -> None:
    """Set the columns that go with a status; nothing is saved here."""
    thread.status = status.value
    if status is Status.OPEN:
        # Who writes twice has waited since the first time.
        thread.waiting_since = thread.waiting_since or now
    else:
        thread.waiting_since = None
    if status is Status.CLOSED:
        thread.closed_at, thread.closed_by = thread.closed_at or now, by
    else:
        thread.closed_at = thread.closed_by = None
