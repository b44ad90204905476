"""What was earned is told once, on the next page, and never again."""

import re
from functools import partial

import pytest
from django.db import transaction
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from achievements.models import Grant, Statistics
from achievements.services.locking import lock_learner
from achievements.services.telling import tell
from tests.achievements.factories import (
    NEW_YEAR,
    make_achievement,
    make_achiever,
    make_grant,
)
from tests.exams.factories import make_attempt, make_learner
from tests.exams.racing import race

HOME = reverse("home")
TOLD = "Achievement earned"


class ToastTests(TestCase):
    learner: User
    grant: Grant

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_achiever()
        cls.grant = make_grant(
            cls.learner,
            make_achievement(title="Night Owl", slug="night-owl"),
            is_told=False,
        )

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def n_untold(self) -> int:
        return Statistics.objects.get(learner=self.learner).n_untold

    def test_the_next_page_tells_it(self) -> None:
        response = self.client.get(HOME)
        self.assertContains(response, "Night Owl")
        self.assertContains(response, "js/toasts.js")
        page = reverse("achievements:achievements")
        self.assertContains(response, f'href="{page}#night-owl"')
        self.grant.refresh_from_db()
        self.assertIsNotNone(self.grant.told_at)
        self.assertEqual(self.n_untold(), 0)

    def test_no_page_tells_it_again(self) -> None:
        self.client.get(HOME)
        for url in (HOME, reverse("exams:history")):
            response = self.client.get(url)
            self.assertNotContains(response, TOLD)
            self.assertNotContains(response, "js/toasts.js")

    def test_another_device_does_not_tell_it_again(self) -> None:
        self.client.get(HOME)
        other = Client()
        other.force_login(self.learner)
        self.assertNotContains(other.get(HOME), TOLD)

    def test_without_a_script_it_can_be_read(self) -> None:
        page = self.client.get(HOME).content.decode()
        self.assertNotIn("<template", page)
        # What only a script can do is not offered.
        self.assertEqual(
            re.findall(r"<button[^>]*data-dismiss[^>]*>", page),
            re.findall(r"<button[^>]*data-dismiss hidden>", page),
        )

    def test_a_page_that_tells_is_kept_in_no_cache(self) -> None:
        self.assertIn("no-store", self.client.get(HOME).headers["Cache-Control"])
        self.assertNotIn("Cache-Control", self.client.get(HOME).headers)

    def test_the_runner_stays_calm(self) -> None:
        attempt = make_attempt(self.learner)
        self.assertNotContains(self.client.get(attempt.get_absolute_url()), TOLD)
        self.assertEqual(self.n_untold(), 1)

    def test_what_nobody_looks_at_tells_nothing(self) -> None:
        self.client.head(HOME)
        for purpose in ("prefetch", "prefetch;prerender"):
            response = self.client.get(HOME, headers={"Sec-Purpose": purpose})
            self.assertNotContains(response, TOLD)
        self.assertEqual(self.n_untold(), 1)
        self.assertContains(self.client.get(HOME), TOLD)

    def test_several_are_told_together_in_the_order_of_time(self) -> None:
        make_grant(
            self.learner,
            make_achievement(title="Later one"),
            is_told=False,
            earned_at=timezone.now(),
        )
        page = self.client.get(HOME).content.decode()
        self.assertLess(page.index("Night Owl"), page.index("Later one"))
        self.assertEqual(self.n_untold(), 0)

    def test_what_was_taken_back_is_not_told(self) -> None:
        Grant.objects.update(revoked_at=NEW_YEAR, revoke_reason="A mistake.")
        self.assertNotContains(self.client.get(HOME), TOLD)
        # And nothing looks for it any more.
        self.assertEqual(self.n_untold(), 0)

    def test_others_are_told_nothing_of_it(self) -> None:
        self.client.force_login(make_learner())
        self.assertNotContains(self.client.get(HOME), TOLD)
        self.assertEqual(self.n_untold(), 1)

    def test_a_page_without_news_looks_for_none(self) -> None:
        self.client.get(HOME)
        with self.assertNumQueries(5):
            # Learner, running attempts, certifications: the learner's own and all;
            # level and streak.
            self.client.get(HOME)

    def test_titles_come_as_they_are(self) -> None:
        self.grant.achievement.title = "<script>alert(1)</script>"
        self.grant.achievement.save()
        self.assertNotContains(self.client.get(HOME), "<script>alert")

    def test_one_attempt_can_be_told_of_alone(self) -> None:
        attempt = make_attempt(self.learner)
        make_grant(self.learner, is_told=False, attempt=attempt)
        now = timezone.now()
        told = tell(learner_id=self.learner.pk, attempt_id=attempt.pk, now=now)
        self.assertEqual([grant.attempt_id for grant in told], [attempt.pk])
        self.assertEqual(self.n_untold(), 1)
        self.assertContains(self.client.get(HOME), "Night Owl")


committed = pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "exams", "achievements"]
)


@pytest.mark.both_databases
@committed
def test_of_many_tabs_at_once_one_tells() -> None:
    learner = make_achiever()
    grants = [make_grant(learner, is_told=False) for _ in range(3)]
    call = partial(tell, learner_id=learner.pk, now=timezone.now())
    told = [one for some in race([call] * 8) for one in some]
    assert sorted(one.pk for one in told) == [grant.pk for grant in grants]


@committed
def test_no_page_waits_while_rewards_are_counted() -> None:
    learner = make_achiever()
    make_grant(learner, is_told=False)
    call = partial(tell, learner_id=learner.pk, now=timezone.now())
    with transaction.atomic():
        lock_learner(learner.pk)
        # From another connection; waiting would take longer than a race may.
        assert race([call]) == [[]]
    assert len(call()) == 1
