"""Tests in the back office: which questions, in which order, in which state."""

from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import inlineformset_factory
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from exams.admin.drafts import DraftState, draft_states
from exams.admin.ordering import OrderedFormSet
from exams.admin.test_forms import PlaceForm
from exams.models import Question, Test
from exams.models import TestQuestion as Place
from exams.publishing import publish_test
from tests.exams.back_office import (
    errors_of,
    form_data,
    make_editor,
    row_of,
    signed_in,
)
from tests.exams.factories import make_certification, make_question, make_test
from tests.exams.racing import committed, race

pytestmark = pytest.mark.django_db
LIST = "/admin/exams/test/"
ADD = "/admin/exams/test/add/"


@pytest.fixture
def editor() -> Client:
    return signed_in(make_editor())


@pytest.fixture
def test() -> Test:
    return make_test(n_questions=4, published=False)


def page_of(test: Test) -> str:
    return reverse("admin:exams_test_change", args=[test.pk])


def questions_of(test: Test) -> list[int]:
    places = test.places.order_by("position")
    assert [place.position for place in places] == list(range(len(places)))
    return [place.question_id for place in places]


def save(editor: Client, test: Test, **changes: Any) -> None:
    data = form_data(editor.get(page_of(test))) | changes
    assert editor.post(page_of(test), data).status_code == 302


# --- the list and the state -----------------------------------------------------------


def test_the_list_costs_the_same_however_many_there_are(
    editor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    certification = make_certification()
    for _ in range(6):
        make_test(certification, n_questions=25)
    # Session, user, two of permissions, filter, count, rows; then for the state the
    # places with their questions, and the choices.
    with django_assert_max_num_queries(11):
        editor.get(LIST)


def test_the_list_says_how_each_draft_stands(editor: Client) -> None:
    never = make_test(n_questions=1, published=False)
    same = make_test()
    changed = make_test()
    Question.objects.filter(places__test=changed, places__position=3).update(tip="New")
    rows = {row.pk: row for row in editor.get(LIST).context["cl"].result_list}
    assert rows[never.pk].draft_state == DraftState.NEVER
    assert rows[same.pk].draft_state == DraftState.SAME
    assert rows[changed.pk].draft_state == DraftState.CHANGED
    page = editor.get(page_of(changed)).text
    assert "Unpublished changes" in page
    assert "Release 1, " in page


@pytest.mark.parametrize("change", ["minutes", "order", "fewer", "why", "right"])
def test_every_change_that_a_release_would_hold_is_one(change: str) -> None:
    test = make_test(n_questions=26)
    last = test.places.get(position=25)
    if change == "minutes":
        test.minutes += 1
    elif change == "order":
        last.position = 100
        last.save()
        test.places.filter(position=24).update(position=25)
        test.places.filter(position=100).update(position=24)
    elif change == "fewer":
        last.delete()
    elif change == "why":
        last.question.choices.filter(position=0).update(why="Another reason.")
    else:
        last.question.choices.update(is_correct=True)
    assert draft_states([test]) == {test.pk: DraftState.CHANGED}


def test_a_title_is_no_change_of_the_release() -> None:
    test = make_test()
    test.title = "Another"
    assert draft_states([test]) == {test.pk: DraftState.SAME}


def test_what_is_undone_is_no_change() -> None:
    test = make_test()
    Question.objects.filter(places__test=test).update(tip="New")
    publish_test(test=test, now=timezone.now())
    test.refresh_from_db()
    assert draft_states([test]) == {test.pk: DraftState.SAME}


def test_filters_narrow_the_list(editor: Client) -> None:
    out, draft = make_test(), make_test(n_questions=1, published=False)
    assert _ids(editor, published="yes") == [out.pk]
    assert _ids(editor, published="no") == [draft.pk]
    of_draft = {"certification__id__exact": draft.certification_id}
    assert _ids(editor, **of_draft) == [draft.pk]


def _ids(editor: Client, **query: Any) -> list[int]:
    rows = editor.get(LIST, query).context["cl"].result_list
    return [row.pk for row in rows]


# --- the form -------------------------------------------------------------------------


def test_a_new_test_goes_on_to_its_questions(editor: Client) -> None:
    certification = make_certification()
    data = form_data(editor.get(ADD)) | {
        "certification": certification.pk,
        "number": 7,
        "title": "Test 7",
        "difficulty": "merciless",
        "minutes": 90,
    }
    response = editor.post(ADD, data)
    test = Test.objects.get()
    assert response.headers["Location"] == page_of(test)
    assert "Add questions" in editor.get(page_of(test)).text


def test_a_number_is_taken_once_in_a_certification(editor: Client, test: Test) -> None:
    data = form_data(editor.get(ADD)) | {
        "certification": test.certification_id,
        "number": test.number,
        "title": "Another",
        "difficulty": "normal",
        "minutes": 90,
    }
    assert "already exists" in errors_of(editor.post(ADD, data))


@pytest.mark.parametrize("is_published", [True, False])
def test_the_number_stays(editor: Client, is_published: bool) -> None:
    """Number 0 shows the keys to everybody."""
    test = make_test(published=is_published)
    save(editor, test, number=Test.SAMPLES, title="Renamed")
    test.refresh_from_db()
    assert (test.number, test.title) == (1, "Renamed")


@pytest.mark.parametrize(("before", "after"), [(1, 0), (0, 1)])
def test_what_is_published_never_turns_into_samples_or_back(
    before: int, after: int
) -> None:
    for is_published in (True, False):
        test = make_test(number=before, published=is_published)
        test.clean()
        test.number = after
        if is_published:
            with pytest.raises(ValidationError, match="make a new one"):
                test.clean()
        else:
            test.clean()


def test_questions_are_added_to_the_end_in_the_order_they_were_chosen_in(
    editor: Client, test: Test
) -> None:
    before = questions_of(test)
    new = [make_question(test.certification).pk for _ in range(3)]
    new = [new[2], new[0], new[1]]
    save(editor, test, new_questions=new)
    assert questions_of(test) == before + new


def test_what_is_there_already_is_not_added_twice(editor: Client, test: Test) -> None:
    before = questions_of(test)
    save(editor, test, new_questions=[before[0]])
    assert questions_of(test) == before


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "wrong", ["other", "retired", "unknown", "nonsense", "long", "longer"]
)
def test_what_the_test_cannot_take_is_refused(
    editor: Client, test: Test, wrong: str
) -> None:
    before = questions_of(test)
    pk: Any = {
        "other": lambda: make_question(make_certification()).pk,
        "retired": lambda: make_question(test.certification, status="retired").pk,
        "unknown": lambda: 999_999,
        "nonsense": lambda: "abc",
        "long": lambda: "9" * 30,
        "longer": lambda: "9" * 5000,
    }[wrong]()
    data = form_data(editor.get(page_of(test))) | {"new_questions": [pk]}
    assert errors_of(editor.post(page_of(test), data))
    assert questions_of(test) == before


@pytest.mark.parametrize(
    ("places", "order"),
    [({4: 1}, "3012"), ({1: 4}, "1230"), ({1: 2, 2: 1}, "1023")],
)
def test_questions_take_the_places_that_were_asked_for(
    editor: Client, test: Test, places: dict[int, int], order: str
) -> None:
    before = questions_of(test)
    data = form_data(editor.get(page_of(test)))
    changes = {
        f"{row_of(data, 'places', position=at)}-position": to
        for at, to in places.items()
    }
    save(editor, test, **changes)
    assert questions_of(test) == [before[int(at)] for at in order]


def test_a_question_leaves_and_another_comes_in_one_save(
    editor: Client, test: Test
) -> None:
    before, new = questions_of(test), make_question(test.certification).pk
    data = form_data(editor.get(page_of(test)))
    leaving = row_of(data, "places", position=2)
    save(editor, test, **{f"{leaving}-DELETE": "on", "new_questions": [new]})
    assert questions_of(test) == [before[0], *before[2:], new]


def test_a_hundred_questions_are_turned_round(editor: Client) -> None:
    test = make_test(n_questions=100, published=False)
    before = questions_of(test)
    data = form_data(editor.get(page_of(test)))
    changes = {f"places-{row}-position": 99 - row for row in range(100)}
    assert data["places-99-position"] == 100
    save(editor, test, **changes)
    assert questions_of(test) == before[::-1]


def test_the_page_costs_the_same_however_many_questions_it_has(
    editor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    test = make_test(n_questions=100)
    # Session, user, two of permissions, the test, its rows; for the state the places
    # with their questions, and the choices; the domains; the content type.
    with django_assert_max_num_queries(11):
        editor.get(page_of(test))


def move(test: Test, row: int, *, to: int) -> list[Any]:
    """Save the list of questions with one row at another place."""
    form_set = inlineformset_factory(
        Test, Place, form=PlaceForm, formset=OrderedFormSet, extra=0
    )
    sent: dict[str, Any] = {"places-TOTAL_FORMS": 4, "places-INITIAL_FORMS": 4}
    for number, place in enumerate(test.places.order_by("position")):
        sent[f"places-{number}-id"] = place.pk
        sent[f"places-{number}-position"] = to if number == row else number + 1
    formset = form_set(data=sent, instance=test)
    assert formset.is_valid()
    with transaction.atomic():
        return formset.save()


@committed
@pytest.mark.both_databases
def test_two_editors_who_save_at_the_same_moment_lose_nothing() -> None:
    test = make_test(n_questions=4, published=False)
    before = questions_of(test)
    calls = [partial(move, test, row, to=4) for row in (0, 1)]
    race(calls, behind=Test.objects.filter(pk=test.pk))
    assert sorted(questions_of(test)) == sorted(before)


def test_the_certification_stays(editor: Client, test: Test) -> None:
    own = test.certification_id
    save(editor, test, certification=make_certification().pk)
    test.refresh_from_db()
    assert test.certification_id == own


def test_the_page_says_which_domains_have_too_few_questions(
    editor: Client, test: Test
) -> None:
    page = editor.get(page_of(test)).text
    assert "50&nbsp;%, 10 points off" in page
    empty = make_test(n_questions=0, published=False)
    assert "No questions yet" in editor.get(page_of(empty)).text
