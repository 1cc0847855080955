"""Write many rows in one statement: the values travel as one JSON document (SQLite) or as arrays (PostgreSQL).

For the hot path of intake, where preparing each value through a field class costs more than the database itself. The rows of a
statement become a table inside the database, so a statement has the same text for one row and for hundreds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

_KNOWN: dict[tuple[Any, ...], list[tuple[str, str, str]]] = {}


def _columns(connection: Any, model: Any, names: tuple[str, ...] | None = None) -> list[tuple[str, str, str]]:
    """(attribute, column, type) of the fields to write: the named ones, or all but the key and what the database fills in itself."""
    known = _KNOWN.get((model, names, connection.vendor))
    if known is None:
        fields = [f for f in model._meta.concrete_fields if not f.primary_key and not f.has_db_default()]
        if names is not None:
            fields = [model._meta.get_field(name) for name in names]
        known = [(f.attname, f.column, str(_type(connection, f))) for f in fields]
        _KNOWN[(model, names, connection.vendor)] = known
    return known


def _type(connection: Any, field: Any) -> str:
    return str(
        field.rel_db_type(connection)
        if field.primary_key or not field.is_relation
        else field.db_type(connection)
    )


def insert(connection: Any, objects: Sequence[Any]) -> None:
    """Insert model instances of one model in their order and give them their keys. Call it in a transaction."""
    if not objects:
        return
    model = type(objects[0])
    columns = _columns(connection, model)
    names = ", ".join(column for _, column, _ in columns)
    source, parameters = _table(connection.vendor, columns, objects)
    query = f"INSERT INTO {model._meta.db_table} ({names}) {source} RETURNING id"
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        keys = cursor.fetchall()
    for each, (key,) in zip(objects, keys, strict=True):
        each.pk = key
        each._state.adding, each._state.db = False, connection.alias


def insert_missing(connection: Any, objects: Sequence[Any]) -> None:
    """Insert model instances of one model, but for those that break a unique rule; keys are not given. Call it in a transaction."""
    if not objects:
        return
    model = type(objects[0])
    columns = _columns(connection, model)
    names = ", ".join(column for _, column, _ in columns)
    source, parameters = _table(connection.vendor, columns, objects)
    # WHERE true: without it SQLite takes ON for a part of the join
    query = f"INSERT INTO {model._meta.db_table} ({names}) {source} WHERE true ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)


def update(connection: Any, objects: Sequence[Any], names: Sequence[str]) -> None:
    """Write the named fields of model instances of one model. Call it in a transaction that holds their locks."""
    if not objects:
        return
    model = type(objects[0])
    columns = _columns(connection, model, ("id", *names))
    source, parameters = _table(connection.vendor, columns, objects, named=True)
    changes = ", ".join(f"{column} = fresh.{column}" for _, column, _ in columns[1:])
    table = model._meta.db_table
    query = f"UPDATE {table} SET {changes} FROM ({source}) AS fresh WHERE {table}.id = fresh.id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)


def _table(
    vendor: str, columns: list[tuple[str, str, str]], objects: Sequence[Any], *, named: bool = False
) -> tuple[str, list[Any]]:
    """A SELECT that gives the objects' values as rows, and its parameters."""
    read = attrgetter(*(attribute for attribute, _, _ in columns))
    if vendor == "postgresql":
        return _postgres_table(columns, [list(c) for c in zip(*map(read, objects), strict=True)])
    rows = [[_plain(value) for value in read(each)] for each in objects]
    values = ", ".join(
        f"json_extract(value, '$[{place}]')" + (f" AS {column}" if named else "")
        for place, (_, column, _) in enumerate(columns)
    )
    return f"SELECT {values} FROM json_each(%s)", [json.dumps(rows, ensure_ascii=False)]  # noqa: S608


def _postgres_table(columns: list[tuple[str, str, str]], values: list[list[Any]]) -> tuple[str, list[Any]]:
    names = ", ".join(f"{c}::jsonb" if kind == "jsonb" else c for _, c, kind in columns)
    arrays = ", ".join(f"%s::{_array(kind)}" for _, _, kind in columns)
    header = ", ".join(column for _, column, _ in columns)
    for place, (_, _, kind) in enumerate(columns):
        if kind == "jsonb":
            values[place] = [None if value is None else json.dumps(value) for value in values[place]]
    return f"SELECT {names} FROM unnest({arrays}) AS given({header})", values  # noqa: S608


def _array(kind: str) -> str:
    base = kind.split("(")[0].strip()
    return {"jsonb": "text[]", "varchar": "text[]"}.get(base, f"{base}[]")


def _plain(value: Any) -> Any:
    """A value as SQLite keeps it: moments in UTC without a zone, documents as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    return value
