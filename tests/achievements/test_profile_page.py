"""The public profile: what a learner chose to show, and nothing else."""

from datetime import UTC, datetime

from django.test import TestCase
from django.urls import reverse

from accounts.models import User
from achievements.models import Profile, Statistics
from support.services.unread import n_unread
from tests.achievements.factories import (
    NEW_YEAR,
    make_achievement,
    make_achiever,
    make_grant,
    on_streak,
)
from tests.exams.factories import make_learner


class ProfileTests(TestCase):
    learner: User
    url: str

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_achiever(
            xp=3_240,
            display_name="Ada",
            date_joined=datetime(2026, 2, 3, tzinfo=UTC),
            **on_streak(5),
        )
        make_grant(cls.learner, make_achievement(title="Bronze Grinder"))
        Profile.objects.create(learner=cls.learner, is_public=True)
        cls.url = reverse("achievements:profile", args=[cls.learner.pk])

    def choose(self, **choices: bool) -> None:
        Profile.objects.filter(learner=self.learner).update(**choices)

    def test_nobody_has_a_page_without_choosing_it(self) -> None:
        newcomer = make_learner()
        Profile.objects.create(learner=make_learner())
        for learner in (newcomer, Profile.objects.latest("pk").learner):
            url = reverse("achievements:profile", args=[learner.pk])
            for viewer in (None, learner):
                if viewer:
                    self.client.force_login(viewer)
                self.assertEqual(self.client.get(url).status_code, 404)

    def test_everybody_sees_a_public_profile(self) -> None:
        for viewer in (None, make_learner(), self.learner):
            if viewer:
                self.client.force_login(viewer)
            response = self.client.get(self.url)
            for text in ("Ada", "February 2026", "Level 7", "3,240 XP", "5 days"):
                self.assertContains(response, text)
            self.assertContains(response, "Bronze Grinder")

    def test_what_is_hidden_is_told_to_nobody_else(self) -> None:
        hidden = make_achievement(title="Night Owl", text="At two", is_hidden=True)
        make_grant(self.learner, hidden)
        for viewer in (None, make_learner()):
            if viewer:
                self.client.force_login(viewer)
            response = self.client.get(self.url)
            self.assertNotContains(response, "Night Owl")
            self.assertNotContains(response, "At two")
            self.assertContains(response, "Hidden achievement")
        self.client.force_login(self.learner)
        self.assertContains(self.client.get(self.url), "Night Owl")

    def test_it_never_shows_an_address(self) -> None:
        self.assertNotContains(self.client.get(self.url), self.learner.email)
        self.assertNotContains(self.client.get(self.url), "@")

    def test_what_was_not_chosen_does_not_show(self) -> None:
        self.choose(shows_level=False, shows_streak=False, shows_achievements=False)
        response = self.client.get(self.url)
        self.assertContains(response, "Ada")
        for text in ("Level 7", "3,240", "5 days", "Bronze Grinder", "Achievements"):
            self.assertNotContains(response, text)

    def test_each_part_is_chosen_by_itself(self) -> None:
        self.choose(shows_level=False, shows_achievements=False)
        response = self.client.get(self.url)
        self.assertContains(response, "5 days")
        self.assertNotContains(response, "Level 7")

    def test_without_a_public_profile_there_is_no_page(self) -> None:
        self.choose(is_public=False)
        for viewer in (None, make_learner(), self.learner):
            if viewer:
                self.client.force_login(viewer)
            self.assertEqual(self.client.get(self.url).status_code, 404)

    def test_a_closed_account_has_no_page(self) -> None:
        User.objects.filter(pk=self.learner.pk).update(is_active=False)
        self.assertEqual(self.client.get(self.url).status_code, 404)

    def test_nobody_has_no_page(self) -> None:
        for pk in (0, 10**9, 10**30):
            url = reverse("achievements:profile", args=[pk])
            self.assertEqual(self.client.get(url).status_code, 404)

    def test_achievements_that_were_taken_back_do_not_show(self) -> None:
        lost = make_achievement(title="Lost one")
        make_grant(
            self.learner, lost, revoked_at=NEW_YEAR, revoke_reason="A shared session."
        )
        response = self.client.get(self.url)
        self.assertNotContains(response, "Lost one")
        self.assertNotContains(response, "A shared session.")

    def test_the_streak_is_as_of_today(self) -> None:
        Statistics.objects.update(streak_day=datetime(2020, 1, 1, tzinfo=UTC).date())
        self.assertContains(self.client.get(self.url), "0 days")

    def test_one_sees_that_it_is_ones_own(self) -> None:
        self.assertNotContains(self.client.get(self.url), "how others see you")
        self.client.force_login(self.learner)
        response = self.client.get(self.url)
        self.assertContains(response, "how others see you")
        self.assertContains(response, reverse("achievements:preferences"))

    def test_search_engines_are_asked_to_leave_it_out(self) -> None:
        self.assertContains(self.client.get(self.url), 'content="noindex"')

    def test_somebody_new_has_one_as_well(self) -> None:
        newcomer = make_learner()
        Profile.objects.create(learner=newcomer, is_public=True)
        url = reverse("achievements:profile", args=[newcomer.pk])
        response = self.client.get(url)
        self.assertContains(response, "Level 1")
        self.assertContains(response, "None yet")

    def test_it_refuses_to_be_posted_to(self) -> None:
        self.assertEqual(self.client.post(self.url).status_code, 405)

    def test_it_takes_as_few_queries_for_many_achievements(self) -> None:
        for _ in range(8):
            make_grant(self.learner)
        with self.assertNumQueries(2):
            # The learner with statistics and profile, their grants.
            self.client.get(self.url)
        visitor = make_learner()
        self.client.force_login(visitor)
        n_unread(visitor)  # The frame's number is counted now and then.
        with self.assertNumQueries(4):
            # Who looks; the same two; level and streak of who looks.
            self.client.get(self.url)
