"""Who waits for whom on PostgreSQL (SQLite has no row locks to take in any order)."""

import threading

from django.db import connection

from accounts.services import delete_account
from exams import services
from exams.models import AnswerChunk, Attempt
from tests.exams.factories import make_attempt, make_test
from tests.exams.racing import await_waiting, committed, held, race, send

pytestmark = committed


def test_signing_out_takes_the_chunks_in_order_as_finishing_does() -> None:
    attempt = make_attempt(test=make_test(n_questions=100), mode="exam", length=100)
    chunks = AnswerChunk.objects.filter(attempt=attempt)
    send(attempt, 0, (1,))  # Now the first chunk's row stands last in the table.

    def sign_out() -> int:
        # Whatever plan PostgreSQL chooses: this one reads rows as they stand.
        with connection.cursor() as cursor:
            cursor.execute("SET enable_indexscan = off; SET enable_bitmapscan = off")
        return services.end_capabilities(attempt.learner)

    thread = threading.Thread(target=race, args=([sign_out],))
    with held(chunks.filter(index=0)):
        thread.start()
        await_waiting(lambda: 1)
        # It waits for the first one, so it may not hold any of the others yet.
        others = chunks.filter(index__gt=0).select_for_update(nowait=True)
        assert len(others) == 3
    thread.join()
    assert set(chunks.values_list("epoch", flat=True)) == {1}


def test_leaving_takes_the_attempt_before_its_chunks_as_finishing_does() -> None:
    attempt = make_attempt(mode="exam")
    learner = attempt.learner

    def leave() -> None:
        delete_account(user=learner)

    thread = threading.Thread(target=race, args=([leave],))
    with held(Attempt.objects.filter(pk=attempt.pk)):
        thread.start()
        await_waiting(lambda: 1)
        # It waits for the attempt, so it may not hold any of its chunks yet.
        chunks = AnswerChunk.objects.filter(attempt=attempt)
        assert len(chunks.select_for_update(nowait=True)) == 1
    thread.join()
    assert not Attempt.objects.filter(pk=attempt.pk).exists()
