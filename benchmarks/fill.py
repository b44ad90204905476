"""Fill a database of a given size: ``python -m benchmarks.fill N_CHUNKS REQUESTS``."""

import sys
from pathlib import Path

import django

django.setup()

from benchmarks import answers, seed  # noqa: E402  models need the set-up

if __name__ == "__main__":
    n_chunks, path = int(sys.argv[1]), Path(sys.argv[2])
    test = seed.prepare_database()
    attempts = seed.make_attempts(test, answers.GROWTH_ATTEMPTS, mode="practice")
    seed.fill_chunks(test, n_chunks - 4 * len(attempts))
    seed.write_answers(path, attempts)
    answers.in_parts(path, answers.ROUNDS)
    seed.calm_database()
