"""The sweep has indexes of its own; SQLite, with few rows, may do without them."""

import pytest
from django.db import connection
from django.utils import timezone

from achievements.services import sweeping
from exams.models import Attempt

pytestmark = pytest.mark.django_db

QUERIES = {
    "attempt_closed": lambda: sweeping.closed_behind(now=timezone.now()),
    "attempt_open_practice": lambda: (
        Attempt.objects.open().filter(mode="practice", pk__gt=7).order_by("pk")[:10]
    ),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_can_use_the_index_made_for_it(name: str) -> None:
    with connection.cursor() as cursor:
        # A table of no rows is read as a whole, unless that is forbidden.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    assert name in QUERIES[name]().explain()
