"""How fast rewards are settled, verified and ranked."""

import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from achievements.milestones import measure_boards
from achievements.models import CountedAttempt
from achievements.services import settle_learner
from achievements.tasks import settle_learner as settle_task
from benchmarks import seed
from benchmarks.attempts import Browser
from benchmarks.figures import figure, note
from benchmarks.servers import granian
from exams.entries import Answer
from exams.lengths import BLOCK
from exams.models import AnswerChunk, Attempt, Test
from exams.releases import release_content
from exams.scoring import score_attempt
from ops.local.processes import Process, start, stop_all, wait_until

N_LEARNERS = 800
N_EARLIER = 4  # attempts that each of them has behind them
LENGTH = 50
SHARE_RIGHT = 0.7
N_RANKED = 1_000_000
N_BROWSERS, N_VIEWS = 40, 600


def measure_rewards(test: Test) -> None:
    """Print what a worker settles per second, and what a verification looks at."""
    random = Random(1)
    learners = seed.make_learners(N_LEARNERS)
    now = timezone.now()
    for ago in range(N_EARLIER, 0, -1):
        _finish_for_all(test, learners, random, now - timedelta(days=ago))
    for learner in learners:
        settle_learner(learner.pk, now=now)
    _finish_for_all(test, learners, random, now)
    seed.calm_database()
    figure("rewards_attempts_per_s_per_worker", _settled_per_second(learners))
    seed.calm_database()
    started = time.perf_counter()
    # Raises SystemExit when it finds a difference: then the figure would be of no use.
    call_command("verify_achievements", verbosity=0)
    taken = time.perf_counter() - started
    n_learners = CountedAttempt.objects.values("learner").distinct().count()
    figure("verify_learners_per_s", n_learners / taken)


def _finish_for_all(
    test: Test, learners: list[User], random: Random, at: datetime
) -> None:
    """Give each learner a finished practice of their own, as finishing leaves it."""
    release = test.current_release
    assert release is not None
    keys = release_content(release.pk).keys[:LENGTH]
    attempts, chunks = [], []
    for learner in learners:
        answers = {
            number: (
                key.right
                if random.random() < SHARE_RIGHT
                else (next(n for n in range(9) if n not in key.right),)
            )
            for number, key in enumerate(keys)
        }
        score = score_attempt(keys, answers)
        attempt = Attempt(
            learner=learner, test=test, release=release, mode="practice",
            length=LENGTH, seed=1, started_at=at - timedelta(hours=1), finished_at=at,
            n_answered=score.n_answered, n_right=score.n_right, points=score.points,
            score=score.percent,
        )  # fmt: skip
        attempts.append(attempt)
        entries = {
            number: Answer(1, choices, 20, int(at.timestamp()) - 60).encode()
            for number, choices in answers.items()
        }
        chunks += [
            AnswerChunk(
                attempt=attempt,
                index=index,
                closed=True,
                answers={str(n): e for n, e in entries.items() if n // BLOCK == index},
            )
            for index in range(LENGTH // BLOCK)
        ]
    Attempt.objects.bulk_create(attempts)
    AnswerChunk.objects.bulk_create(chunks, batch_size=2000)


def _settled_per_second(learners: list[User]) -> float:
    """Queue everybody, start one worker process, and time all but its first tasks."""
    for learner in learners:
        settle_task.delay(learner_id=learner.pk)
    warm = N_LEARNERS // 10
    command = [
        *(sys.executable, "-m", "celery", "--quiet", "--app", "testprep", "worker"),
        *("--concurrency", "1", "--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle"),
    ]
    worker = start(command, env=dict(os.environ), cwd=settings.BASE_DIR)
    before = CountedAttempt.objects.count()
    try:
        n_warm, began = _await_count(worker, before + warm)
        n_all, ended = _await_count(worker, before + N_LEARNERS)
    finally:
        stop_all([worker])
    return (n_all - n_warm) / (ended - began)


def _await_count(worker: Process, least: int) -> tuple[int, float]:
    """Return how many attempts are counted, and when, once they are so many."""
    seen: list[tuple[int, float]] = []

    def enough() -> bool:
        seen.append((CountedAttempt.objects.count(), time.perf_counter()))
        return seen[-1][0] >= least

    wait_until(enough, name="the worker", process=worker)
    return seen[-1]


# --- the leaderboard ------------------------------------------------------------------

_USERS = """
INSERT INTO accounts_user (password, is_superuser, email, display_name, time_zone,
    extra_time, theme, is_active, is_staff, date_joined)
SELECT '!', false, 'ranked' || n || '@example.com', 'Ranked ' || n, 'UTC', 100, 'auto',
    true, false, now()
FROM generate_series(1, %s) AS n
"""
# XP in steps of ten and many with the same, as it is in life; every third was there
# this week.
_STATISTICS = """
INSERT INTO achievements_statistics (learner_id, xp, coins, coins_earned, n_finished,
    n_answered, n_right, n_perfect_tests, streak, longest_streak, n_untold)
SELECT id, xp, xp / 2, xp / 2, 1, xp / 10, xp / 10, 0, 0, 0, 0
FROM (SELECT id, 10 * (1 + floor(900 * power(random(), 2)))::int AS xp
      FROM accounts_user WHERE email LIKE 'ranked%%') AS ranked
"""
_STANDINGS = """
INSERT INTO achievements_standing (board, starts_on, learner_id, xp, reached_at,
    is_shown)
SELECT %s, %s, learner_id, greatest(10, xp / %s / 10 * 10),
    now() - random() * interval '5 days', true
FROM achievements_statistics
JOIN accounts_user ON accounts_user.id = learner_id
WHERE email LIKE 'ranked%%' AND learner_id %% %s = 0
"""


def measure_leaderboard() -> None:
    """Print the latency of a leaderboard with a million learners (PostgreSQL)."""
    note(f"filling the leaderboards with {N_RANKED:,} learners")
    boards = _fill_boards()
    ids = list(
        User.objects.filter(email__startswith="ranked")
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    seed.calm_database()
    # As beat does every minute.
    measure_boards(now=timezone.now())
    random = Random(2)
    with granian({}) as address:
        learners = User.objects.filter(pk__in=random.sample(ids, N_BROWSERS))
        browsers = [Browser(address, learner) for learner in learners]
        path = reverse("achievements:leaderboard")

        def view(number: int) -> float:
            browser = browsers[number % N_BROWSERS]
            board = boards[number % len(boards)]
            return _timed_view(lambda: browser.get(f"{path}?board={board}"))

        for number in range(N_BROWSERS):
            view(number)
        times = sorted(view(number) for number in range(N_VIEWS))
    figure("leaderboard_median_ms", times[len(times) // 2])
    figure("leaderboard_p95_ms", times[len(times) * 95 // 100])


def _timed_view(get: Callable[[], object]) -> float:
    started = time.perf_counter()
    get()
    return (time.perf_counter() - started) * 1000


def _fill_boards() -> list[str]:
    from achievements.services.standings import periods_of

    shares = {"week": (20, 3), "month": (5, 2), "all-time": (1, 1)}
    with connection.cursor() as cursor:
        cursor.execute(_USERS, [N_RANKED])
        cursor.execute(_STATISTICS)
        for board, starts_on in periods_of(timezone.now()):
            cursor.execute(_STANDINGS, [board.value, starts_on, *shares[board.value]])
    return list(shares)
