"""The right to answer in one attempt, signed, so that an answer needs no session.

The runner gets a capability with the attempt's state, through the ordinary session.
It carries what is fixed for the attempt's whole life, so the answer path reads
neither session nor user nor attempt. It lives for minutes, and signing out or changing
the password ends it at once: both raise the epoch on the chunk rows
(``services.end_capabilities``), and the guarded UPDATE of an answer compares it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core import signing

from exams.models import Attempt

LIFE_SECONDS = 300
_SALT = "exams.capability"


class CapabilityExpired(Exception):
    """It was ours, but it is over: its minutes, or the session it came from."""


class CapabilityInvalid(Exception):
    """It is not ours, or not whole, or not for this attempt."""


@dataclass(frozen=True, slots=True)
class Capability:
    """What is signed; ``deadline`` in seconds since the epoch, 0 for none.

    It is the attempt's to the microsecond: whoever rounds it refuses answers as late
    to an attempt that still calls itself open. ``credit`` has a bit per question number
    that a right answer is paid for (``exams/credit.py``); 0 in an exam.
    """

    attempt: int
    learner: int
    release: int
    length: int
    is_exam: bool
    deadline: float
    epoch: int
    credit: int = 0

    def is_overdue(self, *, now: datetime) -> bool:
        return bool(self.deadline) and now.timestamp() >= self.deadline


def issue(attempt: Attempt, *, epoch: int, credit: int = 0) -> str:
    """Return a signed capability for the attempt, good for ``LIFE_SECONDS``."""
    deadline = attempt.deadline.timestamp() if attempt.deadline else 0
    content = [
        attempt.pk,
        attempt.learner_id,
        attempt.release_id,
        attempt.length,
        attempt.is_exam,
        deadline,
        epoch,
        credit,
    ]
    return signing.dumps(content, salt=_SALT)


def read(token: str) -> Capability:
    """Return what a capability says, or raise that it has expired or is not ours."""
    try:
        return Capability(*signing.loads(token, salt=_SALT, max_age=LIFE_SECONDS))
    except signing.SignatureExpired as error:
        raise CapabilityExpired from error
    except signing.BadSignature as error:
        raise CapabilityInvalid from error
