"""Support agents may look at what a learner earned and why; nobody new may change it.

Django makes permissions only after all migrations have run, so those that the group
needs are made here on a fresh database; Django then finds them.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GROUP = "Support agents"
MODELS = ("coinentry", "grant", "statistics", "xpentry")


def permission(apps: Apps, model: str) -> Any:
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="achievements", model=model
    )
    verbose_name = apps.get_model("achievements", model)._meta.verbose_name
    found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename=f"view_{model}",
        defaults={"name": f"Can view {verbose_name}"},
    )
    return found


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    group.permissions.add(*(permission(apps, one) for one in MODELS))


def forbid(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        group.permissions.remove(*(permission(apps, one) for one in MODELS))


class Migration(migrations.Migration):
    dependencies = [
        ("achievements", "0002_ledgers_guard"),
        ("exams", "0004_groups"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(allow, forbid)]
