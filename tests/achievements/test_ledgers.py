"""What the database itself holds of ledgers, balances and leaderboards."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from achievements.models import (
    CoinEntry,
    Standing,
    Statistics,
    XpEntry,
)
from achievements.services import settle_learner
from tests.exams.factories import make_attempt, make_learner
from tests.exams.sitting import sit_and_finish

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LEDGERS = [XpEntry, CoinEntry]


@pytest.fixture
def learner() -> User:
    attempt = sit_and_finish(make_attempt())
    settle_learner(attempt.learner_id, now=timezone.now())
    return attempt.learner


def refused(write: Callable[[], Any], *, by: str) -> None:
    with pytest.raises(Error, match=by), transaction.atomic():
        write()


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_row_never_changes(learner: User, ledger: Any) -> None:
    before = list(ledger.objects.values())
    rows = ledger.objects.filter(learner=learner)
    refused(lambda: rows.update(amount=1_000), by="never change")
    refused(lambda: rows.update(at=timezone.now()), by="never change")
    table = connection.ops.quote_name(ledger._meta.db_table)
    with connection.cursor() as cursor:
        sql = f"UPDATE {table} SET note = 'mine'"  # noqa: S608
        refused(lambda: cursor.execute(sql), by="never change")
    assert list(ledger.objects.values()) == before


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_question_is_paid_once(learner: User, ledger: Any) -> None:
    entry = ledger.objects.first()
    entry.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)


@pytest.mark.parametrize("ledger", LEDGERS)
@pytest.mark.parametrize(
    "change",
    [{"amount": 0}, {"amount": -10}, {"question": None}, {"attempt": None}],
)
def test_a_payment_names_its_answer_and_gives_something(
    learner: User, ledger: Any, change: dict[str, Any]
) -> None:
    entry = ledger.objects.first()
    ledger.objects.filter(pk=entry.pk).delete()
    entry.pk = None
    for name, value in change.items():
        setattr(entry, name, value)
    by = f"{'xp' if ledger is XpEntry else 'coin'}_entry_makes_sense"
    refused(lambda: entry.save(force_insert=True), by=by)


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_correction_is_about_no_question(learner: User, ledger: Any) -> None:
    entry = ledger.objects.first()
    entry.pk, entry.reason, entry.amount = None, ledger.Reason.CORRECTION, -5
    refused(lambda: entry.save(force_insert=True), by="entry_makes_sense")
    entry.question = None
    entry.save(force_insert=True)


@pytest.mark.parametrize("balance", ["xp", "coins"])
def test_a_balance_is_never_negative(learner: User, balance: str) -> None:
    own = Statistics.objects.filter(learner=learner)
    refused(lambda: own.update(**{balance: -1}), by=rf"(?i)check.*{balance}")
    own.update(**{balance: 0})


def test_a_standing_is_about_something_that_was_earned(learner: User) -> None:
    refused(lambda: Standing.objects.update(xp=0), by="standing_earned")


def test_the_rows_go_with_their_learner(learner: User) -> None:
    other = make_learner()
    settle_learner(other.pk, now=timezone.now())
    learner.delete()
    assert not XpEntry.objects.exists()
    assert not CoinEntry.objects.exists()
    assert list(Statistics.objects.values_list("pk", flat=True)) == [other.pk]
