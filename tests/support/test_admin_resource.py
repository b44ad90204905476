"""Resources in the back office: the queues, moderating, and mending links."""

from datetime import timedelta
from typing import Any, cast
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from support import linkruns, tasks
from support.linkcheck import Finding, LinkChecker, Outcome
from support.models import Resource
from tests.exams.back_office import (
    errors_of,
    form_data,
    make_agent,
    make_editor,
    signed_in,
)
from tests.exams.factories import make_certification
from tests.support.factories import make_resource

pytestmark = pytest.mark.django_db
LIST = reverse("admin:support_resource_changelist")
ADD = reverse("admin:support_resource_add")
SUGGESTED = f"{LIST}?status__exact=suggested"
BROKEN = f"{LIST}?link__exact=broken&status__exact=published"


@pytest.fixture
def client() -> Client:
    return signed_in(make_editor())


def act(client: Client, action: str, *resources: Resource) -> Any:
    ids = [resource.pk for resource in resources]
    data = {"action": action, "_selected_action": ids}
    response = client.post(LIST, data, follow=True)
    for resource in resources:
        resource.refresh_from_db()
    return response


def change(resource: Resource) -> str:
    return reverse("admin:support_resource_change", args=[resource.pk])


# --- who, and what they see -----------------------------------------------------------


def test_editors_may_and_agents_may_not() -> None:
    resource = make_resource()
    for page in (LIST, ADD, change(resource)):
        assert signed_in(make_editor()).get(page).status_code == 200
        assert signed_in(make_agent()).get(page).status_code == 403
    act(signed_in(make_agent()), "decline", resource)
    assert resource.status == "published"


def test_the_queues_stand_in_the_side_bar(client: Client) -> None:
    html = client.get(LIST).text
    for address in (SUGGESTED, BROKEN):
        assert f'href="{address.replace("&", "&amp;")}"' in html


def test_the_queues_show_what_waits_and_why(client: Client) -> None:
    make_resource(title="Waits", status="suggested")
    make_resource(title="Dead", link="broken", link_note="The site answers 404.")
    make_resource(title="Fine")
    waiting, broken = client.get(SUGGESTED).text, client.get(BROKEN).text
    assert "Waits" in waiting
    assert "Dead" not in waiting
    assert "The site answers 404." in broken
    assert "Fine" not in broken


@pytest.mark.parametrize("n_rows", [2, 30])
def test_the_list_costs_the_same_for_any_number_of_rows(
    client: Client, n_rows: int
) -> None:
    certification = make_certification()
    for _ in range(n_rows):
        make_resource(certification)
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    # The user and their permissions; two counts; the rows and their certifications;
    # the certifications of the filter.
    assert len(queries) <= 10, [one["sql"] for one in queries]


def test_it_is_found_by_words_of_any_column(client: Client) -> None:
    make_resource(title="Subnetting", by="Messer", url="https://a.example.com/net")
    make_resource(title="Other")
    for q in ("subnet", "messer", "a.example"):
        html = client.get(LIST, {"q": q}).text
        assert "Subnetting" in html
        assert "Other" not in html


# --- actions --------------------------------------------------------------------------


def test_publishing_and_declining_suggestions(client: Client) -> None:
    good, bad = (make_resource(status="suggested") for _ in range(2))
    assert "Resources published: 1." in act(client, "publish", good).text
    assert "Resources declined: 1." in act(client, "decline", bad).text
    assert (good.status, bad.status) == ("published", "declined")
    assert timezone.now() - good.added_at < timedelta(minutes=1)


def test_a_link_is_checked_now_though_it_is_not_due(client: Client) -> None:
    resource = make_resource(checked_at=timezone.now())

    class Gone:
        def check(self, url: str) -> Finding:
            return Finding(outcome=Outcome.DEAD, note="404", answered=True)

    with patch.object(linkruns, "make_checker", lambda: cast(LinkChecker, Gone())):
        act(client, "check_now", resource)
        assert (resource.link, resource.n_failures) == ("unsure", 1)
        act(client, "check_now", resource)
    assert resource.link == "broken"


def test_without_workers_staff_are_told(client: Client) -> None:
    resource = make_resource()
    with patch.object(tasks.check_resources, "delay", side_effect=OperationalError):
        response = act(client, "check_now", resource)
    assert "workers cannot be reached" in response.text


def test_addresses_that_moved_are_taken_over(client: Client) -> None:
    moved = make_resource(link="moved", moved_to="https://example.org/new")
    stays = make_resource()
    html = act(client, "take_over_moves", moved, stays).text
    assert "Addresses taken over: 1." in html
    assert "Left: 1" in html
    assert moved.url == "https://example.org/new"


# --- the form -------------------------------------------------------------------------


def test_a_new_address_is_canonical_and_unchecked(client: Client) -> None:
    resource = make_resource(make_certification(), link="broken", n_failures=2)
    data = form_data(client.get(change(resource)))
    client.post(change(resource), data | {"url": "http://www.example.org/new/?gclid=1"})
    resource.refresh_from_db()
    assert resource.canonical_url == "example.org/new"
    assert (resource.link, resource.checked_at) == ("unchecked", None)


def test_saving_the_form_as_it_is_changes_nothing(client: Client) -> None:
    resource = make_resource(make_certification(), link="moved", moved_to="x")
    before = Resource.objects.values().get()
    client.post(change(resource), form_data(client.get(change(resource))))
    assert Resource.objects.values().get() == before


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://10.0.0.1/", "private"),
        ("https://a:b@example.com/", "name or a password"),
        ("https://www.example.com/taken/?utm_id=1", "is there already (declined)"),
    ],
)
def test_an_address_is_refused_with_its_reason(
    client: Client, url: str, words: str
) -> None:
    make_resource(url="https://example.com/taken", status="declined")
    resource = make_resource(make_certification())
    data = form_data(client.get(change(resource)))
    assert words in errors_of(client.post(change(resource), data | {"url": url}))


def test_staff_add_one_of_their_own(client: Client) -> None:
    certification = make_certification()
    data = form_data(client.get(ADD)) | {
        "title": "By staff",
        "by": "Somebody",
        "url": "https://example.org/x",
        "kind": "lab",
        "cost": "free",
        "level": "beginner",
        "description": "Helps.",
        "certifications": [certification.pk],
        "status": "published",
    }
    response = client.post(ADD, data)
    assert response.status_code == 302
    resource = Resource.objects.get()
    assert resource.slug.startswith("by-staff-")
    assert resource.canonical_url == "example.org/x"
    assert resource in Resource.objects.shown()


def test_publishing_in_the_form_makes_it_new(client: Client) -> None:
    resource = make_resource(make_certification(), status="suggested")
    data = form_data(client.get(change(resource)))
    client.post(change(resource), data | {"status": "published"})
    resource.refresh_from_db()
    assert timezone.now() - resource.added_at < timedelta(minutes=1)
