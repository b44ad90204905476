"""Agents have the desk and nothing else; editors look after resources and help.

The desk shows what an agent has to know about who asks, so the group loses what it
could look at elsewhere. Django makes permissions only after all migrations have run, so
those that the groups need are made here on a fresh database; Django then finds them.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

AGENTS, EDITORS = "Support agents", "Content editors"
GIVEN = {
    AGENTS: [
        "support.answer_thread",
        "support.view_thread",
        "support.change_thread",
        *(f"support.{action}_{model}" for model in ("cannedreply", "helptopic") for action in ("view", "add", "change")),
    ],
    EDITORS: [
        "support.moderate_resource",
        *(f"support.{action}_{model}" for model in ("resource", "helptopic") for action in ("view", "add", "change")),
    ],
}
TAKEN = {
    AGENTS: [
        "exams.view_attempt",
        "accounts.view_user",
        *(f"achievements.view_{model}" for model in ("coinentry", "grant", "statistics", "xpentry")),
    ],
}
NAMES = {
    "answer_thread": "Can answer threads",
    "moderate_resource": "Can moderate suggested resources",
}


def permission(apps: Apps, name: str) -> Any:
    app, codename = name.split(".")
    action, model = codename.split("_")
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app, model=model
    )
    verbose_name = apps.get_model(app, model)._meta.verbose_name
    found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename=codename,
        defaults={"name": NAMES.get(codename, f"Can {action} {verbose_name}")},
    )
    return found


def change(apps: Apps, given: dict[str, list[str]], taken: dict[str, list[str]]) -> None:
    groups = apps.get_model("auth", "Group").objects
    for name, permissions in given.items():
        group, _ = groups.get_or_create(name=name)
        group.permissions.add(*(permission(apps, one) for one in permissions))
    for name, permissions in taken.items():
        group, _ = groups.get_or_create(name=name)
        group.permissions.remove(*(permission(apps, one) for one in permissions))


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    change(apps, GIVEN, TAKEN)


def forbid(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    change(apps, TAKEN, GIVEN)


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0001_initial"),
        ("achievements", "0003_support_agents"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(allow, forbid)]
