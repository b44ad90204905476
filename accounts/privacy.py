"""What we know about people. Each app's ``privacy.py`` declares its own tables here.

Every table is either ``personal`` (its rows belong to somebody) or ``impersonal``, and
every text field of a table is named by its declaration: a test fails on one that is
not. Export my data and delete my account read the declarations, so a new table is in
both as soon as it is declared.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models

from accounts.models import User

Row = dict[str, Any]
Exporter = Callable[[User], Iterable[Row]]


class Kind(StrEnum):
    """What a personal field holds."""

    EMAIL = "email"
    NAME = "name"
    TEXT = "text"  # in somebody's own words
    ADDRESS = "address"  # of a network
    DEVICE = "device"  # what a browser calls itself
    SECRET = "secret"  # noqa: S105  hashes, keys, tokens: never exported either


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table's declaration.

    ``owner`` is the lookup that leads from a row to its user; without it nobody owns
    the rows. ``fields`` are the personal ones, ``impersonal`` the other text fields.
    ``section`` names the table in an export; without it the table is left out there.
    """

    model: type[models.Model]
    owner: str | None = None
    fields: Mapping[str, Kind]
    impersonal: Sequence[str]
    section: str | None = None
    export: Exporter | None = None

    def rows_of(self, user: User) -> models.QuerySet[models.Model]:
        rows = self.model._default_manager.all()
        return rows.filter(**{self.owner: user.pk}) if self.owner else rows.none()

    def exported(self, user: User) -> Iterable[Row]:
        """Yield the user's rows as they are handed over."""
        return self.export(user) if self.export else self.columns_of(user)

    def columns_of(self, user: User) -> Iterable[Row]:
        """Yield the user's rows with all columns but secrets."""
        secrets = {name for name, kind in self.fields.items() if kind is Kind.SECRET}
        columns = [
            field.attname
            for field in self.model._meta.concrete_fields
            if field.name not in secrets and field.name != self.owner
        ]
        return self.rows_of(user).order_by("pk").values(*columns).iterator()


_tables: dict[type[models.Model], Table] = {}


def personal(
    model: type[models.Model],
    *,
    owner: str | None,
    fields: Mapping[str, Kind],
    impersonal: Sequence[str] = (),
    section: str | None = None,
    export: Exporter | None = None,
) -> None:
    """Declare a table whose rows belong to somebody."""
    _declare(
        Table(
            model=model,
            owner=owner,
            fields=fields,
            impersonal=impersonal,
            section=section,
            export=export,
        )
    )


def impersonal(model: type[models.Model], *fields: str) -> None:
    """Declare a table that says nothing about anybody, with its text fields."""
    _declare(Table(model=model, fields={}, impersonal=fields))


def _declare(table: Table) -> None:
    label = table.model._meta.label
    if table.model in _tables:
        raise ValueError(f"{label} is declared twice.")
    for name in (*table.fields, *table.impersonal):
        table.model._meta.get_field(name)  # a misspelt one must not go unnoticed
    _tables[table.model] = table


def tables() -> Sequence[Table]:
    """Return the declarations: ours first, then each app's."""
    return tuple(_tables.values())


# --- what is not declared -------------------------------------------------------------

# Fields that cannot hold words. Every other kind of field has to be named.
WORDLESS = (
    models.AutoField,
    models.BooleanField,
    models.DateField,
    models.DecimalField,
    models.DurationField,
    models.FloatField,
    models.IntegerField,
    models.TimeField,
    models.UUIDField,
    models.ForeignKey,
)


def undeclared() -> list[str]:
    """Return the tables, and the text fields of tables, that no declaration names."""
    found = []
    for model in apps.get_models():
        table = _tables.get(model)
        if table is None:
            found.append(model._meta.label)
            continue
        named = {*table.fields, *table.impersonal}
        found += [
            f"{model._meta.label}.{field.name}"
            for field in model._meta.concrete_fields
            if not isinstance(field, WORDLESS) and field.name not in named
        ]
    return found


def forget_in_admin_log(user: User) -> None:
    """Take a person's name out of what the back office logged about their rows."""
    for table in tables():
        keys = [str(key) for key in table.rows_of(user).values_list("pk", flat=True)]
        content_type = ContentType.objects.get_for_model(table.model)
        about = LogEntry.objects.filter(content_type=content_type, object_id__in=keys)
        about.update(object_repr="(deleted)", change_message="")


# --- our own tables, and those of Django and allauth ----------------------------------


def exported_profile(user: User) -> Iterator[Row]:
    groups = list(user.groups.order_by("name").values_list("name", flat=True))
    for row in _tables[User].columns_of(user):
        yield row | {"groups": groups}


def exported_second_steps(user: User) -> Iterator[Row]:
    """Yield them with the names people gave them, and nothing else of their data."""
    for step in Authenticator.objects.filter(user=user).order_by("pk").iterator():
        yield {
            "type": step.type,
            "name": step.data.get("name"),
            "created_at": step.created_at,
            "last_used_at": step.last_used_at,
        }


personal(
    User,
    owner="pk",
    fields={"email": Kind.EMAIL, "display_name": Kind.NAME, "password": Kind.SECRET},
    impersonal=["time_zone", "theme"],
    section="profile",
    export=exported_profile,
)
personal(
    EmailAddress,
    owner="user",
    fields={"email": Kind.EMAIL},
    section="email_addresses",
)
personal(
    EmailConfirmation,
    owner="email_address__user",
    fields={"key": Kind.SECRET},
)
personal(
    UserSession,
    owner="user",
    fields={
        "ip": Kind.ADDRESS,
        "user_agent": Kind.DEVICE,
        "session_key": Kind.SECRET,
        "data": Kind.SECRET,
    },
    section="sessions",
)
personal(
    # Rows name no owner; each sign-in leaves a UserSession with the key.
    Session,
    owner=None,
    fields={"session_key": Kind.SECRET, "session_data": Kind.SECRET},
)
personal(
    Authenticator,
    owner="user",
    fields={"data": Kind.SECRET},
    impersonal=["type"],
    section="second_steps",
    export=exported_second_steps,
)
personal(
    # What staff did. Not exported: it is about other people's rows. Django deletes it
    # with the account: to keep the trail, close a member's account, do not delete it.
    LogEntry,
    owner="user",
    fields={"object_repr": Kind.TEXT, "change_message": Kind.TEXT},
    impersonal=["object_id"],
)
impersonal(Group, "name")
impersonal(Permission, "name", "codename")
impersonal(ContentType, "app_label", "model")
