"""The exams' data, a module per noun: what is taught, what is asked, who sat it."""

from exams.models.attempt import AnswerChunk, Attempt, DomainResult
from exams.models.certification import Certification, Domain
from exams.models.question import Choice, Question
from exams.models.test import Offer, Release, Test, TestQuestion

__all__ = [
    "AnswerChunk",
    "Attempt",
    "Certification",
    "Choice",
    "Domain",
    "DomainResult",
    "Offer",
    "Question",
    "Release",
    "Test",
    "TestQuestion",
]
