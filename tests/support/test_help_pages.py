"""Help: what everybody may read, and what the search finds."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from support.help_search import MOST_WORDS, search_words
from support.help_topics import load_topics
from support.models import HelpTopic
from tests.exams.factories import make_certification

pytestmark = pytest.mark.django_db


def make_topic(slug: str, title: str, **fields: object) -> HelpTopic:
    defaults = {"topic": "other", "text": "Text.", "is_published": True}
    return HelpTopic.objects.create(slug=slug, title=title, **(defaults | fields))


def titles(page: str) -> list[str]:
    return re.findall(r'<a class="help-list__link"[^>]*><span>([^<]*)</span>', page)


def test_the_page_has_guides_by_topic_and_answers_apart(client: Client) -> None:
    make_topic("a", "About us", topic="other")
    make_topic("b", "Second", topic="exam", position=2)
    make_topic("c", "First", topic="exam", position=1)
    make_topic("d", "Asked once", topic="exam", kind="answer")
    make_topic("e", "Not yet", is_published=False)
    page = client.get("/help/").text
    assert titles(page) == ["First", "Second", "About us", "Asked once"]
    headings = re.findall(r"<h2[^>]*>([^<]*)</h2>", page)
    assert headings[:3] == ["An exam", "Something else", "Answered questions"]


def test_an_empty_help_says_so(client: Client) -> None:
    assert "Nothing is written here yet" in client.get("/help/").text


def test_a_topic_is_shown_as_markdown_and_nothing_runs(client: Client) -> None:
    text = "**Bold** [in](/account/) [out](javascript:alert) <script>alert(1)</script>"
    certification = make_certification()
    make_topic("a", "Why <b>?", text=text, certification=certification)
    page = client.get("/help/a/").text
    assert "<strong>Bold</strong>" in page
    assert 'href="/account/"' in page
    assert "javascript:" not in page.split("<article")[1].replace("(javascript:", "")
    assert "<script>alert" not in page
    assert "Why &lt;b&gt;?" in page
    assert certification.short_name in page


def test_what_is_not_published_is_not_there(client: Client) -> None:
    make_topic("a", "Secret passkey", is_published=False)
    assert client.get("/help/a/").status_code == 404
    assert client.get("/help/b/").status_code == 404
    assert titles(client.get("/help/", {"q": "passkey"}).text) == []


def test_more_on_it_is_of_the_same_topic(client: Client) -> None:
    make_topic("a", "This one", topic="exam")
    make_topic("b", "Near", topic="exam")
    make_topic("c", "Far", topic="account")
    assert titles(client.get("/help/a/").text) == ["Near"]


@pytest.mark.parametrize("n", [1, 30])
def test_each_page_costs_the_same_at_any_number_of_topics(
    n: int, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(n):
        make_topic(f"t{number}", f"Topic {number}", text="passkey")
    # The topics.
    with django_assert_num_queries(1):
        client.get("/help/")
    # Those that were found.
    with django_assert_num_queries(1):
        client.get("/help/", {"q": "how do passkeys work"})
    # The topic with its certification, and what is near it.
    with django_assert_num_queries(2):
        client.get("/help/t0/")


@pytest.mark.parametrize(
    "query", ["\0", "%", "_" * 500, "' OR 1=1 --", "<b>", "a b " * 200, "\u202e", "?"]
)
def test_any_search_is_answered(client: Client, query: str) -> None:
    make_topic("a", "Why?")
    response = client.get("/help/", {"q": query})
    assert response.status_code == 200
    assert "<b>" not in response.text


def test_nothing_found_leads_to_a_person(client: Client) -> None:
    page = client.get("/help/", {"q": "zebra"}).text
    assert "Nothing for “zebra”" in page
    assert 'href="/ask/new/"' in page


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What is the difference between exam mode and practice?", "exam-mode-and"),
        ("how long is the exam timer", "the-exam-clock"),
        ("no internet", "without-a-connection"),
        ("dyslexia extra time", "extra-time"),
        ("are these real exam dumps", "real-exam-questions"),
        ("which exam code network+", "which-exams"),
        ("report a mistake in a question", "wrong-question"),
        ("coins", "xp-and-coins"),
        ("my streak is gone", "streaks"),
        ("hide me from the leaderboard", "who-sees-me"),
        ("forgot my password", "cannot-sign-in"),
        ("no confirmation mail", "confirm-address"),
        ("2fa recovery codes", "passkeys-and-two-step"),
        ("new email address", "change-email"),
        ("unsubscribe", "mail-i-get"),
        ("delete my account", "export-and-delete"),
        ("is it free", "cost"),
        ("does it work on my iphone", "browsers"),
        ("who reads my questions", "asking-a-person"),
        ("screenshot", "attachments"),
    ],
)
def test_questions_find_their_topic_among_the_first(question: str, found: str) -> None:
    load_topics()
    best = HelpTopic.objects.published().best_for(search_words(question))[:3]
    assert any(one.slug.startswith(found) for one in best), [one.slug for one in best]


def test_a_title_says_more_than_a_text() -> None:
    make_topic("text", "Other", text="About coins.")
    make_topic("title", "Coins")
    make_topic("words", "Another", words="coins")
    found = HelpTopic.objects.published().best_for(["coin"])
    assert [one.slug for one in found] == ["title", "words", "text"]


def test_search_words_are_those_that_mean_something() -> None:
    assert search_words("How do I delete my Passkeys, passkeys?") == [
        "delete",
        "passkey",
    ]
    assert search_words("A+ C# 2FA is") == ["a+", "c#", "2fa"]
    assert len(search_words(" ".join(f"word{n}" for n in range(99)))) == MOST_WORDS
    assert search_words("the of \0 ?") == []
    assert HelpTopic.objects.best_for([]).count() == 0


def test_every_page_leads_to_the_help(client: Client) -> None:
    assert 'href="/help/"' in client.get("/").text


def test_every_link_of_the_topics_leads_somewhere(client: Client) -> None:
    load_topics()
    texts = " ".join(HelpTopic.objects.values_list("text", flat=True))
    paths = set(re.findall(r"\]\((/[^)]*)\)", texts))
    assert len(paths) > 8
    for path in sorted(paths):
        assert client.get(path).status_code in {200, 302}, path
