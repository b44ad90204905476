"""Since when, and until when, learners could take each test."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Min
from django.utils import timezone


def offer(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the first release as the beginning; nobody noted when one was withdrawn."""
    tests = apps.get_model("exams", "Test").objects
    now = timezone.now()
    apps.get_model("exams", "Offer").objects.bulk_create(
        apps.get_model("exams", "Offer")(
            test=test, since=test.since, until=None if test.current_release_id else now
        )
        for test in tests.annotate(since=Min("releases__published_at")).exclude(since=None)
    )


class Migration(migrations.Migration):
    dependencies = [("exams", "0007_domain_results_answered")]

    operations = [
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "test",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="offers", to="exams.test"),
                ),
            ],
            options={"ordering": ["since", "pk"]},
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)), fields=("test",), name="offered_once_at_a_time"
            ),
        ),
        migrations.RunPython(offer, migrations.RunPython.noop),
    ]
