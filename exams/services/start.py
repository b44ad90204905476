"""Starting and restarting."""

import math
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.models import User
from exams.lengths import BLOCK
from exams.models import AnswerChunk, Attempt, Release, Test
from exams.ordering import new_seed
from exams.services.finish import abandon_attempt, finish_attempt


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


@transaction.atomic
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
    facts = {"learner": learner, "test": test, "release": release}
    running = Attempt.objects.filter(learner=learner, test=test).open()
    for one in running:
        if one.is_overdue(now=now):
            finish_attempt(attempt=one, now=now)
        elif restart:
            abandon_attempt(attempt=one, now=now)
        else:
            return one, False
    try:
        return _create(**facts, mode=mode, length=length, now=now), True
    except IntegrityError:
        # Two starts at once: the partial unique constraint let one through.
        winner = running.all().first()
        if winner is None:
            raise
        return winner, False
