"""``python -m benchmarks``: all figures; ``make bench`` starts what it needs first."""

import os
import subprocess
import sys
import tempfile

import django

if __name__ == "__main__":
    database = os.environ.get("DATABASE_URL", "")
    scratch = tempfile.TemporaryDirectory(prefix="testprep-bench-", dir="/var/tmp")
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "testprep.settings",
        "TESTPREP_DATA_DIR": scratch.name,
        "DEBUG": "false",
    }
    with scratch:
        django.setup()
        from django.core.management import call_command

        from benchmarks import answers, attempts, rewards, seed

        call_command("collectstatic", interactive=False, verbosity=0)
        test = seed.prepare_database()
        if database:
            answers.count_statements(test)
            answers.measure_ratio(test)
            attempts.measure_attempts(test)
            attempts.measure_weight(test)
            rewards.measure_rewards(test)
            answers.measure_growth(database)
            rewards.measure_leaderboard()
            # The same on the embedded default: another database, another process.
            without = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
            done = subprocess.run([sys.executable, "-m", "benchmarks"], env=without)
            sys.exit(done.returncode)
        answers.count_statements(test, prefix="sqlite_")
        answers.measure_ratio(test, prefix="sqlite_")
        attempts.measure_attempts(test, prefix="sqlite_")
