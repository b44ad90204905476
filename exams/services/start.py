"""Starting and restarting."""

import math
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from exams.lengths import BLOCK
from exams.models import AnswerChunk, Attempt, Release, Test
from exams.ordering import new_seed
from exams.services.finish import abandon_attempt, finish_attempt

# Each further one needs that another start and its end came in between.
_TRIES = 4


class NotOffered(Exception):
    """The test cannot be taken like this; ``message`` says what can."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def allowed_time(release: Release, *, length: int, extra_time: int) -> timedelta:
    """Return exam mode's time: the length's share, times the learner's factor.

    ``extra_time`` is in percent of the standard time; whole minutes, rounded up.
    """
    minutes = release.minutes * length * extra_time / (release.question_count * 100)
    return timedelta(minutes=math.ceil(minutes))


def _offered_release(test: Test, *, mode: str, length: int) -> Release:
    release = test.current_release if test.number != Test.SAMPLES else None
    if release is None:
        raise NotOffered("This test is not published yet.")
    if mode not in Attempt.Mode.values:
        raise NotOffered("Choose practice or exam.")
    if length not in test.lengths:
        offered = ", ".join(str(one) for one in test.lengths)
        raise NotOffered(f"This test comes with {offered} questions.")
    return release


def _create(
    *,
    learner: User,
    test: Test,
    release: Release,
    mode: str,
    length: int,
    now: datetime,
) -> Attempt:
    is_exam = mode == Attempt.Mode.EXAM
    time = allowed_time(release, length=length, extra_time=learner.extra_time)
    attempt = Attempt.objects.create(
        learner=learner,
        test=test,
        release=release,
        mode=mode,
        length=length,
        seed=new_seed(),
        started_at=now,
        deadline=now + time if is_exam else None,
    )
    chunks = range(math.ceil(length / BLOCK))
    AnswerChunk.objects.bulk_create(
        AnswerChunk(attempt=attempt, index=index) for index in chunks
    )
    return attempt


def _start(
    *, learner: User, test: Test, now: datetime, restart: bool, **facts: Any
) -> tuple[Attempt, bool]:
    """Return the running attempt, or close it and make a new one: both or neither."""
    running = Attempt.objects.filter(learner=learner, test=test).open().first()
    is_over = running is not None and running.is_overdue(now=now)
    if running and not is_over and not restart:
        return running, False
    with transaction.atomic():
        if running:
            end = finish_attempt if is_over else abandon_attempt
            end(attempt=running, now=now)
        return _create(learner=learner, test=test, now=now, **facts), True


def start_attempt(
    *,
    learner: User,
    test: Test,
    mode: str,
    length: int,
    now: datetime,
    restart: bool = False,
) -> tuple[Attempt, bool]:
    """Start an attempt, or return the one that is running (then False).

    With ``restart`` the running one is closed as abandoned, and kept. Raise NotOffered
    when the test has no such length or is not published.
    """
    release = _offered_release(test, mode=mode, length=length)
    facts = {"release": release, "mode": mode, "length": length}
    for _ in range(_TRIES):
        try:
            return _start(learner=learner, test=test, now=now, restart=restart, **facts)
        except IntegrityError:
            # Two starts at once: the partial unique constraint let the other one
            # through. Its attempt is fresh, so a restart takes it, too; and if that one
            # has ended by now, there is room again.
            restart = False
    return _start(learner=learner, test=test, now=now, restart=restart, **facts)
