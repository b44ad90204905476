"""Make ready what the servers need: the tables, the static files, the first data."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, call_command

from ops.local.static import collect_changed


class Command(BaseCommand):
    help = (
        "Migrate, collect the static files if they changed, and run PREPARE_COMMANDS. "
        "Safe to run at every start."
    )

    def handle(self, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        collect_changed()
        for name in settings.PREPARE_COMMANDS:
            call_command(name, stdout=self.stdout, stderr=self.stderr)
