"""The tables of a PostgreSQL database, as backup and restore see them."""

from __future__ import annotations

from typing import Any

from django.db import connection


def tables_of(cursor: Any) -> list[str]:
    """Every table of the product but the list of applied migrations, by name."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        " AND relname <> 'django_migrations' ORDER BY relname"
    )
    return [row[0] for row in cursor.fetchall()]


def columns_of(cursor: Any, table: str) -> list[str]:
    """The columns that hold what was written; computed ones follow from them."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum",
        [connection.ops.quote_name(table)],
    )
    return [row[0] for row in cursor.fetchall()]


def move_sequences(cursor: Any, table: str, columns: list[str]) -> None:
    """After rows came in with their numbers: new ones continue behind them."""
    quoted = connection.ops.quote_name(table)
    for column in columns:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [quoted, column])
        sequence = cursor.fetchone()[0]
        if sequence:
            highest = f"SELECT coalesce(max({connection.ops.quote_name(column)}), 0) + 1 FROM {quoted}"  # noqa: S608 - no input
            cursor.execute(f"SELECT setval(%s, ({highest}), false)", [sequence])


def drop_tables(cursor: Any) -> None:
    """Remove every table of the product."""
    cursor.execute("DROP TABLE IF EXISTS django_migrations")
    for table in tables_of(cursor):
        cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)} CASCADE")


def others_connected(cursor: Any) -> int:
    """How many other connections this database has."""
    cursor.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return int(cursor.fetchone()[0])
