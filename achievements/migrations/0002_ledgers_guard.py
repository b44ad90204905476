"""The database itself refuses to change a ledger's rows: they are only added.

They go with their learner, so deleting is not refused.
"""

from typing import Any

from django.db import migrations

TABLES = {"xp": "achievements_xpentry", "coin": "achievements_coinentry"}

POSTGRESQL_FUNCTION = """
CREATE FUNCTION achievements_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows never change: add another one', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
POSTGRESQL = """
CREATE TRIGGER {name}_entries_never_change BEFORE UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION achievements_refuse_change();
"""
SQLITE = """
CREATE TRIGGER {name}_entries_never_change BEFORE UPDATE ON {table} BEGIN
    SELECT RAISE(ABORT, '{table} rows never change: add another one');
END
"""


def hold(apps: Any, schema_editor: Any) -> None:
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    if is_postgresql:
        schema_editor.execute(POSTGRESQL_FUNCTION, params=None)
    for name, table in TABLES.items():
        statement = POSTGRESQL if is_postgresql else SQLITE
        schema_editor.execute(statement.format(name=name, table=table), params=None)


def let_go(apps: Any, schema_editor: Any) -> None:
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for name, table in TABLES.items():
        on = f" ON {table}" if is_postgresql else ""
        schema_editor.execute(f"DROP TRIGGER {name}_entries_never_change{on}")
    if is_postgresql:
        schema_editor.execute("DROP FUNCTION achievements_refuse_change()")


class Migration(migrations.Migration):
    dependencies = [("achievements", "0001_initial")]

    operations = [migrations.RunPython(hold, let_go)]
