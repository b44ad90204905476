"""What is kept about a learner, for comparing; and the little histories to compare."""

from datetime import datetime
from typing import Any

from django.db.models import Model, Sum
from django.utils import timezone

from accounts.models import User
from achievements.models import (
    ActiveDay,
    CoinEntry,
    CountedAttempt,
    Grant,
    Miss,
    Standing,
    Statistics,
    XpEntry,
)
from exams import services
from exams.models import Attempt, Test
from exams.models import TestQuestion as Place
from exams.publishing import publish_test
from tests.exams.factories import make_test, right_choices, wrong_choice

# Every table that settling writes, and the columns that say nothing of the facts.
TABLES: dict[type[Model], set[str]] = {
    ActiveDay: {"id"},
    CoinEntry: {"id"},
    CountedAttempt: set(),
    Grant: {"id", "granted_at", "told_at"},
    Miss: {"id"},
    Standing: {"id"},
    Statistics: {"n_untold"},
    XpEntry: {"id"},
}


def derived(learner: User) -> dict[str, list[dict[str, Any]]]:
    """Return all that is kept about the learner, by table, in a fixed order."""
    return {
        model.__name__: sorted(
            (
                {name: value for name, value in row.items() if name not in without}
                for row in model._default_manager.filter(learner=learner).values()
            ),
            key=repr,
        )
        for model, without in TABLES.items()
    }


def assert_adds_up(learner: User) -> None:
    """The statistics are the sums of the ledgers, and so are the leaderboards."""
    statistics = Statistics.objects.get(learner=learner)
    xp = XpEntry.objects.filter(learner=learner)
    coins = CoinEntry.objects.filter(learner=learner)
    assert statistics.xp == (xp.aggregate(sum=Sum("amount"))["sum"] or 0)
    assert statistics.coins == (coins.aggregate(sum=Sum("amount"))["sum"] or 0)
    assert statistics.coins_earned == statistics.coins
    assert paid(xp) == paid(coins)
    for board in Standing.Board:
        standings = Standing.objects.filter(learner=learner, board=board)
        assert (standings.aggregate(sum=Sum("xp"))["sum"] or 0) == statistics.xp


def paid(entries: Any) -> list[Any]:
    """Return what was paid for, when and by which attempt."""
    columns = entries.values_list("question", "attempt", "at")
    return sorted(columns)


def answer(
    attempt: Attempt, *questions: int, right: bool = True, now: datetime | None = None
) -> None:
    """Answer the questions of an attempt, all right or all wrong, whatever is there."""
    choices = right_choices if right else wrong_choice
    now = now or timezone.now()
    services.record_batch(
        attempt=attempt,
        answers=[
            services.AnswerIn(question, choices(attempt, question), seq=1)
            for question in questions
        ],
        now=now,
    )


def make_sibling(test: Test) -> Test:
    """Publish another test of the certification that has the same questions."""
    sibling = make_test(test.certification, n_questions=0, minutes=25, published=False)
    Place.objects.bulk_create(
        Place(test=sibling, question=place.question, position=place.position)
        for place in test.places.select_related("question")
    )
    publish_test(test=sibling, now=timezone.now())
    sibling.refresh_from_db()
    return sibling
