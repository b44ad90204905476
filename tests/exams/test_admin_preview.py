"""Previews: the learner's own templates, code and scoring, for drafts and releases."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exams.models import Question, Release
from exams.publishing import publish_test
from exams.snapshot import freeze
from tests.exams.back_office import make_editor, signed_in
from tests.exams.factories import make_certification, make_question, make_test

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Client:
    return signed_in(make_editor())


def preview(question: Question) -> str:
    return reverse("admin:exams_question_preview", args=[question.pk])


def indices(response: Any) -> tuple[list[int], list[int]]:
    """Return the right choices and the wrong ones, by the numbers on the page."""
    item = response.context["item"]
    right = list(item.key.right)
    wrong = [n for n in range(len(item.choices)) if n not in right]
    return right, wrong


def test_a_question_is_asked_without_telling(editor: Client) -> None:
    question = make_question(make_certification(), stem="Which **port**?")
    page = editor.get(preview(question)).text
    assert "Which <strong>port</strong>?" in page
    assert question.explanation not in page
    assert "WHY-" not in page
    assert page.count('type="radio"') == 4


def test_it_stands_as_a_release_would_hold_it(editor: Client) -> None:
    question = make_question(make_certification())
    question.choices.filter(position=1).update(text="`ipconfig` & *more*")
    item = editor.get(preview(question)).context["item"]
    public, _ = freeze(question, shuffle_key="")
    assert item.public["stem"] == public["stem"]
    assert sorted(item.public["choices"]) == sorted(public["choices"])


def test_choices_keep_their_lines_from_look_to_look(editor: Client) -> None:
    question = make_question(make_certification(), n_choices=8)
    pages = [editor.get(preview(question)).context["item"] for _ in range(3)]
    assert len({tuple(item.public["choices"]) for item in pages}) == 1


@pytest.mark.parametrize(
    ("scoring", "n_right", "n_wrong", "verdict"),
    [
        ("all-or-nothing", 2, 0, "Right.</strong> 1 point"),
        ("all-or-nothing", 1, 0, "Wrong.</strong> 0 of 1 point"),
        ("all-or-nothing", 1, 1, "Wrong.</strong> 0 of 1 point"),
        ("partial", 2, 0, "Right.</strong> 1 point"),
        ("partial", 1, 0, "Wrong.</strong> 0.50 of 1 point"),
        ("partial", 1, 1, "Wrong.</strong> 0 of 1 point"),
        ("partial", 0, 1, "Wrong.</strong> 0 of 1 point"),
    ],
)
def test_an_answer_gets_the_verdict_of_practice(
    editor: Client, scoring: str, n_right: int, n_wrong: int, verdict: str
) -> None:
    question = make_question(make_certification(), right=(0, 2), scoring=scoring)
    right, wrong = indices(editor.get(preview(question)))
    query: dict[str, Any] = {"verdict": 1, "choices": right[:n_right] + wrong[:n_wrong]}
    page = editor.get(preview(question), query).text
    assert verdict in page
    assert question.explanation in page
    assert page.count("WHY-") == 4
    assert question.tip in page
    assert question.reference_url in page


def test_the_verdict_can_be_read_without_answering(editor: Client) -> None:
    question = make_question(make_certification())
    page = editor.get(preview(question), {"verdict": 1}).text
    assert "The right answer" in page
    assert "Your choice" not in page


def test_more_choices_than_asked_for_get_no_verdict(editor: Client) -> None:
    question = make_question(make_certification(), right=(0, 2))
    query: dict[str, Any] = {"verdict": 1, "choices": [0, 1, 2]}
    page = editor.get(preview(question), query).text
    assert "Choose 2 at most." in page
    assert question.explanation not in page


@pytest.mark.parametrize("sent", ["x", "-1", "99", "9" * 400, "½"])
def test_nonsense_as_an_answer_is_no_error(editor: Client, sent: str) -> None:
    question = make_question(make_certification())
    query: dict[str, Any] = {"verdict": 1, "choices": sent}
    response = editor.get(preview(question), query)
    assert response.status_code == 200


def test_what_is_wrong_with_a_draft_stands_above_it(editor: Client) -> None:
    question = make_question(make_certification(), right=(), status="draft")
    page = editor.get(preview(question)).text
    assert "its status is draft, not ready" in page
    assert "it needs two or more right choices" in page


def test_no_field_of_a_question_can_run_a_script(editor: Client) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)> [a](javascript:x)"
    question = make_question(
        make_certification(),
        stem=bad,
        explanation=bad,
        tip=bad,
        reference_title=bad,
        status="draft",
    )
    question.choices.update(text=bad, why=bad)
    pages = [
        preview(question),
        f"{preview(question)}?verdict=1",
        reverse("admin:exams_question_change", args=[question.pk]),
        reverse("admin:exams_question_changelist"),
    ]
    for url in pages:
        page = editor.get(url).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript' not in page


# --- tests and releases ---------------------------------------------------------------


def test_a_test_shows_its_draft_in_order_with_or_without_verdicts(
    editor: Client,
) -> None:
    test = make_test(n_questions=30, published=False)
    url = reverse("admin:exams_test_preview", args=[test.pk])
    answered, asked = editor.get(url), editor.get(url, {"show": "asked"})
    numbers = [item.question for item in answered.context["items"]]
    places = test.places.order_by("position")
    assert numbers == list(places.values_list("question", flat=True))
    assert answered.text.count("The right answer") == 36
    assert answered.text.count("WHY-") == 120
    assert "WHY-" not in asked.text
    assert "EXPLANATION" not in asked.text


def test_a_test_without_questions_says_so(editor: Client) -> None:
    test = make_test(n_questions=0, published=False)
    url = reverse("admin:exams_test_preview", args=[test.pk])
    assert "No questions yet" in editor.get(url).text


def test_a_release_shows_what_its_learners_got(editor: Client) -> None:
    test = make_test()
    first = Release.objects.get()
    Question.objects.filter(places__test=test).update(stem="Newer words?")
    publish_test(test=test, now=first.published_at)
    url = reverse("admin:exams_release_preview", args=[first.pk])
    page = editor.get(url)
    assert "Newer words?" not in page.text
    assert [item.public for item in page.context["items"]] == first.questions


def test_a_test_of_a_hundred_costs_no_query_per_question(
    editor: Client, django_assert_max_num_queries: Any
) -> None:
    test = make_test(n_questions=60, published=False)
    # Session, user, two of permissions, the test, its questions and their choices.
    with django_assert_max_num_queries(8):
        editor.get(reverse("admin:exams_test_preview", args=[test.pk]))
