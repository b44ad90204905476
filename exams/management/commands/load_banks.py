"""Load the banks below exams/banks into the database and publish what changed."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from exams.bank import BANKS
from exams.bank.loading import load_banks
from exams.bank.problems import BankErrors


class Command(BaseCommand):
    help = "Load the banks' files: all or nothing, and only what changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", metavar="SLUG", help="load one certification")
        parser.add_argument(
            "--path", type=Path, default=BANKS, help="where the banks are"
        )
        parser.add_argument(
            "--check", action="store_true", help="read all files, change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changes = load_banks(
                root=options["path"],
                only=options["only"],
                now=timezone.now(),
                dry_run=options["check"],
            )
        except BankErrors as errors:
            for problem in errors.problems:
                self.stderr.write(str(problem))
            count = len(errors.problems)
            raise CommandError(
                f"{count} {'error' if count == 1 else 'errors'}; nothing was loaded."
            ) from errors
        for change in changes:
            self.stdout.write(str(change))
        if options["check"]:
            self.stdout.write("Checked only: nothing was changed.")
