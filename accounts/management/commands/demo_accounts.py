"""Demo accounts for development: made at the first start, printed at each."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from accounts import services
from accounts.models import User

ACCOUNTS: dict[str, dict[str, Any]] = {
    "demo@example.com": {"display_name": "Demo Learner"},
    "staff@example.com": {
        "display_name": "Demo Staff",
        "is_staff": True,
        "is_superuser": True,
    },
}


class Command(BaseCommand):
    help = "Make the demo accounts of development and print how to sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_DEVELOPMENT:
            raise CommandError("Demo accounts exist in development only.")
        passwords = kept_passwords(settings.DATA_DIR / "demo.json")
        for email, fields in ACCOUNTS.items():
            make_account(email, passwords[email], fields)
        self.stdout.write(sign(passwords))


def kept_passwords(path: Path) -> dict[str, str]:
    """Return this machine's own passwords, made up when it has none yet."""
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text())
        if kept.keys() >= ACCOUNTS.keys():
            return kept
    made = {email: secrets.token_urlsafe(9) for email in ACCOUNTS}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # Nobody else on this machine may read it, from its first byte on.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(made, file, indent=1)
    return made


def make_account(email: str, password: str, fields: dict[str, Any]) -> None:
    """Create the account, or see to it that the printed password fits."""
    user = User.objects.filter(email=email).first()
    if user is None:
        try:
            services.create_learner(email=email, password=password, **fields)
        except IntegrityError as error:
            name = fields["display_name"]
            raise CommandError(f"Somebody else here is called {name!r}.") from error
        return
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )


def sign(passwords: dict[str, str]) -> str:
    rows = [
        f"  {ACCOUNTS[email]['display_name']:<13} {email:<18} {passwords[email]}"
        for email in ACCOUNTS
    ]
    width = max(map(len, rows)) + 2
    rule = "-" * width
    title = "  Demo accounts (development only): name, e-mail, password"
    return "\n".join([rule, title, "", *rows, rule])
