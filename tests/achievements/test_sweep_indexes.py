"""The sweep has indexes of its own; SQLite, with few rows, may do without them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from achievements.services import sweeping
from exams.models import Attempt
from tests.exams.factories import make_attempt

pytestmark = pytest.mark.django_db

QUERIES = {
    "attempt_closed": lambda: sweeping.closed_behind(now=timezone.now()),
    "attempt_open_practice": lambda: (
        Attempt.objects.open().filter(mode="practice", pk__gt=7).order_by("pk")[:10]
    ),
}


def make_closed_long_ago(n: int) -> None:
    """Make so many attempts that it matters how they are read."""
    first = make_attempt()
    then = timezone.now() - timedelta(days=100)
    columns = ("learner_id", "test_id", "release_id", "mode", "length", "seed")
    same = {name: getattr(first, name) for name in columns}
    Attempt.objects.bulk_create(
        Attempt(**same, started_at=then, abandoned_at=then) for _ in range(n)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE exams_attempt")


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_uses_the_index_made_for_it(name: str) -> None:
    make_closed_long_ago(3_000)
    assert name in QUERIES[name]().explain()
