"""Asking something new."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from exams.models import Attempt, Certification
from support.models import Thread
from support.models.thread import SUBJECT_LENGTH, Topic
from support.services.locks import hold_people, keep_files, with_files
from support.services.messages import add, check_content, follow
from support.status import Author, Status
from support.uploads import Upload

# Several threads that come at once are one mail to the agents.
AGENTS_MAIL_DELAY = timedelta(minutes=1)
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A question of a finished attempt that the learner asks about.

    ``question`` is its number in the release, ``chosen`` the choices' numbers there.
    """

    attempt: Attempt
    question: int
    chosen: Sequence[int] = ()


def subject_of(text: str) -> str:
    """Return what a thread is called: the beginning of what was asked, on one line."""
    first = next((line for line in text.splitlines() if _BLANKS.sub("", line)), "")
    line = _BLANKS.sub(" ", first).strip()
    if len(line) > SUBJECT_LENGTH:
        line = line[: SUBJECT_LENGTH - 1].rstrip() + "…"
    return line or "A question without words"


def start_thread(
    *,
    learner: User,
    topic: Topic,
    text: str,
    certification: Certification | None = None,
    carried: Carried | None = None,
    files: Sequence[Upload] = (),
    token: uuid.UUID | None = None,
    now: datetime,
) -> tuple[Thread, bool]:
    """Ask something new; return the thread and whether it is.

    The same learner and token again return the first thread. Raise NothingWritten,
    TooLong, or PersonGone for somebody who has just left.
    """
    check_content(text, files)
    if carried is not None:
        certification = carried.attempt.test.certification
    with with_files() as kept:
        hold_people(learner.pk)
        if token is not None:
            sent = Thread.objects.asked_by(learner).filter(token=token)
            if (found := sent.first()) is not None:
                return found, False
        thread = Thread.objects.create(
            learner=learner,
            topic=topic,
            subject=subject_of(text),
            certification=certification,
            **carried_columns(carried),
            token=token or uuid.uuid4(),
            created_at=now,
            last_message_at=now,
            waiting_since=now,
            agents_mail_due_at=now + AGENTS_MAIL_DELAY,
        )
        message = add(thread, author=learner, kind=Author.LEARNER, text=text, now=now)
        keep_files(message, files, kept)
        follow(thread, message, Status.OPEN, now=now)
    return thread, True


def carried_columns(carried: Carried | None) -> dict[str, Any]:
    if carried is None:
        return {}
    return {
        "attempt": carried.attempt,
        "question": carried.question,
        "chosen": list(carried.chosen),
    }
