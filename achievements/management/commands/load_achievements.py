"""Make the achievements that come with the product and are not there yet."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from achievements.catalogue import CATALOGUE, CatalogueErrors, load_catalogue
from achievements.models import Statistics
from achievements.services.backfill import request_backfill


class Command(BaseCommand):
    help = "Make the achievements that are missing; leave what editors have changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--path", type=Path, default=CATALOGUE, help="the file with them"
        )

    @transaction.atomic
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
            # On a first start there is nobody who could have earned it already.
            if Statistics.objects.exists():
                request_backfill(achievement=achievement, now=timezone.now())
        if not made:
            self.stdout.write("Achievements: all there already.")
