"""Times in the learner's own zone."""

from datetime import UTC, datetime

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import User
from accounts.time_zones import time_zone_choices, zone_of
from tests.accounts.people import make_person, sign_in


def test_each_zone_is_offered_once_below_its_region() -> None:
    groups = dict(time_zone_choices(current="Europe/Berlin"))
    assert ("Europe/Berlin", "Berlin") in groups["Europe"]
    assert ("America/New_York", "New York") in groups["America"]
    names = [name for group in groups.values() for name, _ in group]
    assert len(names) == len(set(names)) > 300
    assert "UTC" in names


def test_a_zone_outside_the_regions_stays_choosable_for_who_has_it() -> None:
    groups = dict(time_zone_choices(current="US/Pacific"))
    assert ("US/Pacific", "US/Pacific") in groups["Other"]


def test_a_zone_that_this_machine_does_not_know_reads_as_utc() -> None:
    assert str(zone_of("Mars/Olympus")) == "UTC"
    assert str(zone_of("Asia/Tokyo")) == "Asia/Tokyo"


@pytest.mark.django_db
def test_pages_show_times_in_the_zone_of_their_reader() -> None:
    user = make_person(time_zone="Asia/Tokyo")
    client = sign_in(user)
    moment = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
    UserSession.objects.update(created_at=moment)
    assert "2 March 2026, 05:30" in client.get("/account/sessions/").text


@pytest.mark.django_db
def test_a_zone_that_has_vanished_breaks_no_page() -> None:
    client = sign_in(make_person())
    User.objects.update(time_zone="Mars/Olympus")
    assert client.get("/account/").status_code == 200


@pytest.mark.django_db
def test_one_request_leaves_no_zone_to_the_next(client: Client) -> None:
    tokyo = sign_in(make_person(time_zone="Asia/Tokyo"))
    tokyo.get("/account/")
    response = client.get("/account/login/")
    assert response.status_code == 200
    from django.utils import timezone

    assert timezone.get_current_timezone_name() == "UTC"
