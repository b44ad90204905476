"""What stands around every page: level, XP and the streak as of today."""

from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client, RequestFactory, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.limits import too_fast
from accounts.models import User
from achievements.models import ActiveDay, Statistics
from achievements.presentation import Frame
from tests.achievements.factories import make_achiever, on_streak
from tests.exams.factories import make_attempt, make_learner

HOME = reverse("home")
TABLES = "achievements_"


class FrameTests(TestCase):
    learner: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_achiever(xp=3_240, **on_streak(5))

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def test_it_shows_level_xp_and_streak(self) -> None:
        response = self.client.get(reverse("account"))
        self.assertContains(response, "Level 7")
        self.assertContains(response, "3,240 XP")
        self.assertContains(response, "days in a row")
        self.assertNotContains(response, "today is still to come")

    def test_it_says_when_today_is_still_to_come(self) -> None:
        yesterday = timezone.now().date() - timedelta(days=1)
        Statistics.objects.update(streak_day=yesterday)
        response = self.client.get(reverse("account"))
        self.assertContains(response, "today is still to come")

    def test_a_streak_that_is_over_does_not_show(self) -> None:
        Statistics.objects.update(streak_day=date(2020, 1, 1))
        self.assertNotContains(self.client.get(HOME), "in a row")

    def test_somebody_new_is_at_level_one(self) -> None:
        self.client.force_login(make_learner())
        response = self.client.get(HOME)
        self.assertContains(response, "Level 1")
        self.assertContains(response, "0 XP")

    def test_it_leads_to_achievements_and_the_leaderboard(self) -> None:
        response = self.client.get(HOME)
        for name in ("achievements", "leaderboard"):
            # In the top bar, and behind "More" on a phone.
            self.assertContains(response, f'href="{reverse(f"achievements:{name}")}"')
        self.assertContains(response, 'popovertarget="more"')

    def test_it_marks_where_one_is(self) -> None:
        for name in ("achievements", "leaderboard"):
            with self.subTest(page=name):
                url = reverse(f"achievements:{name}")
                response = self.client.get(url)
                self.assertContains(response, f'href="{url}" aria-current="true"')

    def test_it_costs_a_page_one_query(self) -> None:
        self.assertEqual(self.n_queries(reverse("account")), 1)

    def test_what_has_no_frame_pays_nothing(self) -> None:
        attempt = make_attempt(self.learner)
        self.assertEqual(self.n_queries(attempt.get_absolute_url()), 0)
        self.assertEqual(self.n_queries("/livez"), 0)

    def test_what_is_refused_as_too_fast_pays_nothing(self) -> None:
        url = reverse("achievements:leaderboard")
        request = RequestFactory().get(url)
        request.user = self.learner
        with self.assertNumQueries(0):
            response = too_fast(request)
        self.assertContains(response, "History", status_code=429)

    def test_a_visitor_has_no_level_and_pays_nothing(self) -> None:
        self.client.logout()
        self.assertEqual(self.n_queries(HOME), 0)
        response = self.client.get(HOME)
        self.assertNotContains(response, "XP")
        self.assertNotContains(response, reverse("achievements:leaderboard"))

    def n_queries(self, url: str) -> int:
        """Return how many queries of the page are about rewards."""
        with CaptureQueriesContext(connection) as queries:
            response = self.client.get(url)
        self.assertEqual(response.status_code, 200)
        return sum(TABLES in query["sql"] for query in queries.captured_queries)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        # It is Monday in UTC and the last active day was a Friday: one missed day more
        # than the freeze of the week covers, but in Honolulu it is still Sunday.
        ("Pacific/Kiritimati", 0),
        ("UTC", 0),
        ("Pacific/Honolulu", 7),
    ],
)
@pytest.mark.django_db
def test_today_is_the_learners_own(zone: str, expected: int, client: Client) -> None:
    learner = make_achiever(time_zone=zone, **on_streak(7, until=date(2026, 1, 9)))
    client.force_login(learner)
    now = datetime(2026, 1, 12, 1, tzinfo=UTC)
    with patch("django.utils.timezone.now", return_value=now):
        response = client.get(HOME)
    assert response.context["rewards"].frame.streak == expected


@pytest.mark.parametrize(("day", "expected"), [(11, 7), (13, 0)])
@pytest.mark.django_db
def test_a_flight_over_the_date_line_ends_no_streak(
    day: int, expected: int, client: Client
) -> None:
    # From Hawaii on Friday evening to where that is Saturday: on Monday there, only
    # one day has passed whole, and the week's freeze covers it.
    learner = make_achiever(
        time_zone="Pacific/Kiritimati", **on_streak(7, until=date(2026, 1, 9))
    )
    landed = datetime(2026, 1, 10, 9, tzinfo=UTC)
    ActiveDay.objects.create(
        learner=learner,
        day=date(2026, 1, 9),
        first_at=landed,
        last_at=landed,
        zone="Pacific/Honolulu",
    )
    client.force_login(learner)
    now = datetime(2026, 1, day, 11, tzinfo=UTC)
    with patch("django.utils.timezone.now", return_value=now):
        response = client.get(HOME)
    assert response.context["rewards"].frame.streak == expected


def frame(**fields: object) -> Frame:
    return Frame.of(Statistics(**fields), today=date(2026, 3, 4))


def test_a_frame_of_nothing() -> None:
    nothing = frame()
    assert (nothing.level.level, nothing.streak, nothing.is_lit) == (1, 0, False)


@pytest.mark.parametrize(
    ("day", "streak", "is_lit"),
    [
        (date(2026, 3, 5), 4, True),  # the day before a flight to the west
        (date(2026, 3, 4), 4, True),
        (date(2026, 3, 3), 4, False),
        (date(2026, 3, 2), 4, False),  # the freeze of the week covers it
        (date(2026, 3, 1), 0, False),
    ],
)
def test_a_streak_is_lit_by_doing_something_today(
    day: date, streak: int, is_lit: bool
) -> None:
    found = frame(streak=4, longest_streak=9, streak_day=day)
    assert (found.streak, found.is_lit) == (streak, is_lit)
