"""Adding to rows that may not be there yet, in one statement."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection, models

_ROWS_PER_STATEMENT = 1_000


def add_up(
    model: type[models.Model],
    rows: Sequence[Mapping[str, Any]],
    *,
    unique: Collection[str],
    add: Collection[str],
    latest: Collection[str] = (),
) -> None:
    """Insert the rows; of those that are there, add to some columns.

    All rows name the same fields. ``unique`` are those that make a row the same one;
    ``add`` grow by the new value, ``latest`` become the later of both, and the others
    stay as they are.
    """
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        some = rows[start : start + _ROWS_PER_STATEMENT]
        fields = {name: _field(model, name) for name in some[0]}
        columns = {name: _column(field) for name, field in fields.items()}
        sql = _statement(model._meta.db_table, columns, len(some), unique, add, latest)
        values = [
            field.get_db_prep_save(row[name], connection)
            for row in some
            for name, field in fields.items()
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, values)


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _column(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _statement(
    table: str,
    columns: Mapping[str, str],
    n_rows: int,
    unique: Collection[str],
    add: Collection[str],
    latest: Collection[str],
) -> str:
    table = connection.ops.quote_name(table)
    row = f"({', '.join(['%s'] * len(columns))})"
    sums = [f"{c} = {table}.{c} + excluded.{c}" for c in map(columns.get, add)]
    ends = [
        f"{c} = CASE WHEN excluded.{c} > {table}.{c} THEN excluded.{c}"
        f" ELSE {table}.{c} END"
        for c in map(columns.get, latest)
    ]
    # Put together from the names of our own fields; every value is a parameter.
    return (
        f"INSERT INTO {table} ({', '.join(columns.values())})"  # noqa: S608
        f" VALUES {', '.join([row] * n_rows)}"
        f" ON CONFLICT ({', '.join(columns[name] for name in unique)})"
        f" DO UPDATE SET {', '.join(sums + ends)}"
    )
