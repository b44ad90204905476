"""How many questions of a domain were answered, also for what is finished already.

Only ``exams_domainresult`` changes, which has no triggers: SQLite rebuilds a table for
this, and would lose them.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import migrations, models

_AT_ONCE = 500


def _has_choices(entry: str) -> bool:
    """Read an answer as it was written at this time: columns 17 and 18 are a mask."""
    return int(entry[16:18], 16) > 0


def _answered(attempt: Any, domains: Sequence[int]) -> Counter[int]:
    """Count the answered questions by domain."""
    return Counter(
        domains[int(question)]
        for chunk in attempt.chunks.all()
        for question, entry in chunk.answers.items()
        if _has_choices(entry)
    )


def count_answered(apps: Any, schema_editor: Any) -> None:
    attempts = apps.get_model("exams", "Attempt").objects.using(
        schema_editor.connection.alias
    )
    results = apps.get_model("exams", "DomainResult").objects.using(
        schema_editor.connection.alias
    )
    releases = apps.get_model("exams", "Release").objects.using(
        schema_editor.connection.alias
    )
    finished = attempts.filter(domain_results__isnull=False).distinct()
    for release in releases.filter(pk__in=finished.values("release")).iterator(1):
        domains = [key["domain"] for key in release.keys]
        of_it = finished.filter(release=release).prefetch_related(
            "chunks", "domain_results"
        )
        for attempt in of_it.order_by("pk").iterator(_AT_ONCE):
            answered = _answered(attempt, domains)
            rows = list(attempt.domain_results.all())
            for row in rows:
                row.n_answered = answered[row.domain_id]
            results.bulk_update(rows, ["n_answered"])


class Migration(migrations.Migration):
    dependencies = [("exams", "0006_find_left_behind")]

    operations = [
        migrations.AddField(
            model_name="domainresult",
            name="n_answered",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.RunPython(count_answered, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="domainresult",
            name="n_answered",
            field=models.PositiveSmallIntegerField(),
        ),
        migrations.RemoveConstraint(
            model_name="domainresult",
            name="domainresult_right_of_all",
        ),
        migrations.AddConstraint(
            model_name="domainresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("n_answered__lte", models.F("n_questions")),
                    ("n_right__lte", models.F("n_answered")),
                ),
                name="domainresult_right_of_answered",
            ),
        ),
    ]
