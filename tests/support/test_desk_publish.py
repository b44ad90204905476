"""Making a help topic of an answer: what it begins with, and what must go."""

from typing import Any

import pytest
from django.urls import reverse

from support.admin.publish import free_slug, question_and_answer
from support.anonymity import giveaways
from support.models import HelpTopic, Message
from support.status import Author
from tests.exams.back_office import make_editor, signed_in
from tests.exams.factories import make_learner
from tests.support.factories import make_agent, make_thread, say

CLEAN = {
    "title": "Where is the timer?",
    "text": "Above the question.",
    "topic": "website",
    "certification": "",
    "words": "clock",
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Above the question, port 443.", []),
        ("Exam 220-1201 on 192.168.100.200/24 in 2026", []),
        ("Write to a.b+c@example.co.uk.", ["a.b+c@example.co.uk"]),
        ("Dear LENA, welcome", ["Lena"]),
        ("Lena Lark asked", ["Lena Lark", "Lena", "Lark"]),
        ("Lenas question about skylarks", []),
        ("Call +49 170 123 45 67", ["+49 170 123 45 67"]),
        ("Card 4111-1111-1111-1111", ["4111-1111-1111-1111"]),
        ("My candidate id is COMP001020304", ["COMP001020304"]),
    ],
)
def test_what_may_tell_who_asked_is_found(text: str, found: list[str]) -> None:
    told = giveaways(text, names=["Lena Lark", "Al"])
    assert [one.partition(": ")[2] for one in told] == found


@pytest.fixture
def answer(db: None) -> Message:
    lena = make_learner(display_name="Lena Lark")
    thread = make_thread(lena, "Where is\nthe timer?")
    agent = make_agent(display_name="Ada Agent")
    say(thread, agent, "On which page?")
    say(thread, lena, "In the exam. I am Lena Lark, lena@example.com")
    say(thread, agent, "Secret doubts", kind=Author.NOTE)
    return say(thread, agent, "Above the question.\n\nAda")


def url_of(answer: Message) -> str:
    args = [answer.thread_id, answer.pk]
    return reverse("admin:support_thread_publish", args=args)


def test_it_begins_with_question_and_answer_and_no_notes(answer: Message) -> None:
    assert question_and_answer(answer) == (
        "> Where is\n> the timer?\n>\n> In the exam. I am Lena Lark, lena@example.com"
        "\n\nAbove the question.\n\nAda"
    )
    page = signed_in(make_agent()).get(url_of(answer)).text
    assert "Everybody will be able to read this." in page
    for told in ("An e-mail address: lena@", "A name: Lena Lark", "A name: Ada"):
        assert told in page
    assert "Secret doubts" not in page


def test_what_may_be_personal_is_looked_at_before_it_is_saved(answer: Message) -> None:
    client = signed_in(make_agent())
    data = CLEAN | {"text": "Lena, it is above the question.", "is_published": "on"}
    response = client.post(url_of(answer), data)
    assert response.status_code == 422
    assert "A name: Lena" in response.text
    assert not HelpTopic.objects.exists()
    client.post(url_of(answer), data | {"looked": "on"})
    assert HelpTopic.objects.get().text == "Lena, it is above the question."


@pytest.mark.parametrize("published", [True, False])
def test_it_becomes_an_answer_that_only_staff_can_trace(
    answer: Message, published: bool
) -> None:
    data = CLEAN | ({"is_published": "on"} if published else {})
    agent = signed_in(make_agent())
    response = agent.post(url_of(answer), data)
    topic = HelpTopic.objects.get()
    assert (topic.kind, topic.slug) == ("answer", "where-is-the-timer")
    assert (topic.thread, topic.is_published) == (answer.thread, published)
    page = response.headers["Location"]
    assert f"Thread #{answer.thread_id}" in agent.get(page).text
    # Editors look after help, but not after who asked.
    assert f"Thread #{answer.thread_id}" not in signed_in(make_editor()).get(page).text
    public = signed_in(None).get(topic.get_absolute_url())
    assert public.status_code == (200 if published else 404)
    assert "Lena" not in public.text


@pytest.mark.django_db
def test_two_topics_never_share_an_address() -> None:
    slugs = []
    for _ in range(3):
        slug = free_slug("What is a port?")
        HelpTopic.objects.create(slug=slug, topic="exam", title="x", text="y")
        slugs.append(slug)
    assert slugs == ["what-is-a-port", "what-is-a-port-2", "what-is-a-port-3"]
    assert free_slug("???") == "answer"
    assert len(free_slug("word " * 24)) <= 80


def test_only_answers_of_agents_become_topics(answer: Message) -> None:
    client = signed_in(make_agent())
    for other in answer.thread.messages.exclude(kind="agent"):
        assert client.get(url_of(other)).status_code == 404


def test_the_preview_is_the_learners_page_under_their_policy(answer: Message) -> None:
    topic = HelpTopic.objects.create(
        slug="t", topic="exam", title="Ports?", text="**Yes** <script>no</script>"
    )
    url = reverse("admin:support_helptopic_preview", args=[topic.pk])
    response: Any = signed_in(make_editor()).get(url)
    assert "<strong>Yes</strong>" in response.text
    assert "<script>no" not in response.text
    assert "unsafe-eval" not in response.headers["Content-Security-Policy"]


def test_other_agents_and_the_learners_mailbox_are_pointed_out(answer: Message) -> None:
    lena = answer.thread.learner
    type(lena).objects.filter(pk=lena.pk).update(email="sky.lark99+it@example.com")
    say(answer.thread, make_agent(display_name="Bert Backup"), "Let me add to this.")
    data = CLEAN | {"text": "Bert told sky.lark99 about it."}
    response = signed_in(make_agent()).post(url_of(answer), data)
    assert response.status_code == 422
    assert "A name: Bert" in response.text
    assert "A name: sky.lark99" in response.text


@pytest.mark.parametrize(("kind", "tables"), [("guide", True), ("answer", False)])
@pytest.mark.django_db
def test_an_answer_is_shown_with_the_guards_of_messages(
    kind: str, tables: bool
) -> None:
    text = "[//]: # (hidden words)\n\n| a | b |\n|---|---|\n| c | d |"
    topic = HelpTopic.objects.create(
        slug="t", topic="exam", title="Ports?", text=text, kind=kind, is_published=True
    )
    preview = reverse("admin:support_helptopic_preview", args=[topic.pk])
    for client, url in (
        (signed_in(None), topic.get_absolute_url()),
        (signed_in(make_editor()), preview),
    ):
        page = client.get(url).text
        assert ("<td>c</td>" in page) is tables
        assert ("hidden words" in page) is not tables
