"""The two groups of the back office, each with no more than its work needs.

Django makes permissions only after all migrations have run, so on a fresh database
those that the groups need are made here; Django then finds them and makes the rest.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CONTENT = ("certification", "question", "test")
# Parts that are edited within the page of something else, where rows come and go.
# Domains only come: results are counted under them.
PARTS = ("choice", "testquestion")

GROUPS = {
    "Content editors": [
        *(f"exams.{action}_{model}" for model in (*CONTENT, "domain") for action in ("view", "add", "change")),
        *(f"exams.{action}_{model}" for model in PARTS for action in ("view", "add", "change", "delete")),
        "exams.publish_test",
        "exams.view_release",
    ],
    "Support agents": ["exams.view_attempt", "accounts.view_user"],
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
        defaults={"name": f"Can {action} {verbose_name}"},
    )
    return found


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name, permissions in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(*(permission(apps, one) for one in permissions))


def remove_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the groups away again; one that has members stays, or they would lose it."""
    groups = apps.get_model("auth", "Group").objects.filter(name__in=GROUPS)
    groups.filter(user=None).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0003_source_fingerprints"),
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="test",
            options={
                "ordering": ["certification", "number"],
                "permissions": [("publish_test", "Can publish test")],
            },
        ),
        migrations.RunPython(make_groups, remove_groups),
    ]
