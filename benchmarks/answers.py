"""How many answers are saved in a second, against the barest view that writes."""

import os
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import seed
from benchmarks.figures import alternate, figure, median, note
from benchmarks.servers import CONNECTIONS, Load, LoadFailed, granian, load
from exams import capability
from exams.models import Test
from exams.releases import release_content

ROUNDS, SECONDS = 5, 4
N_ATTEMPTS = 2500
GROWTH_ATTEMPTS = 600
N_BARE = 150_000
BARE = "benchmarks.bare_settings"


def in_parts(path: Path, parts: int) -> list[Path]:
    """Split a file of requests, so that each round sends answers that are new."""
    lines = path.read_text().splitlines(keepends=True)
    size = len(lines) // parts
    files = []
    iterator = iter(lines)
    for number in range(parts):
        part = path.with_suffix(f".{number}")
        part.write_text("".join(islice(iterator, size)))
        files.append(part)
    return files


def measure_ratio(test: Test, *, prefix: str = "") -> None:
    """Print the throughput figures for the database that is configured."""
    with tempfile.TemporaryDirectory() as folder:
        attempts = seed.make_attempts(test, N_ATTEMPTS, mode="practice")
        real = seed.write_answers(Path(folder, "real"), attempts)
        bare = seed.write_bare(Path(folder, "bare"), N_BARE)
        parts = in_parts(real.path, ROUNDS)
        per_part = real.n_requests // ROUNDS
        seed.calm_database()
        with granian({}) as address, granian({}, settings=BARE) as bare_address:

            def bare_round(number: int) -> Load:
                return _load(bare_address, bare.path)

            def real_round(number: int) -> Load:
                return fresh(_load(address, parts[number]), per_part)

            bares, reals = alternate(ROUNDS, bare_round, real_round)
    ratios = [r.per_second / b.per_second for b, r in zip(bares, reals, strict=True)]
    figure(f"{prefix}bare_update_per_s", median([one.per_second for one in bares]))
    figure(f"{prefix}answer_save_per_s", median([one.per_second for one in reals]))
    figure(f"{prefix}answer_save_ratio", median(ratios))
    figure(f"{prefix}answer_p95_ms", median([one.p95_ms for one in reals]))
    figure(f"{prefix}answer_request_bytes", real.longest_body)


def fresh(result: Load, n_answers: int) -> Load:
    """Return the round, or refuse one that sent answers twice: those write nothing."""
    if result.requests > n_answers:
        raise LoadFailed(f"{result.requests} requests for {n_answers} new answers")
    return result


def _load(address: str, requests: Path) -> Load:
    return load(address, requests, seconds=SECONDS, connections=CONNECTIONS)


def count_statements(test: Test, *, prefix: str = "") -> None:
    """Print how many statements saving an answer takes, and how many of them write."""
    [attempt] = seed.make_attempts(test, 1, mode="exam")
    token = capability.issue(attempt, epoch=0)
    release_content(attempt.release_id)
    with CaptureQueriesContext(connection) as queries:
        response = Client().post(
            f"/api/attempts/{attempt.pk}/answers",
            {"question": 0, "choices": [1], "seq": 1},
            content_type="application/json",
            headers={"X-Attempt-Capability": token},
        )
    if response.status_code != 200:
        raise LoadFailed(response.content.decode())
    writes = [one for one in queries if not one["sql"].startswith("SELECT")]
    figure(f"{prefix}answer_sql_count", len(queries))
    figure(f"{prefix}answer_sql_writes", len(writes))


def measure_growth(url: str) -> None:
    """Print the latency with 1,000,000 chunk rows over that with 10,000.

    Two databases of the two sizes, loaded in turns by one connection each, so that it
    is the cost of an answer that is compared and not a queue.
    """
    sizes = {"small": 10_000, "large": 1_000_000}
    with tempfile.TemporaryDirectory() as folder:
        urls = {name: _filled(url, name, size, folder) for name, size in sizes.items()}
        with (
            granian({"DATABASE_URL": urls["small"]}) as small,
            granian({"DATABASE_URL": urls["large"]}) as large,
        ):
            addresses = {"small": small, "large": large}
            n_growth = GROWTH_ATTEMPTS * seed.ANSWERS_PER_ATTEMPT // ROUNDS

            def of(name: str, number: int) -> float:
                requests = Path(folder, f"{name}.{number}")
                result = load(addresses[name], requests, seconds=SECONDS, connections=1)
                return fresh(result, n_growth).mean_ms

            smalls, larges = alternate(
                ROUNDS,
                lambda number: of("small", number),
                lambda number: of("large", number),
            )
    figure("answer_mean_ms_10k_chunks", median(smalls))
    figure("answer_mean_ms_1m_chunks", median(larges))
    ratios = [big / little for little, big in zip(smalls, larges, strict=True)]
    figure("answer_growth", median(ratios))


def _filled(url: str, name: str, n_chunks: int, folder: str) -> str:
    """Make and fill a database of its own, in a process of its own."""
    database = f"bench_{name}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {database}")
    own = url.rsplit("/", 1)[0] + f"/{database}"
    note(f"filling {database} with {n_chunks:,} chunk rows")
    subprocess.run(
        [sys.executable, "-m", "benchmarks.fill", str(n_chunks), f"{folder}/{name}"],
        env=os.environ | {"DATABASE_URL": own},
        check=True,
    )
    return own
