"""Write many rows in one statement: the values travel as one JSON document, and the database makes a table of it.

For the hot path of intake, where preparing each value through a field class costs more than the database itself. A statement
has the same text for one row and for hundreds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from msgspec.json import encode

Values = list[Any]


@dataclass(frozen=True, slots=True)
class _Column:
    """A field as it is written."""

    attribute: str
    name: str
    type: str  # PostgreSQL's
    kind: str  # Django's name of the field's class


_known: dict[tuple[Any, ...], list[_Column]] = {}


def _columns(connection: Any, model: Any, names: tuple[str, ...] | None = None) -> list[_Column]:
    """The named fields, or all but the key and what the database fills in itself."""
    known = _known.get((model, names, connection.vendor))
    if known is None:
        fields = [f for f in model._meta.concrete_fields if not f.primary_key and not f.has_db_default()]
        if names is not None:
            fields = [model._meta.get_field(name) for name in names]
        known = [
            _Column(f.attname, f.column, str(_type(connection, f)), f.get_internal_type()) for f in fields
        ]
        _known[(model, names, connection.vendor)] = known
    return known


def _type(connection: Any, field: Any) -> str:
    return str(
        field.rel_db_type(connection)
        if field.primary_key or not field.is_relation
        else field.db_type(connection)
    )


def execute(connection: Any, query: str, parameters: Sequence[Any], *, returns: bool = False) -> Any:
    """Run one statement: its rows when it `returns` some, else the number of rows it touched.

    On PostgreSQL the values travel beside the statement and in binary; Django's own cursor would write each of them into the
    text of the statement, which for arrays of large texts costs more than everything else.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, _cursor(connection) as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall() if returns else cursor.rowcount


def _cursor(connection: Any) -> Any:
    if connection.vendor != "postgresql":
        return connection.cursor()
    from psycopg import Cursor

    return Cursor(connection.connection)


def insert(connection: Any, objects: Sequence[Any]) -> None:
    """Insert model instances of one model in their order and give them their keys. Call it in a transaction."""
    if not objects:
        return
    model = type(objects[0])
    columns = _columns(connection, model)
    names = ", ".join(column.name for column in columns)
    source, parameters = _table(connection.vendor, columns, objects)
    query = f"INSERT INTO {model._meta.db_table} ({names}) {source} RETURNING id"
    keys = execute(connection, query, parameters, returns=True)
    for each, (key,) in zip(objects, keys, strict=True):
        each.pk = key
        each._state.adding, each._state.db = False, connection.alias


def insert_missing(connection: Any, objects: Sequence[Any]) -> None:
    """Insert model instances of one model, but for those that break a unique rule; keys are not given. Call it in a transaction."""
    if not objects:
        return
    model = type(objects[0])
    columns = _columns(connection, model)
    names = ", ".join(column.name for column in columns)
    source, parameters = _table(connection.vendor, columns, objects)
    # WHERE true: without it SQLite takes ON for a part of the join
    query = f"INSERT INTO {model._meta.db_table} ({names}) {source} WHERE true ON CONFLICT DO NOTHING"
    execute(connection, query, parameters)


def update(connection: Any, objects: Sequence[Any], names: Sequence[str]) -> None:
    """Write the named fields of model instances of one model. Call it in a transaction that holds their locks."""
    if not objects:
        return
    model = type(objects[0])
    columns = _columns(connection, model, ("id", *names))
    source, parameters = _table(connection.vendor, columns, objects, named=True)
    changes = ", ".join(f"{column.name} = fresh.{column.name}" for column in columns[1:])
    table = model._meta.db_table
    query = f"UPDATE {table} SET {changes} FROM ({source}) AS fresh WHERE {table}.id = fresh.id"  # noqa: S608
    execute(connection, query, parameters)


def _table(
    vendor: str, columns: Sequence[_Column], objects: Sequence[Any], *, named: bool = False
) -> tuple[str, list[Any]]:
    """A SELECT that gives the objects' values as rows, and its parameters."""
    read = attrgetter(*(column.attribute for column in columns))
    by_column: list[Values] = [list(values) for values in zip(*map(read, objects), strict=True)]
    for place, column in enumerate(columns):
        if column.kind == "JSONField":
            by_column[place] = [
                None if value is None else encode(value).decode() for value in by_column[place]
            ]
        elif column.kind == "DateTimeField":
            by_column[place] = _moments(by_column[place])
        elif column.kind == "DurationField" and vendor != "postgresql":  # which reads ISO 8601, as encoded
            by_column[place] = [_microseconds(value) for value in by_column[place]]
    document = encode(list(zip(*by_column, strict=True))).decode()
    if vendor == "postgresql":
        values = [
            f"(value->>{place})::{column.type.partition('(')[0]}" for place, column in enumerate(columns)
        ]
        source = "jsonb_array_elements(%s::jsonb) AS given(value)"
    else:
        values = [f"json_extract(value, '$[{place}]')" for place, _ in enumerate(columns)]
        source = "json_each(%s)"
    if named:
        values = [f"{value} AS {column.name}" for value, column in zip(values, columns, strict=True)]
    return f"SELECT {', '.join(values)} FROM {source}", [document]  # noqa: S608


def _microseconds(value: timedelta | None) -> int | None:
    return None if value is None else value // timedelta(microseconds=1)


def _moments(values: Values) -> Values:
    """Moments as SQLite keeps them, in UTC without a zone; PostgreSQL is told the zone by its session, which is UTC as well.

    In a batch the same moment comes again and again.
    """
    texts: dict[datetime | None, str | None] = {None: None}
    for value in values:
        if value not in texts:
            texts[value] = value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return [texts[value] for value in values]
