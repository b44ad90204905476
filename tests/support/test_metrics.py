"""The desk's figures against numbers worked out by hand, in both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from support import metrics, services
from support.admin.metrics import chart_of
from support.metrics import Figures, Satisfaction, Times
from support.models import Thread
from support.status import Author, Status
from support.times import spelled
from tests.exams.back_office import signed_in
from tests.support.factories import make_agent, make_thread, say

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

# A Wednesday; its week began on Monday the 2nd.
NOW = datetime(2026, 11, 4, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def answered(after: float, *, at: datetime = MONDAY, by: User | None = None) -> Thread:
    """Make a thread asked ``at`` and answered ``after`` so many minutes."""
    thread = make_thread(now=at)
    say(thread, by or make_agent(), now=at + minutes(after))
    return thread


def figures_of(week: datetime) -> Figures:
    return dict(metrics.by_week(now=NOW))[week]


@pytest.mark.parametrize(
    ("times", "median", "p90"),
    [
        ([7], 7, 7),
        ([10, 20], 10, 20),
        ([30, 10, 20], 20, 30),
        # Ten times: the 5th and the 9th in their order.
        ([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 5, 9),
        # Eleven: the 6th and, as 0.9 x 11 = 9.9, the 10th.
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99], 6, 10),
        ([4, 4, 4, 8], 4, 8),
    ],
)
def test_median_and_percentile_are_times_that_somebody_waited(
    times: list[int], median: int, p90: int
) -> None:
    for one in times:
        answered(one)
    expected = Times(len(times), minutes(median), minutes(p90))
    assert figures_of(MONDAY).first_response == expected


def test_each_week_has_its_own_figures() -> None:
    answered(10, at=MONDAY - WEEK)
    answered(50, at=MONDAY - minutes(1))
    answered(20, at=MONDAY)
    weeks = metrics.by_week(now=NOW)
    assert [week for week, _ in weeks] == [
        MONDAY - back * WEEK for back in reversed(range(12))
    ]
    assert [one.n_threads for _, one in weeks] == [0] * 10 + [2, 1]
    assert weeks[-2][1].first_response == Times(2, minutes(10), minutes(50))
    assert weeks[-1][1].first_response == Times(1, minutes(20), minutes(20))
    assert weeks[0][1] == Figures()


def test_what_is_older_than_twelve_weeks_is_left_out() -> None:
    answered(10, at=MONDAY - 12 * WEEK)
    assert all(one == Figures() for _, one in metrics.by_week(now=NOW))


def test_only_the_first_answer_counts_and_notes_are_none() -> None:
    thread, agent = make_thread(now=MONDAY), make_agent()
    say(thread, agent, kind=Author.NOTE, now=MONDAY + minutes(1))
    say(thread, agent, now=MONDAY + minutes(30))
    say(thread, agent, now=MONDAY + minutes(90))
    make_thread(now=MONDAY)
    figures = figures_of(MONDAY)
    assert figures.n_threads == 2
    assert figures.first_response == Times(1, minutes(30), minutes(30))


def test_where_an_agent_began_nobody_waited() -> None:
    thread, agent = make_thread(now=MONDAY - 5 * WEEK), make_agent()
    closed_at = MONDAY - 4 * WEEK
    services.close_thread(thread=thread, by=agent, now=closed_at)
    say(thread, agent, now=MONDAY)
    assert Thread.objects.filter(follows=thread).exists()
    assert figures_of(MONDAY).first_response == Times()


def test_resolution_is_from_asking_to_closing_in_the_week_of_closing() -> None:
    for n in (1, 2, 3):
        thread = answered(5, at=MONDAY - timedelta(days=n))
        by = thread.learner if n == 2 else None
        services.close_thread(thread=thread, by=by, now=MONDAY)
    days = timedelta(days=1)
    assert figures_of(MONDAY).resolution == Times(3, 2 * days, 3 * days)
    assert figures_of(MONDAY - WEEK).resolution == Times()


def test_what_opened_again_is_not_resolved() -> None:
    thread = answered(5)
    services.close_thread(thread=thread, by=None, now=MONDAY + minutes(10))
    say(thread, thread.learner, now=MONDAY + minutes(20))
    assert figures_of(MONDAY).resolution == Times()


def rate(thread: Thread, rating: str, *, at: datetime) -> None:
    services.close_thread(thread=thread, by=None, now=at)
    services.rate_thread(
        thread=thread,
        by=thread.learner,
        rating=Thread.Rating(rating),
        comment="",
        now=at,
    )


def test_satisfaction_is_of_those_who_said_something() -> None:
    for rating in ("helped", "helped", "not-helped"):
        rate(answered(5), rating, at=MONDAY + minutes(60))
    answered(5)
    satisfaction = figures_of(MONDAY).satisfaction
    assert satisfaction == Satisfaction(n_rated=3, n_helped=2)
    assert satisfaction.percent == 67
    assert Satisfaction().percent is None


def test_agents_have_their_own_first_answers_and_what_is_assigned_to_them() -> None:
    ada = make_agent(display_name="Ada A")
    ben = make_agent(display_name="Ben B")
    for after in (10, 20, 60):
        answered(after, by=ada)
    # Ben answers second in one, and first in another that he closes.
    shared = answered(40, by=ada)
    say(shared, ben, now=MONDAY + minutes(50))
    own = make_thread(now=MONDAY)
    say(own, ben, now=MONDAY + minutes(5), status=Status.CLOSED)
    rate(own, "helped", at=MONDAY + minutes(9))
    # Longer ago than 30 days.
    answered(1, at=NOW - timedelta(days=31), by=ben)
    rows = metrics.by_agent(now=NOW)
    assert [(one, figures.n_threads) for one, figures in rows] == [(ada, 4), (ben, 2)]
    of_ada, of_ben = (figures for _, figures in rows)
    assert of_ada.first_response == Times(4, minutes(20), minutes(60))
    assert of_ada.resolution == Times()
    assert of_ben.first_response == Times(1, minutes(5), minutes(5))
    assert of_ben.resolution == Times(1, minutes(5), minutes(5))
    assert of_ben.satisfaction == Satisfaction(1, 1)


def test_the_first_page_looks_at_the_last_seven_days() -> None:
    answered(10, at=NOW - timedelta(days=8))
    for after in (30, 40, 50):
        answered(after, at=NOW - timedelta(days=6))
    assert metrics.first_response_lately(now=NOW) == Times(3, minutes(40), minutes(50))


def test_without_anything_there_is_nothing_to_say() -> None:
    assert metrics.first_response_lately(now=NOW) == Times()
    assert metrics.by_agent(now=NOW) == []


@pytest.mark.parametrize("n_threads", [1, 12])
def test_it_costs_the_same_however_many_threads_there_are(n_threads: int) -> None:
    agent = make_agent()
    for n in range(n_threads):
        answered(n + 1, at=MONDAY - n * timedelta(days=1), by=agent)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        metrics.by_week(now=NOW)
        metrics.by_agent(now=NOW)
    # By week: threads, first responses, resolutions, ratings. By agent: the same, and
    # the agents.
    assert len(queries) == 9


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (None, "–"),
        (timedelta(seconds=20), "under 1 min"),
        (minutes(59), "59 min"),
        (minutes(61), "1 h 1 min"),
        (timedelta(hours=5), "5 h"),
        (timedelta(hours=49), "2 d 1 h"),
    ],
)
def test_times_are_spelled_for_people(time: timedelta | None, words: str) -> None:
    assert spelled(time) == words


def test_a_chart_s_bars_are_as_high_as_their_shares() -> None:
    weeks: Any = [(MONDAY - WEEK, Figures()), (MONDAY, Figures())]
    chart = chart_of("Threads", weeks, [4, 1], str)
    assert [bar.height for bar in chart.bars] == [120, 30]
    assert [bar.y for bar in chart.bars] == [0, 90]
    assert "Highest: 4" in chart.words
    nothing = chart_of("Threads", weeks, [None, 0], str)
    assert [bar.height for bar in nothing.bars] == [0, 0]


def test_the_page_says_it_in_words() -> None:
    answered(10, at=datetime.now(UTC) - timedelta(days=1))
    page = signed_in(make_agent()).get(reverse("admin:support_thread_metrics")).text
    assert page.count("<svg viewBox") == 4
    assert "First response, median, by week. Highest: 10 min." in page
    assert page.count("9 of 10 within 10 min") == 2
