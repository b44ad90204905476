"""The achievements page: what was earned, when and by what, and what is on the way."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from achievements.models import Achievement, Grant, Miss, Statistics, ZoneChange
from achievements.overview import PageFacts, read_facts, read_overview
from achievements.presentation import AwardCard
from achievements.records import Records
from achievements.services import settle_learner
from achievements.streaks import Clock
from exams.models import Attempt, Test
from support.services.unread import n_unread
from tests.achievements.factories import (
    NEW_YEAR,
    make_achievement,
    make_achiever,
    make_counted,
    make_grant,
    on_streak,
)
from tests.exams.factories import make_attempt, make_learner, make_test
from tests.exams.sitting import minutes_ago, sit, sit_and_finish

URL = reverse("achievements:achievements")


def card_of(learner: User, achievement: Achievement) -> AwardCard:
    cards = [card for group in read_overview(learner).groups for card in group.cards]
    return next(card for card in cards if card.slug == achievement.slug)


def progress_of(learner: User, **fields: object) -> tuple[int, int]:
    """Return the progress towards an achievement made for it."""
    card = card_of(learner, make_achievement(**fields))
    assert card.progress
    return card.n, card.progress.target


class EarnedTests(TestCase):
    learner: User
    test: Test
    attempt: Attempt
    achievement: Achievement

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_achiever()
        cls.test = make_test()
        cls.attempt = make_counted(cls.learner, cls.test)
        cls.achievement = make_achievement(title="Bronze Grinder", threshold=10)

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def grant(self, **fields: object) -> Grant:
        fields.setdefault("attempt", self.attempt)
        return make_grant(
            self.learner, self.achievement, values={"attempts": 10}, **fields
        )

    def test_it_says_when_and_by_what_with_the_way_to_the_result(self) -> None:
        self.grant(earned_at=datetime(2026, 2, 3, 12, tzinfo=UTC))
        response = self.client.get(URL)
        self.assertContains(response, "3 February 2026")
        self.assertContains(response, "10 tests finished")
        short = self.test.certification.short_name
        result = reverse("exams:result", args=[self.attempt.pk])
        link = f'<a class="tap" href="{result}">{short}, {self.test.title}</a>'
        self.assertContains(response, link, html=True)

    def test_the_day_is_the_one_on_the_learners_clock(self) -> None:
        User.objects.filter(pk=self.learner.pk).update(time_zone="Asia/Tokyo")
        self.grant(earned_at=datetime(2026, 2, 3, 18, tzinfo=UTC))
        self.assertContains(self.client.get(URL), "4 February 2026")

    def test_what_no_attempt_did_needs_none(self) -> None:
        self.grant(attempt=None)
        response = self.client.get(URL)
        self.assertContains(response, "10 tests finished")
        self.assertNotContains(response, "/result/")

    def test_practice_that_still_runs_has_no_result_to_link(self) -> None:
        running = make_attempt(self.learner, make_test())
        self.grant(attempt=running)
        card = card_of(self.learner, self.achievement)
        self.assertIn(running.test.title, card.place)
        self.assertIsNone(card.attempt)

    def test_an_attempt_that_is_gone_takes_nothing_away(self) -> None:
        grant = self.grant()
        Grant.objects.filter(pk=grant.pk).update(attempt=10**9)
        card = card_of(self.learner, self.achievement)
        self.assertTrue(card.is_earned)
        self.assertEqual((card.attempt, card.place), (None, ""))

    def test_evidence_of_a_rule_that_no_longer_exists_is_left_out(self) -> None:
        grant = self.grant()
        grant.evidence = {"rule": "forgotten", "values": {"x": 1}}
        grant.save()
        self.assertEqual(card_of(self.learner, self.achievement).reason, "")

    def test_the_reason_is_the_one_of_then(self) -> None:
        self.grant()
        self.achievement.threshold = 99
        self.achievement.save()
        card = card_of(self.learner, self.achievement)
        self.assertEqual(card.reason, "10 tests finished")

    def test_what_was_taken_back_is_not_earned_and_says_why(self) -> None:
        self.grant(revoked_at=NEW_YEAR, revoke_reason="Two people shared a session.")
        response = self.client.get(URL)
        self.assertContains(response, "Two people shared a session.")
        self.assertNotContains(response, "10 tests finished")
        self.assertEqual(response.context["overview"].n_earned, 0)

    def test_grants_of_others_are_not_in_it(self) -> None:
        make_grant(make_learner(), self.achievement)
        self.assertFalse(card_of(self.learner, self.achievement).is_earned)

    def test_inactive_ones_show_only_to_who_has_them(self) -> None:
        Achievement.objects.update(is_active=False)
        self.assertContains(self.client.get(URL), "Nothing to earn yet")
        self.grant()
        self.assertContains(self.client.get(URL), "Bronze Grinder")
        Grant.objects.update(revoked_at=NEW_YEAR, revoke_reason="A mistake.")
        self.assertNotContains(self.client.get(URL), "Bronze Grinder")

    def test_hidden_ones_are_silhouettes_until_they_are_earned(self) -> None:
        Achievement.objects.update(is_hidden=True)
        response = self.client.get(URL)
        self.assertContains(response, "Hidden achievement")
        for secret in ("Bronze Grinder", self.achievement.text, self.achievement.slug):
            self.assertNotContains(response, secret)
        self.grant()
        response = self.client.get(URL)
        self.assertContains(response, "Bronze Grinder")
        self.assertNotContains(response, "Hidden achievement")

    def test_hidden_ones_that_were_taken_back_hide_again(self) -> None:
        Achievement.objects.update(is_hidden=True)
        self.grant(revoked_at=NEW_YEAR, revoke_reason="A mistake.")
        self.assertNotContains(self.client.get(URL), "Bronze Grinder")

    def test_in_each_category_earned_ones_come_first_and_secrets_last(self) -> None:
        make_achievement(title="A secret", is_hidden=True, position=0)
        make_achievement(title="On the way", position=1)
        self.grant()
        make_achievement(title="Elsewhere", category="streaks", rule="streak")
        tests, streaks = read_overview(self.learner).groups
        self.assertEqual(
            [card.title for card in tests.cards],
            ["Bronze Grinder", "On the way", "A secret"],
        )
        self.assertEqual((tests.label, tests.n_earned), ("Tests finished", 1))
        self.assertEqual([card.title for card in streaks.cards], ["Elsewhere"])

    def test_an_icon_that_does_not_exist_breaks_nothing(self) -> None:
        Achievement.objects.update(icon="no-such-icon")
        self.assertEqual(self.client.get(URL).status_code, 200)

    def test_a_visitor_signs_in(self) -> None:
        self.client.logout()
        self.assertEqual(self.client.get(URL).status_code, 302)


@pytest.mark.both_databases
class ProgressTests(TestCase):
    """n of target, by the same rules that grant."""

    learner: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_achiever(xp=3_240, **on_streak(5))

    def test_of_sums(self) -> None:
        for fields, expected in (
            ({"rule": "level", "threshold": 25}, (7, 25)),
            ({"rule": "coins-earned", "threshold": 5_000}, (1_620, 5_000)),
            ({"rule": "streak", "threshold": 30}, (5, 30)),
        ):
            with self.subTest(**fields):
                self.assertEqual(progress_of(self.learner, **fields), expected)

    def test_of_attempts(self) -> None:
        test = make_test()
        make_counted(self.learner, test, n_wrong=15)
        make_counted(self.learner, test, n_wrong=5)
        make_counted(self.learner, test, mode="exam", n_wrong=20)
        low = {"low": 40}
        for fields, expected in (
            ({"rule": "tests-finished", "threshold": 10}, (3, 10)),
            ({"rule": "questions-answered", "threshold": 1_000}, (75, 1_000)),
            ({"rule": "score", "threshold": 90}, (80, 90)),
            ({"rule": "comeback", "threshold": 90, "parameters": low}, (80, 90)),
            ({"rule": "perfect-tests", "threshold": 2}, (0, 2)),
            ({"rule": "exam-passes", "threshold": 1}, (0, 1)),
        ):
            with self.subTest(rule=fields["rule"]):
                self.assertEqual(progress_of(self.learner, **fields), expected)

    def test_of_all_the_tests_there_are(self) -> None:
        test = make_test()
        make_test()
        make_test(published=False)
        make_counted(self.learner, test)
        found = progress_of(self.learner, rule="all-tests", threshold=1)
        self.assertEqual(found, (1, 2))

    def test_of_misses(self) -> None:
        question = make_test().questions.first()
        assert question
        Miss.objects.create(learner=self.learner, question=question, n=2)
        self.assertEqual(
            progress_of(self.learner, rule="recovery", threshold=3), (2, 3)
        )

    def test_of_hours_by_the_clock_of_then(self) -> None:
        ZoneChange.objects.create(
            learner=self.learner, zone="Asia/Tokyo", since=NEW_YEAR
        )
        three_in_tokyo = datetime(2026, 3, 4, 18, tzinfo=UTC)
        make_counted(self.learner, make_test(), now=three_in_tokyo)
        fields = {"rule": "hours", "threshold": 2}
        for hours, n in (({"from": 2, "until": 4}, 1), ({"from": 17, "until": 19}, 0)):
            found = progress_of(self.learner, **fields, parameters=hours)
            self.assertEqual(found, (n, 2))

    def test_more_than_enough_is_shown_as_enough(self) -> None:
        card = card_of(self.learner, make_achievement(rule="level", threshold=5))
        assert card.progress
        self.assertTrue(card.progress.is_reached)
        self.assertEqual(card.n, 5)

    def test_a_rule_that_fails_takes_only_its_own_bar_away(self) -> None:
        broken = make_achievement(rule="no-such-rule")
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.assertIsNone(card_of(self.learner, broken).progress)
        self.client.force_login(self.learner)
        self.assertContains(self.client.get(URL), broken.title)

    def test_somebody_new_is_at_the_beginning(self) -> None:
        found = progress_of(make_learner(), rule="tests-finished", threshold=10)
        self.assertEqual(found, (0, 10))


@pytest.mark.both_databases
class FactsTests(TestCase):
    """What the page reads in one statement is what granting reads in several."""

    def test_they_are_the_same_facts(self) -> None:
        learner = make_learner(time_zone="Asia/Tokyo")
        test = make_test(n_questions=50)
        for n_wrong, mode in ((3, "practice"), (0, "exam"), (11, "practice")):
            attempt = make_attempt(learner, test, mode=mode, now=minutes_ago(30))
            sit_and_finish(attempt, n_wrong=n_wrong)
        sit(make_attempt(learner, make_test()), n_wrong=2, answered=9)
        settle_learner(learner.pk, now=timezone.now())
        statistics = Statistics.objects.get(pk=learner.pk)
        zones = ZoneChange.objects.values_list("since", "zone")
        records = Records(statistics, Clock(zones))
        facts: PageFacts = read_facts(learner.pk)
        self.assertEqual(facts.sittings, records.sittings)
        self.assertEqual(len(facts.sittings), 3)
        self.assertEqual(facts.published, records.published)
        self.assertEqual(facts.most_misses(), records.most_misses())
        self.assertEqual(facts.xp.total, records.xp.total)
        self.assertEqual(facts.coins.total, records.coins.total)
        self.assertEqual(len(facts.streak_days), len(records.streak_days))
        for field in Statistics._meta.concrete_fields:
            expected = getattr(statistics, field.attname)
            self.assertEqual(getattr(facts.statistics, field.attname), expected)


@pytest.mark.both_databases
class QueryCountTests(TestCase):
    def test_it_takes_three_queries_however_much_there_is(self) -> None:
        learner, test = make_achiever(), make_test()
        for n in range(12):
            at = timezone.now() - timedelta(days=n)
            attempt = make_counted(learner, test, n_wrong=n, now=at)
            make_grant(learner, attempt=attempt, values={"attempts": 10})
            make_achievement(is_hidden=n % 2 == 0)
        for rule, threshold in (("all-tests", 1), ("streak", 3), ("recovery", 3)):
            make_achievement(rule=rule, threshold=threshold)
        self.client.force_login(learner)
        n_unread(learner)  # The frame's number is counted now and then.
        with self.assertNumQueries(3):
            # Learner; all the facts; achievements with grants and their attempts.
            self.client.get(URL)
        cache.clear()
        n_unread(learner)
        with self.assertNumQueries(4):
            # The session, when it is not cached.
            self.client.get(URL)

    def test_somebody_new_costs_the_same(self) -> None:
        make_achievement()
        learner = make_learner()
        self.client.force_login(learner)
        n_unread(learner)
        with self.assertNumQueries(3):
            self.client.get(URL)
