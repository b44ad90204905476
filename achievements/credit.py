"""What practice answers bring, told with the attempt's state and its answers.

Told is what settling pays later (``achievements/services``). Nothing of it is stored,
so whatever was told, the ledger is right.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, F, Value

from achievements.amounts import COINS, XP
from achievements.levels import level_at, xp_for_level
from achievements.models import Statistics, XpEntry
from achievements.querysets import uncounted_attempts
from exams.credit import Account
from exams.entries import Answer
from exams.models import Attempt
from exams.releases import ReleaseContent, release_content
from exams.scoring import answer_points
from exams.snapshot import QuestionKey

# An attempt of 100 questions is worth two levels of 500 XP.
_LEVELS_AHEAD = 5


def is_right(key: QuestionKey, answer: Answer) -> bool:
    return bool(answer.choices) and answer_points(key, answer.choices) == 1


@dataclass(frozen=True, slots=True)
class _Ledger:
    """The learner's XP at one moment, and who was paid for the attempt's questions."""

    xp: int
    paid_here: int
    elsewhere: frozenset[int]

    @classmethod
    def read(cls, attempt: Attempt, questions: list[int]) -> "_Ledger":
        """One statement: read one after the other, sum and rows might not agree."""
        none = Value(0, output_field=BigIntegerField())
        rows = (
            XpEntry.objects.filter(
                learner=attempt.learner_id,
                question__in=questions,
                reason=XpEntry.Reason.RIGHT_ANSWER,
            )
            .order_by()
            .values_list("question_id", "attempt_id", "amount")
            .union(
                Statistics.objects.filter(learner=attempt.learner_id)
                .annotate(question=none, attempt=none, amount=F("xp"))
                .values_list("question", "attempt", "amount"),
                all=True,
            )
        )
        found = list(rows)
        return cls(
            xp=sum(amount for question, _, amount in found if not question),
            paid_here=sum(
                amount
                for question, by, amount in found
                if question and by == attempt.pk
            ),
            elsewhere=frozenset(
                question for question, by, _ in found if question and by != attempt.pk
            ),
        )


def _about_to_be_paid(attempt: Attempt) -> Iterator[int]:
    """Yield the questions that closed attempts of the test got right, not yet counted.

    Who starts a test anew may be faster than the worker that counts the old attempt.
    """
    others = uncounted_attempts().filter(learner=attempt.learner_id, test=attempt.test)
    # There is one running attempt per test: the others are closed.
    others = others.exclude(pk=attempt.pk)
    told = others.exclude(mode=Attempt.Mode.EXAM, finished_at=None)
    for release, answers in told.values_list("release_id", "chunks__answers"):
        keys = release_content(release).keys
        for number, entry in (answers or {}).items():
            key = keys[int(number)]
            if is_right(key, Answer.decode(entry)):
                yield key.question


def _earned(content: ReleaseContent, answers: Mapping[int, Answer], paid: int) -> int:
    """Return the XP of the right answers to the questions that are paid for."""
    return XP * sum(
        paid >> number & 1
        for number, answer in answers.items()
        if is_right(content.keys[number], answer)
    )


def _standing(xp: int) -> dict[str, Any]:
    level = level_at(xp)
    return {
        "xp": xp,
        "level": level,
        "level_starts_at": xp_for_level(level),
        "next_levels": [xp_for_level(level + n + 1) for n in range(_LEVELS_AHEAD)],
    }


class Payments:
    """The provider of ``exams/credit.py``: two queries for an account."""

    reward: Mapping[str, int] = {"xp": XP, "coins": COINS}

    def account(self, attempt: Attempt, answers: Mapping[int, Answer]) -> Account:
        """See ``exams.credit.Credit``.

        What is about to be paid is read first: what is counted between the two queries
        is in both, and not in neither.
        """
        content = release_content(attempt.release_id)
        asked = [key.question for key in content.keys[: attempt.length]]
        others = set(_about_to_be_paid(attempt))
        ledger = _Ledger.read(attempt, asked)
        others |= ledger.elsewhere
        paid = sum(1 << n for n, question in enumerate(asked) if question not in others)
        earned = _earned(content, answers, paid)
        # A correction may have taken more than what is paid from elsewhere.
        xp = max(0, ledger.xp - ledger.paid_here + earned)
        return Account(paid, _standing(xp))
