"""Canned replies: what is filled in, what is refused, and where they are offered."""

import pytest
from django.urls import reverse

from support.canned import filled, unknown_placeholders
from support.models import CannedReply
from support.models.thread import Topic
from tests.exams.back_office import errors_of, signed_in
from tests.exams.factories import make_certification, make_learner
from tests.support.factories import make_agent, make_thread

ADD = "/admin/support/cannedreply/add/"
VALUES = {"learner": "Lena", "agent": "Ada", "certification": "A+", "thread": "#7"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello {{learner}}!", "Hello Lena!"),
        (
            "{{ learner }}, {{agent}}, {{certification}}, {{thread}}",
            "Lena, Ada, A+, #7",
        ),
        ("{{learner}}{{learner}}", "LenaLena"),
        # Nothing else is looked at, in or out of braces.
        ("{learner} {{unknown}} {% debug %} %(learner)s ${learner}", None),
        ("{{learner.password}} {{ learner|upper }} {{{{learner}}", None),
    ],
)
def test_known_names_are_filled_in_and_nothing_else(
    text: str, expected: str | None
) -> None:
    if "{{{{" in text:
        expected = "{{learner.password}} {{ learner|upper }} {{Lena"
    assert filled(text, VALUES) == (text if expected is None else expected)


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    values = VALUES | {"learner": "{{agent}}", "agent": r"\1 {{learner}}"}
    assert filled("{{learner}} {{agent}}", values) == r"{{agent}} \1 {{learner}}"


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("{{learner}} {{ agent }}", []),
        ("{{name}}, {{ learner.email }}, {{name}}", ["name", "learner.email"]),
        ("{{}}", [""]),
        ("A set: { {1}, {2} }", []),
    ],
)
def test_unknown_names_are_told(text: str, unknown: list[str]) -> None:
    assert unknown_placeholders(text) == unknown


@pytest.mark.django_db
def test_an_unknown_placeholder_cannot_be_saved() -> None:
    client = signed_in(make_agent())
    data = {"title": "Hi", "text": "Hello {{lerner}}", "position": "0", "topic": ""}
    assert "{{lerner}}" in errors_of(client.post(ADD, data))
    good = data | {"text": "Hello {{learner}}", "is_active": "on"}
    assert client.post(ADD, good).status_code == 302
    assert CannedReply.objects.get().text == "Hello {{learner}}"


@pytest.mark.django_db
def test_the_desk_offers_what_fits_with_everything_filled_in() -> None:
    certification = make_certification(short_name="Net+")
    learner = make_learner(display_name="Lena Lark")
    thread = make_thread(learner, topic=Topic.EXAM, certification=certification)
    text = "{{learner}} {{agent}} {{certification}} {{thread}}"
    for title, topic, active in (
        ("Anywhere", "", True),
        ("Exams", "exam", True),
        ("Accounts", "account", True),
        ("Gone", "", False),
    ):
        CannedReply.objects.create(
            title=title, topic=topic, is_active=active, text=text
        )
    client = signed_in(make_agent(display_name="Ada A"))
    url = reverse("admin:support_thread_change", args=[thread.pk])
    context = client.get(url).context
    assert [one.title for one in context["replies"]] == ["Exams", "Anywhere"]
    expected = f"Lena Lark Ada A Net+ #{thread.pk}"
    assert context["replies"][0].text == expected
    chosen = context["replies"][0].pk
    assert f"{expected}</textarea>" in client.get(url, {"canned": chosen}).text
    assert "</textarea>" in client.get(url, {"canned": "x'"}).text
