"""Load the resources below support/resources into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from support.catalogue import RESOURCES, ResourceErrors, load_resources


class Command(BaseCommand):
    help = "Load the resources' files: all or nothing; leave what staff have changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--path", type=Path, default=RESOURCES, help="where the files are"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_resources(root=options["path"], now=timezone.now())
        except ResourceErrors as errors:
            for problem in errors.problems:
                self.stderr.write(str(problem))
            count = len(errors.problems)
            raise CommandError(
                f"{count} {'error' if count == 1 else 'errors'}; nothing was loaded."
            ) from errors
        for slug, reason in loaded.left.items():
            self.stdout.write(f"{slug}: left as it is, {reason}.")
        self.stdout.write(str(loaded))
