"""Every change of a thread: one way for the page, the API and the back office."""

from support.services.errors import (
    LearnerWrote,
    NotAllowed,
    NotClosed,
    NothingWritten,
    PersonGone,
    ThreadGone,
    TooLate,
    TooLong,
)
from support.services.mails import mail_answers, mail_new_threads
from support.services.messages import write_message
from support.services.preferences import choose_mail, mail_preference
from support.services.starting import Carried, start_thread
from support.services.threads import (
    assign_thread,
    close_quiet_threads,
    close_thread,
    rate_thread,
    reopen_thread,
    see_thread,
)

__all__ = [
    "Carried",
    "LearnerWrote",
    "NotAllowed",
    "NotClosed",
    "NothingWritten",
    "PersonGone",
    "ThreadGone",
    "TooLate",
    "TooLong",
    "assign_thread",
    "choose_mail",
    "close_quiet_threads",
    "close_thread",
    "mail_answers",
    "mail_new_threads",
    "mail_preference",
    "rate_thread",
    "reopen_thread",
    "see_thread",
    "start_thread",
    "write_message",
]
