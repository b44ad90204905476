"""Every change of a thread: one way for the page, the API and the back office."""

from support.services.errors import (
    NotAllowed,
    NotClosed,
    NothingWritten,
    ThreadGone,
    TooLate,
    TooLong,
)
from support.services.messages import write_message
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
    "NotAllowed",
    "NotClosed",
    "NothingWritten",
    "ThreadGone",
    "TooLate",
    "TooLong",
    "assign_thread",
    "close_quiet_threads",
    "close_thread",
    "rate_thread",
    "reopen_thread",
    "see_thread",
    "start_thread",
    "write_message",
]
