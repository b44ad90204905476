"""What others see is the learner's choice, and the leaderboard follows at once."""

from functools import partial
from typing import Any

import pytest
from django.test import TestCase
from django.urls import reverse

from accounts.models import User
from accounts.signals import account_switched
from achievements.leaderboard import read_leaderboard
from achievements.models import Profile, Standing, Statistics
from achievements.services.visibility import follow_account, save_profile
from tests.achievements.factories import NEW_YEAR, make_achiever, make_standing
from tests.exams.factories import make_learner
from tests.exams.racing import race

URL = reverse("achievements:preferences")
ALL = {
    "on_leaderboard": "on",
    "is_public": "on",
    "shows_level": "on",
    "shows_streak": "on",
    "shows_achievements": "on",
}


def everything_but(*names: str) -> dict[str, str]:
    return {name: on for name, on in ALL.items() if name not in names}


class PreferencesTests(TestCase):
    learner: User
    other: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner, cls.other = (make_achiever(xp=50) for _ in range(2))
        for board in Standing.Board.values:
            make_standing(cls.learner, 50, board=board)
            make_standing(cls.other, 40, board=board)

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def choose(self, choices: dict[str, str]) -> None:
        self.assertRedirects(self.client.post(URL, choices), URL)

    def shown(self, learner: User) -> set[bool]:
        rows = Standing.objects.filter(learner=learner)
        return set(rows.values_list("is_shown", flat=True))

    def test_it_begins_with_everything_but_a_public_profile(self) -> None:
        response = self.client.get(URL)
        self.assertContains(response, " checked", count=4)
        self.assertFalse(response.context["form"].instance.is_public)
        self.assertFalse(Profile.objects.exists())

    def test_what_was_chosen_is_kept(self) -> None:
        self.choose(everything_but("shows_streak", "on_leaderboard"))
        profile = Profile.objects.get(learner=self.learner)
        self.assertEqual(
            (profile.on_leaderboard, profile.is_public, profile.shows_streak),
            (False, True, False),
        )
        self.assertContains(self.client.get(URL), " checked", count=3)
        self.choose(ALL)
        profile.refresh_from_db()
        self.assertTrue(profile.on_leaderboard and profile.shows_streak)

    def test_it_says_that_it_is_saved(self) -> None:
        response = self.client.post(URL, ALL, follow=True)
        self.assertContains(response, "Others see it from now on")

    def test_who_opts_out_leaves_every_board_at_once(self) -> None:
        self.choose(everything_but("on_leaderboard"))
        self.assertEqual(self.shown(self.learner), {False})
        self.assertEqual(self.shown(self.other), {True})
        found = read_leaderboard(
            learner=self.other, board=Standing.Board.ALL_TIME, now=NEW_YEAR, page=1
        )
        self.assertEqual([row.learner for row in found.rows], [self.other.pk])
        assert found.me
        self.assertEqual(found.me.rank, 1)

    def test_and_who_opts_in_is_back_where_they_were(self) -> None:
        before = list(Standing.objects.order_by("pk").values())
        self.choose({})
        self.assertEqual(self.shown(self.learner), {False})
        self.choose(ALL)
        self.assertEqual(list(Standing.objects.order_by("pk").values()), before)

    def test_no_other_choice_touches_the_boards(self) -> None:
        self.choose(everything_but("is_public", "shows_level"))
        self.assertEqual(self.shown(self.learner), {True})

    def test_the_choice_is_ones_own(self) -> None:
        self.client.post(URL, ALL | {"learner": self.other.pk, "pk": self.other.pk})
        self.assertFalse(Profile.objects.filter(learner=self.other).exists())

    def test_somebody_who_never_earned_anything_can_choose(self) -> None:
        newcomer = make_learner()
        self.client.force_login(newcomer)
        self.choose(everything_but("on_leaderboard"))
        self.assertFalse(newcomer.profile.on_leaderboard)

    def test_the_account_page_leads_here(self) -> None:
        self.assertContains(self.client.get(reverse("account")), URL)

    def test_the_profile_is_a_click_away_where_there_is_one(self) -> None:
        profile = reverse("achievements:profile", args=[self.learner.pk])
        self.assertNotContains(self.client.get(URL), profile)
        self.choose(ALL)
        self.assertContains(self.client.get(URL), profile)
        self.choose(everything_but("is_public"))
        self.assertNotContains(self.client.get(URL), profile)

    def test_a_visitor_signs_in(self) -> None:
        self.client.logout()
        for send in (self.client.get, self.client.post):
            self.assertIn("/account/login/", send(URL).headers["Location"])
        self.assertFalse(Profile.objects.exists())

    def test_a_closed_account_is_hidden_and_a_reopened_one_is_back(self) -> None:
        for is_active in (False, True):
            self.learner.is_active = is_active
            self.learner.save()
            account_switched.send(sender=User, user=self.learner)
            self.assertEqual(self.shown(self.learner), {is_active})

    def test_reopening_shows_nobody_who_does_not_want_it(self) -> None:
        self.choose(everything_but("on_leaderboard"))
        follow_account(learner_id=self.learner.pk)
        self.assertEqual(self.shown(self.learner), {False})


@pytest.mark.both_databases
@pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "exams", "achievements"]
)
def test_of_two_choices_at_once_the_boards_follow_the_one_that_stands() -> None:
    learner = make_achiever(xp=10)
    make_standing(learner, 10)
    calls: list[Any] = [
        partial(save_profile, profile=Profile(learner=learner, on_leaderboard=shown))
        for shown in (True, False) * 4
    ]
    race(calls, behind=Statistics.objects.filter(pk=learner.pk))
    stands = Profile.objects.get(learner=learner).on_leaderboard
    assert Standing.objects.get(learner=learner).is_shown == stands
