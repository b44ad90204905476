"""Load the help topics that come with the product."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from support.help_topics import TOPICS, HelpErrors, load_topics

WORDS = {
    "made": "made",
    "updated": "brought up to date",
    "removed": "removed",
    "kept": "newer in the file, but kept as staff wrote it",
}


class Command(BaseCommand):
    help = "Load the help topics: all or nothing; what staff changed stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--path", type=Path, default=TOPICS, help="the file with them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changes = load_topics(options["path"])
        except HelpErrors as errors:
            for problem in errors.problems:
                self.stderr.write(str(problem))
            count = len(errors.problems)
            raise CommandError(
                f"{count} {'error' if count == 1 else 'errors'}; nothing was loaded."
            ) from errors
        lines = [
            f"{slug}: {words}"
            for name, words in WORDS.items()
            for slug in getattr(changes, name)
        ]
        for line in lines or ["Help: all there already."]:
            self.stdout.write(line)
