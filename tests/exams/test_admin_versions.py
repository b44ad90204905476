"""Two editors of one question, or of one test: the second is told, nothing is lost."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.forms import inlineformset_factory, modelform_factory
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from accounts.models import User
from exams.admin.ordering import OrderedFormSet
from exams.admin.question_forms import ChoiceForm, ChoiceFormSet, QuestionForm
from exams.admin.test_forms import PlaceForm, TestForm
from exams.bank.loading import load_banks
from exams.models import Choice, Question, Test
from exams.models import TestQuestion as Place
from exams.publishing import publish_test
from tests.exams import banks
from tests.exams.back_office import (
    errors_of,
    form_data,
    make_editor,
    row_of,
    signed_in,
)
from tests.exams.factories import make_certification, make_question, make_test
from tests.exams.racing import committed, race


def question_page(question: Question) -> str:
    return reverse("admin:exams_question_change", args=[question.pk])


def page_of_test(test: Test) -> str:
    return reverse("admin:exams_test_change", args=[test.pk])


def questions_of(test: Test) -> list[int]:
    places = test.places.order_by("position")
    return list(places.values_list("question", flat=True))


@pytest.fixture
def ada(db: None) -> User:
    return _named("Ada")


@pytest.fixture
def bob(db: None) -> User:
    return _named("Bob")


def _named(name: str) -> User:
    editor = make_editor()
    editor.display_name = name
    editor.save()
    return editor


@pytest.fixture
def question(db: None) -> Question:
    return make_question(make_certification(), stem="Which cable carries light?")


@pytest.fixture
def test(db: None) -> Test:
    return make_test(n_questions=4, published=False)


def open_page(client: Client, url: str, **typed: Any) -> dict[str, Any]:
    """Return what the client will send once it saves."""
    return form_data(client.get(url)) | typed


# --- a question -----------------------------------------------------------------------


def test_the_second_of_two_editors_hears_who_was_first(
    ada: User, bob: User, question: Question
) -> None:
    first, second = signed_in(ada), signed_in(bob)
    url = question_page(question)
    theirs = open_page(first, url, stem="Ada's words?")
    mine = open_page(second, url, stem="Bob's words?")
    assert first.post(url, theirs).status_code == 302
    response = second.post(url, mine)
    said = errors_of(response)
    assert "Nothing was saved: Ada changed this question on " in said
    assert f'<a href="{url}" target="_blank" rel="noopener">' in said
    assert f'<a href="{url}" target="_blank"' in response.text
    question.refresh_from_db()
    assert question.stem == "Ada's words?"


def test_what_was_typed_stays_in_the_form(
    ada: User, bob: User, question: Question
) -> None:
    url, client = question_page(question), signed_in(bob)
    mine = open_page(client, url, stem="Bob's words?")
    mine[row_of(mine, "choices", position=2) + "-why"] = "Bob's reason."
    signed_in(ada).post(url, open_page(signed_in(ada), url, tip="Ada's tip"))
    page = client.post(url, mine).text
    assert "Bob&#x27;s words?" in page
    assert "Bob&#x27;s reason." in page
    assert not Choice.objects.filter(why="Bob's reason.").exists()


def test_sending_it_again_is_refused_again(
    ada: User, bob: User, question: Question
) -> None:
    url, client = question_page(question), signed_in(bob)
    mine = open_page(client, url, stem="Bob's words?")
    signed_in(ada).post(url, open_page(signed_in(ada), url, stem="Ada's words?"))
    again = form_data(client.post(url, mine))
    assert "Ada changed" in errors_of(client.post(url, again))
    question.refresh_from_db()
    assert question.stem == "Ada's words?"


@pytest.mark.parametrize("name", ["text", "why"])
def test_a_change_of_a_choice_alone_counts(
    ada: User, bob: User, question: Question, name: str
) -> None:
    url, first, second = question_page(question), signed_in(ada), signed_in(bob)
    theirs, mine = open_page(first, url), open_page(second, url, tip="Bob's tip")
    theirs[f"{row_of(theirs, 'choices', position=3)}-{name}"] = "Ada's"
    first.post(url, theirs)
    assert "Ada changed" in errors_of(second.post(url, mine))
    question.refresh_from_db()
    assert question.tip != "Bob's tip"


def test_a_choice_that_came_meanwhile_is_not_overlooked(
    ada: User, question: Question
) -> None:
    url, client = question_page(question), signed_in(ada)
    data = open_page(client, url, stem="Ada's words?")
    Choice.objects.create(question=question, position=4, text="Theirs", why="So.")
    assert "has changed since you opened it" in errors_of(client.post(url, data))


def test_a_status_from_the_list_is_not_undone(ada: User, question: Question) -> None:
    url, client = question_page(question), signed_in(ada)
    data = open_page(client, url, stem="Ada's words?")
    action = {"action": "retire", "_selected_action": [question.pk]}
    client.post(reverse("admin:exams_question_changelist"), action)
    assert "by an action on the list" in errors_of(client.post(url, data))
    question.refresh_from_db()
    assert question.status == "retired"


def test_what_a_bank_file_brought_is_not_overwritten(ada: User, tmp_path: Path) -> None:
    banks.write_bank(tmp_path)
    load_banks(root=tmp_path, now=timezone.now())
    question = Question.objects.get(slug="q-03")
    url, client = question_page(question), signed_in(ada)
    data = open_page(client, url, tip="Ada's tip")

    def change(bank: Any) -> None:
        bank["questions"][2]["stem"] = "The file's words?"

    banks.write(tmp_path, "test-01.yaml", banks.changed(banks.exam(1), change))
    load_banks(root=tmp_path, now=timezone.now())
    assert "loading its bank file" in errors_of(client.post(url, data))
    question.refresh_from_db()
    assert question.stem == "The file's words?"


def test_who_saves_the_same_changes_nothing_for_others(
    ada: User, bob: User, question: Question
) -> None:
    url, first, second = question_page(question), signed_in(ada), signed_in(bob)
    mine = open_page(second, url, stem="Bob's words?")
    assert first.post(url, open_page(first, url)).status_code == 302
    assert second.post(url, mine).status_code == 302


def test_one_editor_saves_again_and_again(ada: User, question: Question) -> None:
    url, client = question_page(question), signed_in(ada)
    for tip in ("One", "Two", "Three"):
        assert client.post(url, open_page(client, url, tip=tip)).status_code == 302
    question.refresh_from_db()
    assert question.tip == "Three"


@pytest.mark.parametrize("sent", ["", "x", ":", "0:0", "9" * 400 + ":0", "½:0"])
def test_a_page_without_its_version_saves_nothing(
    ada: User, question: Question, sent: str
) -> None:
    url, client = question_page(question), signed_in(ada)
    data = open_page(client, url, stem="Ada's words?", version=sent)
    assert "Nothing was saved" in errors_of(client.post(url, data))
    question.refresh_from_db()
    assert question.stem == "Which cable carries light?"


def test_no_name_runs_a_script(bob: User, question: Question) -> None:
    bad = _named("<script>alert(1)</script>")
    url, client = question_page(question), signed_in(bob)
    mine = open_page(client, url, stem="Bob's words?")
    signed_in(bad).post(url, open_page(signed_in(bad), url, stem="Bad words?"))
    page = client.post(url, mine).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


# --- a test ---------------------------------------------------------------------------


def test_the_list_of_a_test_is_not_overwritten(
    ada: User, bob: User, test: Test
) -> None:
    first, second = signed_in(ada), signed_in(bob)
    url = page_of_test(test)
    theirs, mine = open_page(first, url), open_page(second, url)
    theirs[row_of(theirs, "places", position=4) + "-DELETE"] = "on"
    mine[row_of(mine, "places", position=3) + "-position"] = 1
    assert first.post(url, theirs).status_code == 302
    order = questions_of(test)
    assert "Ada changed this test on " in errors_of(second.post(url, mine))
    assert questions_of(test) == order


def test_a_question_that_came_meanwhile_is_not_overlooked(
    ada: User, test: Test
) -> None:
    url, client = page_of_test(test), signed_in(ada)
    data = open_page(client, url, title="Ada's title")
    new = make_question(test.certification)
    Place.objects.create(test=test, question=new, position=4)
    assert "has changed since you opened it" in errors_of(client.post(url, data))


def test_a_publication_is_no_change_of_the_draft(ada: User) -> None:
    test = make_test()
    url, client = page_of_test(test), signed_in(ada)
    data = open_page(client, url, title="Ada's title")
    Question.objects.filter(places__test=test).update(tip="New")
    release, _ = publish_test(test=test, now=timezone.now())
    assert client.post(url, data).status_code == 302
    test.refresh_from_db()
    assert (test.title, test.current_release) == ("Ada's title", release)


# --- at the same moment ---------------------------------------------------------------


def save(form_class: Any, form_set: Any, row: Any, sent: dict[str, Any]) -> bool:
    """Save as the page does, in one transaction; say whether it was saved."""
    with transaction.atomic():
        own = type(row).objects.get(pk=row.pk)
        data = MultiValueDict({name: [value] for name, value in sent.items()})
        form = form_class(data, instance=own)
        rows = form_set(data=data, instance=form.instance)
        if not form.is_valid():
            assert form.has_error(NON_FIELD_ERRORS, "changed")
            return False
        form.save()
        assert rows.is_valid(), rows.errors
        rows.save()
    return True


def sent_by(
    form_class: Any, form_set: Any, row: Any, typed: dict[str, Any]
) -> dict[str, Any]:
    """Return what a page that is opened now would send."""
    data: dict[str, Any] = {}
    formset = form_set(instance=row)
    for form in (form_class(instance=row), formset.management_form, *formset.forms):
        data |= {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in (data | typed).items() if value}


@committed
@pytest.mark.both_databases
def test_of_two_who_save_a_question_at_once_one_wins() -> None:
    question = make_question(make_certification())
    classes: tuple[Any, Any] = (
        modelform_factory(Question, form=QuestionForm, fields=["stem", "tip"]),
        inlineformset_factory(
            Question, Choice, form=ChoiceForm, formset=ChoiceFormSet, extra=0
        ),
    )
    fixed: Any = {"domain": question.domain_id, "slug": question.slug}
    # The reason of the first choice goes with the stem, or the two were mixed.
    forms = [
        sent_by(*classes, question, {"stem": words, "choices-0-why": words} | fixed)
        for words in ("Ada's words?", "Bob's words?")
    ]
    calls = [partial(save, *classes, question, form) for form in forms]
    results = race(calls, behind=Question.objects.filter(pk=question.pk))
    assert sorted(results) == [False, True]
    question.refresh_from_db()
    assert question.stem == forms[results.index(True)]["stem"]
    assert question.choices.get(position=0).why == question.stem


@committed
@pytest.mark.both_databases
def test_of_two_who_save_a_test_at_once_one_wins() -> None:
    test = make_test(n_questions=4, published=False)
    before = questions_of(test)
    classes: tuple[Any, Any] = (
        modelform_factory(Test, form=TestForm, fields=["title"]),
        inlineformset_factory(
            Test, Place, form=PlaceForm, formset=OrderedFormSet, extra=0
        ),
    )
    forms = [sent_by(*classes, test, {f"places-{row}-position": 1}) for row in (1, 3)]
    orders = [[before[row], *before[:row], *before[row + 1 :]] for row in (1, 3)]
    calls = [partial(save, *classes, test, form) for form in forms]
    results = race(calls, behind=Test.objects.filter(pk=test.pk))
    assert sorted(results) == [False, True]
    assert questions_of(test) == orders[results.index(True)]
