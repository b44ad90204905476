"""Paying XP and coins: for the first right answer to each question, once."""

from collections.abc import Iterable
from typing import Any

from achievements.amounts import COINS, XP
from achievements.models import CoinEntry, XpEntry
from achievements.services.reading import Answered

_ROWS_PER_STATEMENT = 1_000


def pay(learner_id: int, answers: Iterable[Answered]) -> list[Answered]:
    """Pay for what is right and was never paid for; return those answers, in order.

    The learner's lock is held, so nobody pays the same between reading and writing.
    """
    first: dict[int, Answered] = {}
    for answer in answers:
        if answer.is_right:
            first.setdefault(answer.question, answer)
    reason = XpEntry.Reason.RIGHT_ANSWER
    entries = XpEntry.objects.filter(learner=learner_id, reason=reason)
    paid = entries.filter(question__in=first).values_list("question_id", flat=True)
    for question in paid if first else ():
        if question is not None:
            del first[question]
    _write(learner_id, first.values())
    return list(first.values())


def _write(learner_id: int, earned: Iterable[Answered]) -> None:
    ledgers: list[tuple[Any, int]] = [(XpEntry, XP), (CoinEntry, COINS)]
    for model, amount in ledgers:
        model.objects.bulk_create(
            (
                model(
                    learner_id=learner_id,
                    reason=model.Reason.RIGHT_ANSWER,
                    question_id=answer.question,
                    attempt_id=answer.attempt,
                    amount=amount,
                    at=answer.at,
                )
                for answer in earned
            ),
            batch_size=_ROWS_PER_STATEMENT,
        )
