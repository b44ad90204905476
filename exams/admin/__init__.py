"""The back office of the exams, a module per noun."""

from exams.admin.attempt import AttemptAdmin
from exams.admin.certification import CertificationAdmin
from exams.admin.question import QuestionAdmin
from exams.admin.release import ReleaseAdmin
from exams.admin.test import TestAdmin

__all__ = [
    "AttemptAdmin",
    "CertificationAdmin",
    "QuestionAdmin",
    "ReleaseAdmin",
    "TestAdmin",
]
