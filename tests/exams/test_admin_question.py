"""Questions in the back office: saved whole, or not at all."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exams.admin.question_forms import choice_problems, free_slug
from exams.models import Certification, Choice, Question
from exams.publishing import question_problems
from tests.exams.back_office import (
    errors_of,
    form_data,
    make_agent,
    make_editor,
    make_superuser,
    row_of,
    signed_in,
)
from tests.exams.factories import make_certification, make_question, make_test

pytestmark = pytest.mark.django_db
LIST = "/admin/exams/question/"
ADD = "/admin/exams/question/add/"


@pytest.fixture
def editor() -> Client:
    return signed_in(make_editor())


@pytest.fixture
def question() -> Question:
    return make_question(make_certification(), stem="Which cable carries light?")


def page_of(question: Question) -> str:
    return reverse("admin:exams_question_change", args=[question.pk])


# --- saving ---------------------------------------------------------------------------


def new_question(editor: Client, certification: Certification) -> dict[str, Any]:
    data = form_data(editor.get(ADD)) | {
        "certification": certification.pk,
        "domain": certification.domains.values_list("pk", flat=True)[0],
        "kind": "single",
        "scoring": "all-or-nothing",
        "status": "draft",
        "stem": "What does **DHCP** give a client?",
        "explanation": "A lease.",
        "reference_title": "RFC 2131",
        "reference_url": "www.rfc-editor.org/rfc/rfc2131",
    }
    for row, text in enumerate(("An address", "A name", "A cable")):
        data[f"choices-{row}-text"] = text
        data[f"choices-{row}-why"] = f"Because {row}."
    return data | {"choices-1-is_correct": "on"}


def test_a_new_question_is_saved_with_its_choices_in_order(editor: Client) -> None:
    certification = make_certification()
    response = editor.post(ADD, new_question(editor, certification))
    question = Question.objects.get()
    assert response.headers["Location"] == LIST
    assert question.slug == "what-does-dhcp-give-a-client"
    assert question.reference_url == "https://www.rfc-editor.org/rfc/rfc2131"
    choices = question.choices.values_list("position", "text", "is_correct")
    assert list(choices) == [
        (0, "An address", False),
        (1, "A name", True),
        (2, "A cable", False),
    ]


def test_the_next_new_question_is_of_the_same_domain(editor: Client) -> None:
    certification = make_certification()
    data = new_question(editor, certification) | {"_addanother": "1"}
    response = editor.post(ADD, data, follow=True)
    initial = response.context["adminform"].form.initial
    assert initial["certification"] == str(data["certification"])
    assert initial["domain"] == str(data["domain"])


def test_two_questions_that_begin_alike_get_two_ids(editor: Client) -> None:
    certification = make_certification()
    for _ in range(2):
        editor.post(ADD, new_question(editor, certification))
    slugs = certification.questions.values_list("slug", flat=True)
    assert list(slugs) == [
        "what-does-dhcp-give-a-client",
        "what-does-dhcp-give-a-client-2",
    ]


@pytest.mark.parametrize(
    ("stem", "slug"),
    [
        ("Which port?", "which-port"),
        ("???", "question"),
        ("é " * 200, "e-e-e-e-e-e-e-e"),
    ],
)
def test_a_made_id_is_short_and_never_empty(stem: str, slug: str) -> None:
    assert free_slug(stem, taken=set()) == slug
    assert len(free_slug("x" * 500, taken={"x" * 70})) <= 80


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "none right": ({"choices-1-is_correct": ""}, "Mark exactly one choice as right"),
    "two right": ({"choices-0-is_correct": "on"}, "2 are marked"),
    "one right of several": ({"kind": "multiple"}, "Mark two or more choices as right"),
    "all right": (
        {
            "kind": "multiple",
            "choices-0-is_correct": "on",
            "choices-2-is_correct": "on",
        },
        "leave at least one wrong",
    ),
    "one choice": (
        {f"choices-{n}-{name}": "" for n in (0, 2) for name in ("text", "why")},
        "A question has 2 to 8 choices; this one has 1.",
    ),
    "no why": ({"choices-0-why": "  "}, "Say why this choice is right, or wrong."),
    "no text": ({"choices-0-text": " "}, "Write what the choice says."),
    "the same twice": ({"choices-2-text": "A  name"}, "say the same: A name"),
    "no stem": ({"stem": " "}, "This field is required."),
    "no explanation": ({"explanation": ""}, "This field is required."),
    "no reference": ({"reference_url": ""}, "This field is required."),
    "a script as reference": ({"reference_url": "javascript:x()"}, "Enter a valid URL"),
    "no domain": ({"domain": ""}, "This field is required."),
    "unknown kind": ({"kind": "essay"}, "Select a valid choice"),
    "a place before the first": ({"choices-0-position": -1}, "Places count from 1."),
    "an id that is none": ({"slug": "a b"}, "Enter a valid"),
    "a text of 501": ({"choices-0-text": "x" * 501}, "at most 500 characters"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_question_that_is_not_whole_is_refused_and_nothing_saved(
    editor: Client, case: str
) -> None:
    changes, words = BROKEN[case]
    data = new_question(editor, make_certification()) | changes
    assert words in errors_of(editor.post(ADD, data))
    assert not Question.objects.exists()
    assert not Choice.objects.exists()


def test_a_domain_of_another_certification_is_refused(editor: Client) -> None:
    data = new_question(editor, make_certification())
    data["domain"] = make_certification().domains.values_list("pk", flat=True)[0]
    words = "Choose a domain of the question&#x27;s own certification."
    assert words in errors_of(editor.post(ADD, data))
    assert not Question.objects.exists()


def test_nine_choices_are_refused(editor: Client) -> None:
    data = new_question(editor, make_certification()) | {"choices-TOTAL_FORMS": 9}
    for row in range(9):
        data |= {f"choices-{row}-text": f"No. {row}", f"choices-{row}-why": "So."}
    assert "this one has 9" in errors_of(editor.post(ADD, data))
    assert not Question.objects.exists()


def test_an_edit_that_breaks_the_question_changes_nothing(
    editor: Client, question: Question
) -> None:
    data = form_data(editor.get(page_of(question))) | {"stem": "Changed?"}
    data[row_of(data, "choices", is_correct="on") + "-DELETE"] = "on"
    assert "Mark exactly one" in errors_of(editor.post(page_of(question), data))
    question.refresh_from_db()
    assert (question.stem, question.choices.count()) == (
        "Which cable carries light?",
        4,
    )


@pytest.mark.parametrize("n_choices", range(10))
@pytest.mark.parametrize("n_right", range(5))
@pytest.mark.parametrize("kind", Question.Kind.values)
def test_the_form_has_the_rules_of_publishing(
    kind: str, n_right: int, n_choices: int
) -> None:
    rows = [{"is_correct": n < n_right, "text": str(n)} for n in range(n_choices)]
    question = make_question(
        make_certification(),
        kind=kind,
        n_choices=n_choices,
        right=tuple(range(n_right)),
    )
    assert bool(choice_problems(kind, rows)) == bool(question_problems(question))


# --- the order of choices -------------------------------------------------------------


def texts(question: Question) -> list[str]:
    return list(question.choices.values_list("text", flat=True))


def place(
    editor: Client, question: Question, places: dict[int, Any], **more: Any
) -> None:
    """Send the page with other places for the choices at these places."""
    data = form_data(editor.get(page_of(question)))
    rows = {at: row_of(data, "choices", position=at + 1) for at in places}
    data |= {f"{rows[at]}-position": to for at, to in places.items()}
    assert editor.post(page_of(question), data | more).status_code == 302
    positions = list(question.choices.values_list("position", flat=True))
    assert positions == list(range(len(positions)))


@pytest.mark.parametrize(
    ("places", "order"),
    [
        ({}, "0123"),
        ({0: 2, 1: 1}, "1023"),
        ({3: 1}, "3012"),
        ({0: 4}, "1230"),
        ({0: 3}, "1203"),
        ({0: 99}, "1230"),
        ({0: 4, 1: 3, 2: 2, 3: 1}, "3210"),
        ({1: ""}, "0231"),
        ({0: 0, 1: 1, 2: 2, 3: 3}, "0123"),  # as dragging sends them
        ({2: 0, 0: 1, 1: 2, 3: 3}, "2013"),
    ],
)
def test_choices_take_the_places_that_were_asked_for(
    editor: Client, question: Question, places: dict[int, Any], order: str
) -> None:
    before = texts(question)
    place(editor, question, places)
    assert texts(question) == [before[int(at)] for at in order]


def test_rows_come_and_go_while_others_move(editor: Client, question: Question) -> None:
    before = texts(question)
    data = form_data(editor.get(page_of(question)))
    data[row_of(data, "choices", position=2) + "-DELETE"] = "on"
    data[row_of(data, "choices", position=4) + "-position"] = 1
    data |= {
        "choices-TOTAL_FORMS": 5,
        "choices-4-text": "New",
        "choices-4-why": "So.",
        "choices-4-position": "",
    }
    assert editor.post(page_of(question), data).status_code == 302
    assert texts(question) == [before[3], before[0], before[2], "New"]


def test_what_another_editor_removed_meanwhile_is_told(
    editor: Client, question: Question
) -> None:
    data = form_data(editor.get(page_of(question)))
    question.choices.filter(position=3).delete()
    assert editor.post(page_of(question), data).status_code == 200
    assert question.choices.count() == 3


# --- actions --------------------------------------------------------------------------


def act(client: Client, action: str, *questions: Question) -> Any:
    data = {"action": action, "_selected_action": [one.pk for one in questions]}
    return client.post(LIST, data, follow=True)


def test_only_whole_questions_are_marked_as_ready(editor: Client) -> None:
    certification = make_certification()
    whole = make_question(certification, status="draft")
    broken = make_question(certification, status="draft", slug="broken", right=())
    response = act(editor, "mark_ready", whole, broken)
    statuses = dict(Question.objects.values_list("pk", "status"))
    assert statuses == {whole.pk: "ready", broken.pk: "draft"}
    assert "broken: it needs two or more right choices" in response.text
    assert "Questions marked as ready: 1." in response.text


def test_questions_are_retired_together(editor: Client) -> None:
    certification = make_certification()
    chosen = [make_question(certification) for _ in range(2)]
    rest = make_question(certification)
    act(editor, "retire", *chosen)
    assert list(Question.objects.filter(status="ready")) == [rest]


def test_an_agent_can_do_none_of_it(question: Question) -> None:
    response = act(signed_in(make_agent()), "retire", question)
    assert response.status_code == 403
    question.refresh_from_db()
    assert question.status == "ready"


def test_a_superuser_deletes_only_what_no_release_can_hold(question: Question) -> None:
    client = signed_in(make_superuser())
    released = make_test().questions.earliest("pk")
    for one in (question, released):
        url = reverse("admin:exams_question_delete", args=[one.pk])
        client.post(url, {"post": "yes"})
        data = {
            "action": "delete_selected",
            "_selected_action": [one.pk],
            "post": "yes",
        }
        client.post(LIST, data)
    assert not Question.objects.filter(pk=question.pk).exists()
    assert Question.objects.filter(pk=released.pk).exists()
