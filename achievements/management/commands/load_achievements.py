"""Make the achievements that come with the product and are not there yet."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from achievements.catalogue import CATALOGUE, CatalogueErrors, load_catalogue


class Command(BaseCommand):
    help = "Make the achievements that are missing; leave what editors have changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--path", type=Path, default=CATALOGUE, help="the file with them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = load_catalogue(options["path"])
        except CatalogueErrors as errors:
            for problem in errors.problems:
                self.stderr.write(str(problem))
            count = len(errors.problems)
            raise CommandError(
                f"{count} {'error' if count == 1 else 'errors'}; nothing was loaded."
            ) from errors
        for achievement in made:
            self.stdout.write(f"{achievement.title}: made")
        if not made:
            self.stdout.write("Achievements: all there already.")
