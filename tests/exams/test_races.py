"""Everything that two people, tabs or processes could do at the same moment.

Two ways to meet: calls that all start at once, and calls that all wait for the same
locked row and are let go together.
"""

from collections import Counter
from functools import partial
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from exams import services
from exams.models import AnswerChunk, Attempt, Release, Test
from exams.publishing import publish_test
from exams.services import AnswerIn, FlagIn
from tests.exams.factories import make_attempt, make_learner, make_test
from tests.exams.racing import (
    Call,
    chunk_of,
    committed,
    race,
    row_of,
    send,
    start,
    stored,
)

pytestmark = [committed, pytest.mark.both_databases]

MODES = ("practice", "exam")


# --- answers that meet ----------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_of_50_identical_answers_one_is_saved(mode: str) -> None:
    attempt = make_attempt(mode=mode)
    outs = race(
        [partial(send, attempt, 3, (1,), 7) for _ in range(50)],
        behind=chunk_of(attempt),
    )
    outcomes = Counter(out.outcome for out in outs)
    assert outcomes == {"saved": 1, "unchanged": 49}
    assert {out.stands.choices for out in outs} == {(1,)}
    assert [(one.choices, one.seq) for one in stored(attempt).values()] == [((1,), 7)]


def test_of_50_different_practice_answers_one_stands_and_all_are_told_which() -> None:
    attempt = make_attempt()
    outs = race(
        [partial(send, attempt, 3, (n % 4,), n + 1) for n in range(50)],
        behind=chunk_of(attempt),
    )
    [winner] = [out.stands for out in outs if out.outcome == "saved"]
    assert {out.stands for out in outs} == {winner}
    assert stored(attempt) == {3: winner}
    for n, out in enumerate(outs):
        if out.stands.seq != n + 1:
            same = winner.choices == (n % 4,)
            assert out.outcome == ("unchanged" if same else "superseded")


def test_of_exam_answers_the_highest_number_stands_in_whatever_order() -> None:
    attempt = make_attempt(mode="exam")
    numbers = list(range(1, 51))
    Random(1).shuffle(numbers)
    outs = race(
        [partial(send, attempt, 3, (seq % 4,), seq) for seq in numbers],
        behind=chunk_of(attempt),
    )
    assert (stored(attempt)[3].choices, stored(attempt)[3].seq) == ((50 % 4,), 50)
    for seq, out in zip(numbers, outs, strict=True):
        assert out.stands.seq >= seq
        assert (out.outcome == "saved") == (out.stands.seq == seq)


def test_of_exam_answers_with_one_number_the_same_one_stands_every_time() -> None:
    attempt = make_attempt(mode="exam")
    for question in range(10):
        race(
            [
                partial(send, attempt, question, (n,), 9)
                for n in Random(question).sample(range(4), 4)
            ],
            behind=chunk_of(attempt),
        )
    assert {one.choices for one in stored(attempt).values()} == {(3,)}


def test_neighbours_in_a_chunk_do_not_overwrite_each_other() -> None:
    attempt = make_attempt(mode="exam")
    calls: list[Call] = [partial(send, attempt, q, (1,)) for q in range(20)]
    calls += [
        partial(
            services.record_batch,
            attempt=attempt,
            answers=[AnswerIn(question, (2,), 5)],
            flags=[FlagIn(question, True, 5)],
            now=timezone.now(),
        )
        for question in range(20, 25)
    ]
    race(calls, behind=chunk_of(attempt))
    assert {q: one.choices for q, one in stored(attempt).items()} == {
        question: (1,) if question < 20 else (2,) for question in range(25)
    }
    assert sorted(chunk_of(attempt).get().flags) == ["20", "21", "22", "23", "24"]


# --- starts that meet -----------------------------------------------------------------


@pytest.mark.parametrize("n_starts", [2, 8])
def test_starts_that_meet_leave_one_open_attempt(n_starts: int) -> None:
    test = make_test()
    for _ in range(8):
        learner = make_learner()
        results = race([partial(start, learner, test) for _ in range(n_starts)])
        assert len({attempt.pk for attempt, _ in results}) == 1
        assert Counter(created for _, created in results)[True] == 1
        assert Attempt.objects.taken_by(learner).count() == 1
        assert AnswerChunk.objects.filter(attempt__learner=learner).count() == 1


@pytest.mark.parametrize("n_starts", [2, 8])
def test_restarts_that_meet_leave_one_open_attempt(n_starts: int) -> None:
    test = make_test()
    for _ in range(8):
        learner = make_learner()
        old, _ = start(learner, test)
        results = race(
            [partial(start, learner, test, restart=True) for _ in range(n_starts)],
            behind=row_of(old),
        )
        assert Attempt.objects.taken_by(learner).open().count() == 1
        made = {attempt.pk for attempt, created in results if created}
        every = Attempt.objects.taken_by(learner).exclude(pk=old.pk)
        assert set(every.values_list("pk", flat=True)) == made
        assert {attempt.pk for attempt, _ in results} <= made
        assert all(chunk.closed for chunk in old.chunks.all())


def test_starts_and_restarts_that_meet_all_get_an_attempt() -> None:
    test = make_test()
    for _ in range(15):
        learner = make_learner()
        start(learner, test)
        results = race(
            [partial(start, learner, test, restart=n % 2 == 0) for n in range(8)]
        )
        assert all(attempt.pk for attempt, _ in results)
        assert Attempt.objects.taken_by(learner).open().count() == 1


# --- publishing -----------------------------------------------------------------------


def test_publishing_the_same_test_at_once_makes_one_release() -> None:
    test = make_test(published=False)
    publish = partial(publish_test, test=test, now=timezone.now())
    results = race([publish] * 4, behind=Test.objects.filter(pk=test.pk))
    assert Counter(is_new for _, is_new in results) == {True: 1, False: 3}
    [release] = Release.objects.filter(test=test)
    assert {found.pk for found, _ in results} == {release.pk}
    test.refresh_from_db()
    assert test.current_release == release


def test_editors_who_publish_at_once_make_releases_in_a_row() -> None:
    test = make_test()

    def edit_and_publish(minutes: int) -> Release:
        Test.objects.filter(pk=test.pk).update(minutes=minutes)
        return publish_test(test=test, now=timezone.now())[0]

    for n_round in range(5):
        race([partial(edit_and_publish, 10 * n_round + n) for n in range(30, 34)])
    releases = Release.objects.filter(test=test)
    assert sorted(releases.values_list("number", flat=True)) == list(
        range(1, releases.count() + 1)
    )
    test.refresh_from_db()
    latest = releases.order_by("-number").first()
    assert latest is not None
    assert (test.current_release, latest.minutes) == (latest, test.minutes)


# --- through HTTP ---------------------------------------------------------------------


def signed_in(learner: User) -> Client:
    client = Client()
    client.force_login(learner)
    return client


def test_two_browsers_that_start_get_the_same_attempt() -> None:
    test, learner = make_test(), make_learner()
    body = {"test": test.pk, "mode": "exam", "length": 25}

    def post(client: Client) -> tuple[int, dict[str, Any]]:
        response = client.post("/api/attempts", body, content_type="application/json")
        return response.status_code, response.json()

    answers = race([partial(post, signed_in(learner)) for _ in range(8)])
    assert Counter(status for status, _ in answers) == {201: 1, 200: 7}
    assert len({content["id"] for _, content in answers}) == 1


def test_two_browsers_that_finish_are_told_the_same() -> None:
    learner, test = make_learner(), make_test()
    for _ in range(5):
        attempt = make_attempt(learner, test, mode="exam")
        waiting = [{"question": q, "choices": [1], "seq": 1} for q in range(5)]

        def post(client: Client, url: str, body: Any) -> tuple[int, dict[str, Any]]:
            response = client.post(url, body, content_type="application/json")
            return response.status_code, response.json()

        url = f"/api/attempts/{attempt.pk}/finish"
        answers = race(
            [
                partial(post, signed_in(learner), url, {"answers": waiting})
                for _ in range(4)
            ],
            behind=chunk_of(attempt),
        )
        told = {"state": "finished", "url": f"/attempts/{attempt.pk}/result/"}
        assert answers == [(200, told)] * 4
        attempt.refresh_from_db()
        assert attempt.n_answered == 5
