"""No test with a release becomes the samples, whose keys are for everybody.

A migration of its own, after the last one that changes the table: on SQLite a changed
table is made anew, and its triggers go with the old one.
"""

from typing import Any

from django.db import migrations

CONDITION = (
    "OLD.current_release_id IS NOT NULL AND (OLD.number = 0) <> (NEW.number = 0)"
)
CREATE = {
    "postgresql": (
        "CREATE TRIGGER test_stays_out_of_samples BEFORE UPDATE ON exams_test"
        f" FOR EACH ROW WHEN ({CONDITION}) EXECUTE FUNCTION exams_refuse_change()"
    ),
    "sqlite": (
        "CREATE TRIGGER test_stays_out_of_samples BEFORE UPDATE ON exams_test"
        f" WHEN {CONDITION} BEGIN"
        " SELECT RAISE(ABORT, 'a released test keeps out of the samples'); END"
    ),
}
DROP = {
    "postgresql": "DROP TRIGGER test_stays_out_of_samples ON exams_test",
    "sqlite": "DROP TRIGGER test_stays_out_of_samples",
}


def hold(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(CREATE[schema_editor.connection.vendor], params=None)


def let_go(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(DROP[schema_editor.connection.vendor], params=None)


class Migration(migrations.Migration):
    dependencies = [("exams", "0004_groups")]

    operations = [migrations.RunPython(hold, let_go)]
