"""Learners and running attempts for the load, and tables of a given size."""

import json
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from benchmarks import bare
from exams import capability
from exams.entries import Answer
from exams.models import AnswerChunk, Attempt, Test
from exams.releases import release_content

CERTIFICATION = "a-plus-core-1"
ANSWERS_PER_ATTEMPT = 100
_names = count(1)


def prepare_database() -> Test:
    """Migrate, load the banks and return the test that is taken."""
    call_command("migrate", verbosity=0)
    call_command("load_banks", verbosity=0)
    call_command("load_achievements", verbosity=0)
    return Test.objects.with_release_facts().get(
        certification__slug=CERTIFICATION, number=1
    )


def make_learners(n_learners: int) -> list[User]:
    names = [f"bench{next(_names)}" for _ in range(n_learners)]
    return User.objects.bulk_create(
        User(email=f"{name}@example.com", display_name=name, password="!")
        for name in names
    )


def make_attempts(test: Test, n_attempts: int, *, mode: str) -> list[Attempt]:
    """Start an attempt of 100 questions for so many new learners."""
    now = timezone.now()
    release = test.current_release
    assert release is not None
    deadline = now + timedelta(hours=3) if mode == "exam" else None
    attempts = Attempt.objects.bulk_create(
        Attempt(
            learner=learner,
            test=test,
            release=release,
            mode=mode,
            length=100,
            seed=number,
            started_at=now,
            deadline=deadline,
        )
        for number, learner in enumerate(make_learners(n_attempts))
    )
    AnswerChunk.objects.bulk_create(
        (
            AnswerChunk(attempt=one, index=index)
            for one in attempts
            for index in range(4)
        ),
        batch_size=2000,
    )
    return attempts


@dataclass(frozen=True)
class Requests:
    """A file of prepared requests, and the size of the longest body in bytes."""

    path: Path
    n_requests: int
    longest_body: int


def write_answers(path: Path, attempts: list[Attempt]) -> Requests:
    """Write every answer of the attempts, learners taking turns as in real life."""
    content = release_content(attempts[0].release_id)
    tokens = [capability.issue(attempt, epoch=0) for attempt in attempts]
    now = int(timezone.now().timestamp() * 1000)
    longest = 0
    with path.open("w") as file:
        for question in range(ANSWERS_PER_ATTEMPT):
            n_choices = len(content.questions[question]["choices"])
            for number, attempt in enumerate(attempts):
                body = json.dumps(
                    {
                        "question": question,
                        "choices": [(question + number) % n_choices],
                        "seq": now + question,
                        "seconds": 20 + question % 40,
                    }
                )
                longest = max(longest, len(body))
                url = f"/api/attempts/{attempt.pk}/answers"
                file.write(f"{url}\t{tokens[number]}\t{body}\n")
    return Requests(path, ANSWERS_PER_ATTEMPT * len(attempts), longest)


def write_bare(path: Path, n_rows: int) -> Requests:
    """Write requests of the yardstick, one per row; the table gets so many rows."""
    with connection.cursor() as cursor:
        cursor.execute(bare.CREATE)
        cursor.execute(bare.FILL, [n_rows])
    with path.open("w") as file:
        for row in range(1, n_rows + 1):
            file.write(f"/bare/{row}/\tnone\t{{}}\n")
    return Requests(path, n_rows, 2)


def fill_chunks(test: Test, n_chunks: int) -> None:
    """Add finished-looking history: so many full chunk rows (PostgreSQL)."""
    answers = {
        str(q): Answer(1_763_800_000_000 + q, (1,), 30, 1).encode() for q in range(25)
    }
    [learner] = make_learners(1)
    release = test.current_release
    assert release is not None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH attempts AS (
                INSERT INTO exams_attempt (learner_id, test_id, release_id, mode,
                    length, seed, started_at, abandoned_at, position, position_seq)
                SELECT %s, %s, %s, 'practice', 100, n, now(), now(), 0, 0
                FROM generate_series(1, %s) AS n
                RETURNING id
            )
            INSERT INTO exams_answerchunk
                (attempt_id, index, answers, flags, closed, epoch)
            SELECT id, chunk, %s::jsonb, '{}'::jsonb, true, 0
            FROM attempts, generate_series(0, 3) AS chunk
            """,
            [learner.pk, test.pk, release.pk, n_chunks // 4, json.dumps(answers)],
        )


def calm_database() -> None:
    """Let what filling left behind happen now, not during a measurement."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
