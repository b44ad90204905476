"""Attempts in the back office: what staff can see of them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from exams import services
from exams.models import Attempt
from exams.services import AnswerIn, FlagIn
from tests.exams.back_office import make_onlooker, make_superuser, signed_in
from tests.exams.factories import (
    make_attempt,
    make_certification,
    make_learner,
    make_test,
    right_choices,
    wrong_choice,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/exams/attempt/"


@pytest.fixture
def onlooker() -> Client:
    return signed_in(make_onlooker())


def page_of(attempt: Attempt) -> str:
    return reverse("admin:exams_attempt_change", args=[attempt.pk])


def found(client: Client, **query: Any) -> list[Attempt]:
    return list(client.get(LIST, query).context["cl"].result_list)


def answer(attempt: Attempt, right: int, wrong: int) -> None:
    answers = [
        AnswerIn(
            n,
            right_choices(attempt, n) if n < right else wrong_choice(attempt, n),
            seq=n + 1,
            seconds=31,
        )
        for n in range(right + wrong)
    ]
    services.record_batch(
        attempt=attempt,
        answers=answers,
        flags=[FlagIn(0, on=True, seq=1)],
        now=timezone.now(),
    )


def test_the_list_costs_the_same_however_many_there_are(
    onlooker: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    tests = [make_test(make_certification()) for _ in range(2)]
    for number in range(20):
        make_attempt(make_learner(), tests[number % 2])
    # Session, user, two of permissions, filters and the rows: no count of the table.
    with django_assert_max_num_queries(8):
        response = onlooker.get(LIST)
    assert len(response.context["cl"].result_list) == 20


def test_the_newest_come_first_and_pages_follow_each_other(onlooker: Client) -> None:
    test = make_test()
    attempts = [make_attempt(make_learner(), test) for _ in range(55)]
    pages = [found(onlooker), found(onlooker, p=2), found(onlooker, p=3)]
    assert [len(page) for page in pages] == [50, 5, 0]
    assert pages[0] + pages[1] == attempts[::-1]


def test_an_attempt_is_found_by_its_learner_or_number(onlooker: Client) -> None:
    test = make_test()
    lena = make_learner(display_name="Lena L", email="lena@example.com")
    own, other = make_attempt(lena, test), make_attempt(make_learner(), test)
    assert found(onlooker, q="lena") == [own]
    assert found(onlooker, q="lena@example.com") == [own]
    assert found(onlooker, q=str(other.pk)) == [other]
    for nothing in ("lena@", "example", "9" * 400, "½", "²"):
        assert found(onlooker, q=nothing) == []


def test_filters_narrow_the_list(onlooker: Client) -> None:
    test = make_test(n_questions=50)
    running = make_attempt(make_learner(), test, mode="exam", length=50)
    finished, abandoned = (make_attempt(make_learner(), test) for _ in range(2))
    services.finish_attempt(attempt=finished, now=timezone.now())
    services.start_attempt(
        learner=abandoned.learner,
        test=test,
        mode="practice",
        length=25,
        now=timezone.now(),
        restart=True,
    )
    assert found(onlooker, state="finished") == [finished]
    assert found(onlooker, state="abandoned") == [abandoned]
    assert len(found(onlooker, state="open")) == 2
    assert found(onlooker, mode__exact="exam") == [running]
    assert len(found(onlooker, state="nonsense")) == 4


def test_the_address_bar_is_no_way_to_a_learner_s_address(onlooker: Client) -> None:
    make_attempt(make_learner(email="lena@example.com"))
    for lookup in ("learner__email__startswith", "learner__password__startswith"):
        assert onlooker.get(LIST, {lookup: "l"}).status_code in {302, 400}


def test_a_finished_attempt_shows_every_answer(
    onlooker: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    attempt = make_attempt(make_learner(display_name="Lena L"))
    answer(attempt, right=3, wrong=2)
    services.finish_attempt(attempt=attempt, now=timezone.now())
    # Session, user, two of permissions, the attempt, its release, its chunks.
    with django_assert_max_num_queries(10):
        page = onlooker.get(page_of(attempt)).text
    assert "Lena L" in page
    assert attempt.learner.email not in page
    assert page.count("bo-outcome--right") == 3
    assert page.count("bo-outcome--wrong") == 2
    assert page.count("bo-outcome--not-answered") == 20
    assert "3 of 25 (5 answered)" in page
    assert page.count("flagged") == 1


def test_practice_tells_as_it_goes(onlooker: Client) -> None:
    attempt = make_attempt()
    answer(attempt, right=1, wrong=1)
    assert onlooker.get(page_of(attempt)).text.count("bo-outcome--right") == 1


def test_a_running_exam_tells_nobody_what_is_right(onlooker: Client) -> None:
    attempt = make_attempt(mode="exam")
    answer(attempt, right=2, wrong=2)
    page = onlooker.get(page_of(attempt)).text
    assert "bo-outcome--right" not in page
    assert "bo-outcome--wrong" not in page
    assert page.count("bo-outcome--answered") == 4
    assert "EXPLANATION" not in page


def test_nobody_changes_or_removes_one() -> None:
    attempt = make_attempt()
    client = signed_in(make_superuser())
    assert client.post(page_of(attempt), {"mode": "exam"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [attempt.pk]}
    client.post(LIST, data)
    attempt.refresh_from_db()
    assert attempt.mode == "practice"
