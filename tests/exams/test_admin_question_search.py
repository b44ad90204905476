"""Finding a question in the back office, by its words and by what it is."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from exams.models import Question
from exams.models import TestQuestion as Place
from tests.exams.back_office import (
    make_agent,
    make_editor,
    signed_in,
)
from tests.exams.factories import (
    make_certification,
    make_learner,
    make_question,
    make_test,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/exams/question/"


@pytest.fixture
def editor() -> Client:
    return signed_in(make_editor())


@pytest.fixture
def question() -> Question:
    return make_question(make_certification(), stem="Which cable carries light?")


def page_of(question: Question) -> str:
    return reverse("admin:exams_question_change", args=[question.pk])


def found(editor: Client, **query: Any) -> list[Question]:
    return list(editor.get(LIST, query).context["cl"].result_list)


# --- the list -------------------------------------------------------------------------


def test_the_list_costs_the_same_however_many_there_are(
    editor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_test(n_questions=60, published=False)
    # Session, user, two of permissions, filter, count and the rows.
    with django_assert_max_num_queries(9):
        response = editor.get(LIST)
    assert len(response.context["cl"].result_list) == 50
    with django_assert_max_num_queries(10):
        editor.get(LIST, {"q": "stem of question", "status__exact": "ready"})


@pytest.mark.parametrize(
    "words",
    [
        "cable",
        "LIGHT cable",
        "teaches light",
        '"carries light"',
        "fibre cable",
        "glass",
        "fibre copper",
        "optics-1",
    ],
)
def test_a_question_is_found_by_any_of_its_words(editor: Client, words: str) -> None:
    certification = make_certification()
    make_question(certification, stem="Something else?")
    question = make_question(
        certification,
        slug="optics-1",
        stem="Which cable carries light?",
        explanation="It teaches optics.",
    )
    question.choices.filter(position=0).update(text="Fibre", why="Glass guides it.")
    question.choices.filter(position=1).update(text="Copper")
    assert found(editor, q=words) == [question]


@pytest.mark.parametrize("words", ["cable wireless", "'", '"', "%", "\\", "ca_le"])
def test_a_search_that_fits_nothing_finds_nothing(
    editor: Client, question: Question, words: str
) -> None:
    assert found(editor, q=words) == []


def test_filters_narrow_the_list(editor: Client) -> None:
    test = make_test(n_questions=5, published=False)
    certification, other = test.certification, make_question(make_certification())
    draft = make_question(certification, status="draft")
    hardware = certification.domains.get(slug="hardware")
    in_certification = {"certification__id__exact": certification.pk}
    assert len(found(editor, **in_certification)) == 6
    assert len(found(editor, **in_certification, domain=hardware.pk)) == 2
    assert found(editor, status__exact="draft") == [draft]
    assert len(found(editor, kind__exact="multiple")) == 1
    assert set(found(editor, use="free")) == {draft, other}
    assert len(found(editor, use="used")) == 5
    assert len(found(editor, domain="nonsense")) == 7


def test_the_list_counts_the_tests_a_question_is_in(editor: Client) -> None:
    test = make_test(n_questions=1, published=False)
    used = test.questions.get()
    second = make_test(test.certification, n_questions=0, published=False)
    Place.objects.create(test=second, question=used, position=0)
    (row,) = found(editor)
    assert row.n_places == 2
    page = editor.get(page_of(used)).text
    assert str(test) in page
    assert str(second) in page


# --- Ctrl+K ---------------------------------------------------------------------------


def test_ctrl_k_finds_questions_by_their_words(
    editor: Client, question: Question
) -> None:
    query = {"s": "light cable", "extended": 1}
    page = editor.get(reverse("admin:search"), query).text
    assert page_of(question) in page
    assert "Which cable carries light?" in page
    short = editor.get(reverse("admin:search"), {"s": "li", "extended": 1}).text
    assert page_of(question) not in short


def test_ctrl_k_tells_nobody_what_they_may_not_see(question: Question) -> None:
    query = {"s": "light cable", "extended": 1}
    for user, status in ((make_agent(), 200), (make_learner(), 403)):
        response = signed_in(user).get(reverse("admin:search"), query)
        assert response.status_code == status
        assert "carries light" not in response.text


@pytest.mark.parametrize("number", ["x", "0", "99"])
def test_a_page_of_results_that_is_none_is_404(
    editor: Client, question: Question, number: str
) -> None:
    query = {"s": "cable", "extended": 1, "page": number}
    assert editor.get(reverse("admin:search"), query).status_code == 404


# --- what a test's autocomplete offers ------------------------------------------------


def offered(client: Client, **query: Any) -> list[int]:
    about = {"app_label": "exams", "model_name": "test", "field_name": "questions"}
    response = client.get(reverse("admin:autocomplete"), about | query)
    return [int(one["id"]) for one in response.json()["results"]]


def test_a_test_is_offered_what_it_can_take(editor: Client) -> None:
    test = make_test(n_questions=3, published=False)
    free = make_question(test.certification, stem="The port of SSH?")
    make_question(test.certification, stem="A retired port?", status="retired")
    make_question(make_certification(), stem="Another port?")
    assert offered(editor, test=test.pk) == [free.pk]
    assert offered(editor, test=test.pk, term="port") == [free.pk]
    assert offered(editor, test=test.pk, term="cable") == []


def test_an_agent_is_offered_nothing(question: Question) -> None:
    about = {"app_label": "exams", "model_name": "test", "field_name": "questions"}
    response = signed_in(make_agent()).get(reverse("admin:autocomplete"), about)
    assert response.status_code == 403


@pytest.mark.both_databases
@pytest.mark.parametrize("digits", [18, 19, 30, 5000])
def test_ids_that_no_row_can_have_find_nothing_and_break_nothing(
    editor: Client, question: Question, digits: int
) -> None:
    number = "9" * digits
    offer = {
        "app_label": "exams",
        "model_name": "test",
        "field_name": "questions",
        "term": "light",
        "test": number,
    }
    for path, query in (
        (LIST, {"certification__id__exact": number}),
        (LIST, {"domain": number}),
        (f"{LIST}add/", {"certification": number, "domain": number}),
        ("/admin/exams/attempt/", {"q": number}),
        ("/admin/autocomplete/", offer),
    ):
        response = editor.get(path, query, follow=True)
        assert response.status_code in {200, 403}, path
