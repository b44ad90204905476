"""Migrations that fill columns, with rows from before."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from exams import services
from exams.models import Attempt, DomainResult
from tests.exams.factories import make_attempt, make_test, wrong_choice
from tests.exams.sitting import sit_and_finish

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


def migrate(name: str) -> None:
    MigrationExecutor(connection).migrate([("exams", name)])


@pytest.fixture
def _latest_afterwards() -> Iterator[None]:
    yield
    executor = MigrationExecutor(connection)
    # Of all apps: going back took along those that build on what went.
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.usefixtures("_latest_afterwards")
def test_old_results_get_what_was_answered() -> None:
    test = make_test(n_questions=50)
    for n_skipped, length in ((0, 25), (7, 50), (25, 25)):
        attempt = make_attempt(test=test, length=length, mode="exam")
        back = services.AnswerIn(0, (), seq=99)
        kept = services.AnswerIn(1, wrong_choice(attempt, 1), seq=99)
        services.record_batch(attempt=attempt, answers=[back, kept], now=timezone.now())
        sit_and_finish(attempt, n_wrong=3, n_skipped=n_skipped)
    make_attempt(test=test)
    columns = ("attempt", "domain", "n_questions", "n_answered", "n_right")
    counted = list(DomainResult.objects.values_list(*columns))
    assert len({row[3] for row in counted}) > 3
    migrate("0006_find_left_behind")
    migrate("0007_domain_results_answered")
    assert list(DomainResult.objects.values_list(*columns)) == counted
    # What only the database holds is still there.
    with pytest.raises(DatabaseError):
        Attempt.objects.update(seed=1)
