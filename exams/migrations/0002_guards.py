"""Rules that the database itself holds: releases never change, a start is for good.

Also leaves room on the pages of answer chunks, so that PostgreSQL can write a new
version of a row beside the old one (a HOT update) and touch no index.
"""

from collections.abc import Iterator
from typing import Any

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION exams_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows never change in these columns', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER release_is_frozen BEFORE UPDATE ON exams_release
    FOR EACH ROW WHEN (
        (OLD.test_id, OLD.number, OLD.question_count, OLD.minutes, OLD.fingerprint,
         OLD.questions, OLD.keys, OLD.published_at)
        IS DISTINCT FROM
        (NEW.test_id, NEW.number, NEW.question_count, NEW.minutes, NEW.fingerprint,
         NEW.questions, NEW.keys, NEW.published_at)
    ) EXECUTE FUNCTION exams_refuse_change();
CREATE TRIGGER attempt_start_is_final BEFORE UPDATE ON exams_attempt
    FOR EACH ROW WHEN (
        (OLD.learner_id, OLD.test_id, OLD.release_id, OLD.mode, OLD.length, OLD.seed,
         OLD.started_at, OLD.deadline)
        IS DISTINCT FROM
        (NEW.learner_id, NEW.test_id, NEW.release_id, NEW.mode, NEW.length, NEW.seed,
         NEW.started_at, NEW.deadline)
    ) EXECUTE FUNCTION exams_refuse_change();
CREATE TRIGGER attempt_end_is_final BEFORE UPDATE ON exams_attempt
    FOR EACH ROW WHEN (
        (OLD.finished_at IS NOT NULL OR OLD.abandoned_at IS NOT NULL)
        AND (OLD.finished_at, OLD.abandoned_at, OLD.score, OLD.points, OLD.n_right,
             OLD.n_answered)
        IS DISTINCT FROM
        (NEW.finished_at, NEW.abandoned_at, NEW.score, NEW.points, NEW.n_right,
         NEW.n_answered)
    ) EXECUTE FUNCTION exams_refuse_change();
ALTER TABLE exams_answerchunk SET (fillfactor = 60);
"""
POSTGRESQL_BACK = """
ALTER TABLE exams_answerchunk RESET (fillfactor);
DROP TRIGGER attempt_end_is_final ON exams_attempt;
DROP TRIGGER attempt_start_is_final ON exams_attempt;
DROP TRIGGER release_is_frozen ON exams_release;
DROP FUNCTION exams_refuse_change();
"""

RELEASE = (
    "test_id", "number", "question_count", "minutes", "fingerprint", "questions",
    "keys", "published_at",
)  # fmt: skip
START = (
    "learner_id", "test_id", "release_id", "mode", "length", "seed", "started_at",
    "deadline",
)  # fmt: skip
END = ("finished_at", "abandoned_at", "score", "points", "n_right", "n_answered")
SQLITE_TRIGGERS = {
    "release_is_frozen": ("exams_release", RELEASE, "1"),
    "attempt_start_is_final": ("exams_attempt", START, "1"),
    "attempt_end_is_final": (
        "exams_attempt",
        END,
        "(OLD.finished_at IS NOT NULL OR OLD.abandoned_at IS NOT NULL)",
    ),
}


def sqlite_statements() -> Iterator[str]:
    for name, (table, columns, when) in SQLITE_TRIGGERS.items():
        changed = " OR ".join(f"OLD.{one} IS NOT NEW.{one}" for one in columns)
        yield (
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} "
            f"WHEN {when} AND ({changed}) BEGIN "
            f"SELECT RAISE(ABORT, '{table} rows never change in these columns'); END"
        )


def hold(apps: Any, schema_editor: Any) -> None:
    vendor = schema_editor.connection.vendor
    statements = [POSTGRESQL] if vendor == "postgresql" else sqlite_statements()
    for statement in statements:
        schema_editor.execute(statement, params=None)


def let_go(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK, params=None)
        return
    for name in SQLITE_TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("exams", "0001_initial")]

    operations = [migrations.RunPython(hold, let_go)]
