"""Every write of the attempt engine (DESIGN.md section 5 has the rules)."""

from exams.services.answers import (
    AnswerIn,
    AnswerOut,
    FlagIn,
    InvalidAnswer,
    PositionIn,
    check_position,
    record_answer,
    record_batch,
    record_position,
)
from exams.services.errors import AttemptClosed
from exams.services.finish import (
    close_overdue,
    end_capabilities,
    finish_attempt,
    settle,
)
from exams.services.start import NotOffered, start_attempt

__all__ = [
    "AnswerIn",
    "AnswerOut",
    "AttemptClosed",
    "FlagIn",
    "InvalidAnswer",
    "NotOffered",
    "PositionIn",
    "check_position",
    "close_overdue",
    "end_capabilities",
    "finish_attempt",
    "record_answer",
    "record_batch",
    "record_position",
    "settle",
    "start_attempt",
]
