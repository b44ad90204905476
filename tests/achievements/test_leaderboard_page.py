"""The leaderboard: who is where, for whom, and at what cost."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from achievements import leaderboard, milestones
from achievements.leaderboard import Leaderboard, read_leaderboard
from achievements.models import Profile, Standing, Statistics
from achievements.presentation import BoardRow
from support.services.unread import n_unread
from tests.achievements.factories import (
    NEW_YEAR,
    make_achiever,
    make_crowd,
    make_grant,
    make_standing,
)
from tests.exams.factories import make_learner

URL = reverse("achievements:leaderboard")
ALL_TIME = Standing.Board.ALL_TIME
NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


def read(learner: User, *, page: int = 1) -> Leaderboard:
    return read_leaderboard(learner=learner, board=ALL_TIME, now=NOW, page=page)


def names(rows: list[BoardRow]) -> list[str]:
    return [row.name for row in rows]


def ranks(rows: list[BoardRow]) -> list[int]:
    return [row.rank for row in rows]


@pytest.mark.both_databases
class OrderTests(TestCase):
    def test_more_xp_comes_first(self) -> None:
        crowd = make_crowd(4)
        rows = read(crowd[2]).rows
        self.assertEqual([row.learner for row in rows], [one.pk for one in crowd])
        self.assertEqual([row.xp for row in rows], [40, 30, 20, 10])
        self.assertEqual(ranks(rows), [1, 2, 3, 4])

    def test_of_equals_the_first_to_reach_it_then_the_lower_id(self) -> None:
        late, early, same = (make_achiever(xp=50) for _ in range(3))
        make_standing(late, 50, reached_at=NEW_YEAR + timedelta(microseconds=1))
        make_standing(same, 50)
        make_standing(early, 50)
        for who in (late, early, same):
            found = read(who)
            in_order = [early.pk, same.pk, late.pk]
            self.assertEqual([row.learner for row in found.rows], in_order)
            self.assertEqual([row.learner for row in found.around], in_order)
            assert found.me
            self.assertEqual(found.me.rank, in_order.index(who.pk) + 1)

    def test_pages_follow_each_other_without_gaps_or_repeats(self) -> None:
        crowd = [make_achiever(xp=10) for _ in range(120)]
        for learner in crowd:
            # Nothing but the id tells them apart.
            make_standing(learner, 10)
        pages = [read(crowd[0], page=number) for number in (1, 2, 3)]
        seen = [row.learner for page in pages for row in page.rows]
        self.assertEqual(seen, sorted(one.pk for one in crowd))
        self.assertEqual(
            ranks([row for page in pages for row in page.rows]), [*range(1, 121)]
        )
        self.assertEqual([page.has_next for page in pages], [True, True, False])

    def test_levels_are_those_of_all_xp(self) -> None:
        learner = make_achiever(xp=2_000)
        make_standing(learner, 30)
        self.assertEqual(read(learner).rows[0].level, 5)

    def test_somebody_without_statistics_is_at_level_one(self) -> None:
        learner = make_learner()
        make_standing(learner, 30)
        self.assertEqual(read(learner).rows[0].level, 1)

    def test_boards_of_other_weeks_do_not_count(self) -> None:
        learner = make_achiever(xp=70)
        make_standing(learner, 70, board="week", now=NOW - timedelta(days=7))
        found = read_leaderboard(
            learner=learner, board=Standing.Board.WEEK, now=NOW, page=1
        )
        self.assertEqual((found.rows, found.me), ([], None))


@pytest.mark.both_databases
class AroundTests(TestCase):
    crowd: list[User]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.crowd = make_crowd(30)

    def test_there_are_ten_around_wherever_one_is(self) -> None:
        for place, expected in {
            0: range(1, 12),
            3: range(1, 12),
            5: range(1, 12),
            14: range(10, 21),
            27: range(20, 31),
            29: range(20, 31),
        }.items():
            with self.subTest(rank=place + 1):
                found = read(self.crowd[place])
                self.assertEqual(ranks(found.around), [*expected])
                self.assertEqual(
                    [row.learner for row in found.around],
                    [self.crowd[rank - 1].pk for rank in expected],
                )
                assert found.me
                self.assertEqual(found.me.rank, place + 1)

    def test_one_alone_has_nobody_around(self) -> None:
        alone = make_achiever(xp=10)
        Standing.objects.all().delete()
        make_standing(alone, 10)
        self.assertEqual(ranks(read(alone).around), [1])

    def test_who_hides_sees_their_rank_and_takes_nobodys(self) -> None:
        hidden = self.crowd[14]
        Standing.objects.filter(learner=hidden).update(is_shown=False)
        found = read(hidden)
        assert found.me
        self.assertEqual(found.me.rank, 15)
        self.assertTrue(found.is_hidden)
        # Whoever comes next is 15th for everybody else.
        self.assertEqual(
            ranks(found.around), [10, 11, 12, 13, 14, 15, 15, 16, 17, 18, 19]
        )
        self.assertNotIn(hidden.pk, [row.learner for row in found.rows])
        others = read(self.crowd[15])
        assert others.me
        self.assertEqual(others.me.rank, 15)
        self.assertNotIn(hidden.display_name, names(others.around))

    def test_it_says_whom_one_can_pass_next(self) -> None:
        found = read(self.crowd[14])
        assert found.next_ahead
        self.assertEqual(found.next_ahead.learner, self.crowd[13].pk)
        # As much XP as they have would be reached later than theirs.
        self.assertEqual(found.missing, 20)
        self.assertIsNone(read(self.crowd[0]).next_ahead)

    def test_who_earned_nothing_has_no_place(self) -> None:
        found = read(make_learner())
        self.assertEqual((found.me, found.around), (None, []))
        self.assertEqual(len(found.rows), 30)


@pytest.mark.both_databases
class MilestoneTests(TestCase):
    """Ranks on a crowded board begin from what was counted in advance."""

    crowd: list[User]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.crowd = make_crowd(40)

    def measure(self) -> None:
        with (
            patch.object(milestones, "EXACT", 10),
            patch.object(milestones, "STEP", 5),
        ):
            milestones.measure_boards(now=NOW)

    def rank_of(self, place: int) -> int:
        found = read(self.crowd[place]).me
        assert found
        return found.rank

    def test_ranks_are_the_same_with_milestones_and_without(self) -> None:
        expected = [*range(1, 41)]
        self.assertEqual([self.rank_of(place) for place in range(40)], expected)
        self.measure()
        self.assertEqual([self.rank_of(place) for place in range(40)], expected)

    def test_equals_are_on_one_side_of_a_milestone(self) -> None:
        Standing.objects.update(xp=100)
        self.measure()
        self.assertEqual([self.rank_of(place) for place in (0, 20, 39)], [1, 21, 40])

    def test_a_milestone_is_what_keeps_a_count_short(self) -> None:
        self.measure()
        # Who passes a milestone shows with the next measure, at the latest.
        Standing.objects.filter(learner=self.crowd[39]).update(xp=10_000)
        self.assertEqual(self.rank_of(30), 31)
        self.measure()
        self.assertEqual(self.rank_of(30), 32)

    def test_the_first_ranks_never_rest_on_one(self) -> None:
        self.measure()
        Standing.objects.filter(learner=self.crowd[39]).update(xp=10_000)
        self.assertEqual([self.rank_of(place) for place in range(10)], [*range(2, 12)])

    def test_a_small_board_has_none(self) -> None:
        milestones.measure_boards(now=NOW)
        starts_on = Standing.objects.earliest("pk").starts_on
        self.assertIsNone(milestones.milestone_above("all-time", starts_on, xp=1))

    def test_hidden_learners_are_not_counted(self) -> None:
        Standing.objects.filter(learner=self.crowd[0]).update(is_shown=False)
        self.measure()
        self.assertEqual(self.rank_of(30), 30)


class PageTests(TestCase):
    learner: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_achiever(xp=1_250, display_name="Ada")
        make_standing(cls.learner, 1_250, reached_at=NEW_YEAR)

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def test_it_shows_names_levels_and_xp_for_people(self) -> None:
        response = self.client.get(URL, {"board": "all-time"})
        for text in ("Ada", "Level 3", "1,250 XP"):
            self.assertContains(response, text)

    def test_it_opens_with_this_week(self) -> None:
        response = self.client.get(URL)
        self.assertContains(response, 'href="?board=week" aria-current="page"')
        self.assertContains(response, "A new week, an empty board")

    def test_each_empty_board_says_so(self) -> None:
        Standing.objects.all().delete()
        for board, words in {
            "week": "A new week",
            "month": "A new month",
            "all-time": "Nobody is here yet",
        }.items():
            with self.subTest(board=board):
                self.assertContains(self.client.get(URL, {"board": board}), words)

    def test_nonsense_in_the_address_gets_a_sensible_answer(self) -> None:
        first = self.client.get(URL, {"board": "all-time"}).context["leaderboard"]
        for page in ("-1", "0", "x", "", "1.5", "٣x"):
            with self.subTest(page=page):
                response = self.client.get(URL, {"board": "all-time", "page": page})
                self.assertEqual(response.context["leaderboard"].rows, first.rows)
        for board in ("nonsense", "", "week' OR 1=1 --", "x" * 5_000):
            with self.subTest(board=board[:20]):
                response = self.client.get(URL, {"board": board})
                self.assertEqual(response.context["board"], Standing.Board.WEEK)

    def test_far_down_it_leads_back_to_the_top(self) -> None:
        for page in ("2", "200", "999999", "9" * 5_000):
            with self.subTest(page=page[:10]):
                response = self.client.get(URL, {"board": "all-time", "page": page})
                self.assertContains(response, "Nobody is this far down")
                # And one's own place is there all the same.
                self.assertContains(response, "1,250 XP")

    def test_the_list_ends_where_nobody_compares_themselves(self) -> None:
        make_crowd(5)
        with (
            patch.object(leaderboard, "PAGE", 2),
            patch.object(leaderboard, "MOST_PAGES", 3),
        ):
            found = read(self.learner, page=3)
            self.assertEqual(ranks(found.rows), [5, 6])
            self.assertTrue(found.is_cut)
            self.assertFalse(found.has_next)

    def test_it_links_public_profiles_only(self) -> None:
        undecided, private, closed = make_crowd(3)
        Profile.objects.create(learner=private, is_public=False)
        for learner in (self.learner, closed):
            Profile.objects.create(learner=learner, is_public=True)
        User.objects.filter(pk=closed.pk).update(is_active=False)
        response = self.client.get(URL, {"board": "all-time"})
        profile = "achievements:profile"
        self.assertContains(response, reverse(profile, args=[self.learner.pk]))
        for other in (undecided, private, closed):
            self.assertNotContains(response, reverse(profile, args=[other.pk]))
        self.assertContains(response, private.display_name)
        self.assertNotContains(response, closed.display_name)

    def test_it_never_shows_an_address(self) -> None:
        crowd = make_crowd(3)
        page = self.client.get(URL, {"board": "all-time"}).content.decode()
        for one in (*crowd, self.learner):
            self.assertNotIn(one.email, page)

    def test_any_name_comes_as_it_is(self) -> None:
        User.objects.filter(pk=self.learner.pk).update(display_name="<b>O'Ada</b>")
        response = self.client.get(URL, {"board": "all-time"})
        self.assertContains(response, "&lt;b&gt;O&#x27;Ada&lt;/b&gt;")
        self.assertNotContains(response, "<b>O'Ada")

    def test_who_is_hidden_is_told_so(self) -> None:
        self.assertNotContains(self.client.get(URL), "Only you see your rank")
        Profile.objects.create(learner=self.learner, on_leaderboard=False)
        Standing.objects.update(is_shown=False)
        response = self.client.get(URL, {"board": "all-time"})
        self.assertContains(response, "Only you see your rank")
        self.assertContains(response, reverse("achievements:preferences"))

    def test_a_visitor_signs_in(self) -> None:
        self.client.logout()
        self.assertRedirects(
            self.client.get(URL),
            f"{reverse('account_login')}?next={URL}",
            fetch_redirect_response=False,
        )

    def test_it_refuses_to_be_posted_to(self) -> None:
        self.assertEqual(self.client.post(URL).status_code, 405)


@pytest.mark.both_databases
class QueryCountTests(TestCase):
    learner: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_crowd(130)[60]

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def test_a_page_takes_three_queries_wherever_it_is(self) -> None:
        n_unread(self.learner)  # The frame's number is counted now and then.
        for page in (1, 2, 3, 200):
            with self.subTest(page=page), self.assertNumQueries(3):
                # Learner; who asks, with statistics, profile and place; all the rows
                # of the page, those around, and the rank.
                self.client.get(URL, {"board": "all-time", "page": page})

    def test_a_session_that_is_not_cached_is_the_fourth(self) -> None:
        cache.clear()
        n_unread(self.learner)
        with self.assertNumQueries(4):
            self.client.get(URL, {"board": "all-time"})

    def test_who_is_on_no_board_takes_no_more(self) -> None:
        for learner in (make_learner(), make_achiever(xp=10)):
            self.client.force_login(learner)
            cache.clear()
            for board in Standing.Board.values:
                with self.subTest(board=board):
                    self.client.get(URL)
                    with self.assertNumQueries(3):
                        self.client.get(URL, {"board": board})

    def test_what_is_told_on_it_is_told_besides(self) -> None:
        make_grant(self.learner, is_told=False)
        with CaptureQueriesContext(connection) as first:
            self.assertContains(self.client.get(URL), "Achievement earned")
        with CaptureQueriesContext(connection) as second:
            self.client.get(URL)
        self.assertGreater(len(first), len(second))
        self.assertEqual(len(second), 3)

    def test_statistics_are_the_ones_of_the_frame(self) -> None:
        Statistics.objects.filter(learner=self.learner).update(xp=77_000)
        self.assertContains(self.client.get(URL), "Level 100")


# --- what PostgreSQL does -------------------------------------------------------------


def plan_of(sql: str) -> list[str]:
    """Return the lines of a plan, as of a table too large to be read as a whole."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN (COSTS OFF) {sql}")
        return [line for (line,) in cursor.fetchall()]


@pytest.mark.django_db
def test_ranks_and_rows_come_off_the_index_of_the_board_alone() -> None:
    learner = make_crowd(40)[20]
    with CaptureQueriesContext(connection) as queries:
        read(learner)
    plan = plan_of(queries.captured_queries[-1]["sql"])
    reads = [line for line in plan if "on achievements_standing" in line]
    # The page; as much XP and more, on both sides; two counts for the rank.
    assert len(reads) == 1 + 4 + 2
    assert all("Index Only Scan" in line for line in reads)
    assert all("standing_board" in line for line in reads)
