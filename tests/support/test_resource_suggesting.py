"""Suggesting a resource: to the moderators, once, and with an answer."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from exams.models import Certification
from support import suggesting
from support.models import Resource
from tests.exams.factories import make_certification, make_learner
from tests.support.factories import NOW, make_resource

pytestmark = pytest.mark.django_db
URL = reverse("support:suggest_resource")


@pytest.fixture
def net() -> Certification:
    return make_certification(slug="network-plus", short_name="Network+")


@pytest.fixture
def learner() -> User:
    return make_learner()


@pytest.fixture
def client(learner: User) -> Client:
    client = Client()
    client.force_login(learner)
    return client


def data(**changes: Any) -> dict[str, Any]:
    return {
        "url": "https://www.example.com/course/?utm_source=x",
        "title": "A course",
        "by": "A school",
        "kind": "course",
        "cost": "free",
        "level": "beginner",
        "certifications": ["network-plus"],
        "description": "Explains\r\nsubnets well.",
    } | changes


@pytest.mark.both_databases
def test_a_suggestion_waits_for_a_moderator(
    client: Client, learner: User, net: Certification
) -> None:
    response = client.post(URL, data(), follow=True)
    assert "Thank you. A person looks at it" in response.text
    assert "Waits for a look" in response.text
    resource = Resource.objects.get()
    assert (resource.status, resource.suggested_by) == ("suggested", learner)
    assert resource.canonical_url == "example.com/course"
    assert resource.slug.startswith("a-course-")
    assert resource.description == "Explains subnets well."
    assert list(resource.certifications.all()) == [net]
    assert "A course" not in Client().get(reverse("support:resources")).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": ""}, "Give the address"),
        ({"url": "http://localhost/x"}, "a dot is missing"),
        ({"url": "https://10.0.0.1/"}, "private"),
        ({"url": "https://a:b@example.com/"}, "name or a password"),
        ({"url": "javascript:alert(1)"}, "not an address"),
        ({"title": ""}, "required"),
        ({"title": "x" * 161}, "at most 160"),
        ({"kind": "podcast"}, "not one of the available choices"),
        ({"certifications": []}, "Choose at least one certification"),
        ({"certifications": ["nope"]}, "There is no certification nope"),
        ({"description": "x" * 301}, "at most 300"),
    ],
)
def test_what_is_wrong_is_said(
    client: Client, net: Certification, changes: dict[str, Any], words: str
) -> None:
    response = client.post(URL, data(**changes))
    assert response.status_code == 422
    assert words in response.text
    assert not Resource.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "We list it already"),
        ({"status": "suggested"}, "suggested it already"),
        ({"status": "declined"}, "decided not to list it"),
        ({"status": "withdrawn"}, "decided not to list it"),
        ({"link": "broken"}, "its link does not work"),
    ],
)
def test_a_known_address_says_where_it_is(
    client: Client, net: Certification, fields: dict[str, str], words: str
) -> None:
    known = make_resource(url="http://example.com/course", slug="known", **fields)
    response = client.post(URL, data())
    assert response.status_code == 422
    assert words in response.text
    assert (known.get_absolute_url() in response.text) is (not fields)
    assert Resource.objects.count() == 1


def test_who_is_a_moment_later_is_told_as_well(net: Certification) -> None:
    known = make_resource(url="https://example.com/course")
    fields = data(kind="course") | {"certifications": [net]}
    with pytest.raises(suggesting.Known) as raised:
        suggesting.suggest_resource(learner=make_learner(), now=NOW, **fields)
    assert raised.value.resource == known


def test_ten_a_day_and_no_more(client: Client, net: Certification) -> None:
    for number in range(10):
        response = client.post(URL, data(url=f"https://example.com/{number}"))
        assert response.status_code == 302
    # What is refused for another reason does not count.
    assert client.post(URL, data(title="")).status_code == 422
    response = client.post(URL, data(url="https://example.com/eleven"))
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert Resource.objects.count() == 10


def test_people_see_their_own_suggestions_with_what_became_of_them(
    client: Client, learner: User
) -> None:
    for status in ("suggested", "published", "declined", "withdrawn"):
        make_resource(title=f"Mine {status}", suggested_by=learner, status=status)
    make_resource(title="Of another", suggested_by=make_learner(), status="suggested")
    html = client.get(URL).text
    for words in ("Mine suggested", "Waits for a look", "Listed"):
        assert words in html
    assert html.count("Not listed") == 2
    assert "Of another" not in html


# --- moderating -----------------------------------------------------------------------


def test_publishing_makes_it_new_from_then_on() -> None:
    suggested = make_resource(status="suggested")
    shown = make_resource()
    before = shown.added_at
    assert suggesting.publish_resources(Resource.objects.all(), now=NOW) == 1
    suggested.refresh_from_db()
    shown.refresh_from_db()
    assert (suggested.status, suggested.added_at) == ("published", NOW)
    assert shown.added_at == before


def test_declining_hides_what_was_shown_too() -> None:
    make_resource(status="suggested")
    make_resource()
    assert suggesting.decline_resources(Resource.objects.all()) == 2
    assert not Resource.objects.shown().exists()


def test_the_address_it_moved_to_is_taken_over_once() -> None:
    moved = make_resource(link="moved", moved_to="https://example.org/new/")
    assert suggesting.take_over_move(moved)
    moved.refresh_from_db()
    assert (moved.url, moved.canonical_url) == (
        "https://example.org/new/",
        "example.org/new",
    )
    assert (moved.link, moved.moved_to) == ("ok", "")
    assert not suggesting.take_over_move(moved)


def test_no_address_is_taken_over_that_is_private_or_of_another() -> None:
    make_resource(url="https://example.org/new")
    for target in ("https://www.example.org/new/", "http://10.0.0.1/"):
        moved = make_resource(link="moved", moved_to=target)
        assert not suggesting.take_over_move(moved)
        moved.refresh_from_db()
        assert moved.moved_to == target
