"""Since when a learner's clock shows a zone: noted at the change, and never twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from achievements.models import ActiveDay, Statistics, ZoneChange
from achievements.services import note_time_zone, settle_learner
from tests.achievements.derived import answer
from tests.exams.factories import make_attempt, make_learner
from tests.exams.racing import committed

pytestmark = pytest.mark.both_databases

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def zones(learner: User) -> list[str]:
    rows = ZoneChange.objects.filter(learner=learner)
    return list(rows.values_list("zone", flat=True))


def move(learner: User, zone: str) -> None:
    User.objects.filter(pk=learner.pk).update(time_zone=zone)


def practise(learner: User, moment: datetime) -> None:
    answer(make_attempt(learner, now=moment), 0, now=moment)


# --- noting ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_first_settlement_notes_where_somebody_is() -> None:
    learner = make_learner(time_zone="Asia/Tokyo")
    practise(learner, NOON)
    for _ in range(2):
        settle_learner(learner.pk, now=NOON)
    assert zones(learner) == ["Asia/Tokyo"]


@pytest.mark.django_db
def test_a_change_notes_the_zone_before_as_well() -> None:
    learner = make_learner(time_zone="UTC")
    move(learner, "Asia/Tokyo")
    assert note_time_zone(learner_id=learner.pk, previous="UTC", now=NOON)
    assert zones(learner) == ["UTC", "Asia/Tokyo"]
    assert not note_time_zone(learner_id=learner.pk, previous="UTC", now=NOON)
    assert zones(learner) == ["UTC", "Asia/Tokyo"]


@pytest.mark.django_db
def test_of_two_announcements_in_the_wrong_order_the_truth_is_noted() -> None:
    learner = make_learner(time_zone="UTC")
    move(learner, "Europe/Berlin")
    move(learner, "Asia/Tokyo")
    note_time_zone(learner_id=learner.pk, previous="Europe/Berlin", now=NOON)
    note_time_zone(learner_id=learner.pk, previous="UTC", now=NOON)
    assert zones(learner)[-1] == "Asia/Tokyo"


@pytest.mark.django_db
def test_a_settlement_notes_a_change_that_nobody_announced() -> None:
    learner = make_learner()
    practise(learner, NOON)
    settle_learner(learner.pk, now=NOON)
    move(learner, "Asia/Tokyo")
    practise(learner, NOON + timedelta(hours=1))
    settle_learner(learner.pk, now=NOON + timedelta(hours=2))
    assert zones(learner) == ["UTC", "Asia/Tokyo"]


@pytest.mark.django_db
def test_nothing_is_noted_of_somebody_who_is_gone() -> None:
    learner = make_learner()
    pk = learner.pk
    learner.delete()
    assert not note_time_zone(learner_id=pk, previous="UTC", now=NOON)
    assert not ZoneChange.objects.exists()
    assert not Statistics.objects.exists()


# --- what it is for -------------------------------------------------------------------


@pytest.mark.django_db
def test_a_moment_is_told_by_the_clock_of_then() -> None:
    learner = make_learner(time_zone="UTC")
    evening = NOON + timedelta(hours=8)
    move(learner, "Asia/Tokyo")
    note_time_zone(
        learner_id=learner.pk, previous="UTC", now=evening + timedelta(hours=1)
    )
    # 20:00 in UTC, before the change; 22:00 UTC is tomorrow's morning in Tokyo.
    practise(learner, evening)
    practise(learner, evening + timedelta(hours=2))
    settle_learner(learner.pk, now=timezone.now())
    days = ActiveDay.objects.order_by("day").values_list("day", "zone")
    assert list(days) == [
        (date(2026, 11, 18), "UTC"),
        (date(2026, 11, 19), "Asia/Tokyo"),
    ]


@pytest.mark.django_db
def test_the_first_zone_is_for_all_the_time_before() -> None:
    learner = make_learner(time_zone="Asia/Tokyo")
    practise(learner, NOON + timedelta(hours=8))
    settle_learner(learner.pk, now=timezone.now())
    assert ActiveDay.objects.get().day == date(2026, 11, 19)


# --- the account page -----------------------------------------------------------------


def choose(learner: User, zone: str) -> None:
    client = Client()
    client.force_login(learner)
    url = reverse("account_setting", args=["time-zone"])
    assert client.post(url, {"time_zone": zone}).status_code == 302


@committed
def test_choosing_a_zone_on_the_account_page_notes_it() -> None:
    learner = make_learner()
    before = timezone.now()
    choose(learner, "Asia/Tokyo")
    first, last = ZoneChange.objects.all()
    assert (first.zone, last.zone) == ("UTC", "Asia/Tokyo")
    assert before <= last.since <= timezone.now()


@committed
def test_choosing_the_same_zone_notes_nothing() -> None:
    learner = make_learner()
    choose(learner, "UTC")
    assert not ZoneChange.objects.exists()


@committed
def test_a_zone_that_could_not_be_noted_is_changed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(**kwargs: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("achievements.services.note_time_zone", fail)
    learner = make_learner()
    choose(learner, "Asia/Tokyo")
    learner.refresh_from_db()
    assert learner.time_zone == "Asia/Tokyo"
    practise(learner, timezone.now())
    settle_learner(learner.pk, now=timezone.now())
    assert zones(learner) == ["Asia/Tokyo"]
