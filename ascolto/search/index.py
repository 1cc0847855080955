"""The two indexes behind one door: FTS5 on SQLite, tsvector with GIN on PostgreSQL. Rows are messages, the id says which.

Both are read from the newest message backwards. FTS5 does that by itself. GIN gives everything it finds in no order; so that a common
word costs no more there, every row carries the numbers of the blocks of ids in which it lies, and is asked for block by block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection

from ascolto.kit import bulk
from ascolto.search.tree import Every, Lexeme, Node, as_fts5, as_tsquery, as_tsvector, some
from ascolto.search.words import TAG, Lexemes

BLOCKS = (11, 14, 17, 20)  # sizes of the blocks, as powers of two
RARE = 5_000  # messages: below that everything is fetched at once
END = 2**62  # an id above all others


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in the index; `said_at`: seconds since 1970."""

    message: int
    conversation: int
    said_at: int
    lexemes: Lexemes


@dataclass(frozen=True, slots=True)
class Found:
    """A message that was found."""

    message: int
    conversation: int


def write(entries: Sequence[Entry]) -> None:
    """Put messages into the index, in place of what it has of them. Call it in a transaction."""
    ordered = sorted(entries, key=lambda entry: entry.message)  # FTS5 takes rising ids together
    if not ordered:
        return
    if connection.vendor == "postgresql":
        _write_to_postgresql(ordered)
    else:
        _write_to_sqlite(ordered)


def _write_to_sqlite(entries: Sequence[Entry]) -> None:
    rows = [
        (e.message, e.conversation, e.said_at, " ".join(e.lexemes.words), " ".join(e.lexemes.marks))
        for e in entries
    ]
    connection.ensure_connection()
    with (
        connection.wrap_database_errors
    ):  # past Django's cursor, which looks for its place holders in every row
        connection.connection.executemany(
            "INSERT OR REPLACE INTO search_index (rowid, conversation_id, said_at, words, marks) VALUES (?, ?, ?, ?, ?)",
            rows,
        )


def _write_to_postgresql(entries: Sequence[Entry]) -> None:
    vectors = [
        as_tsvector(e.lexemes.words, e.lexemes.marks.union(_blocks_of(e.message))).encode() for e in entries
    ]
    query = (
        "INSERT INTO search_index (id, conversation_id, said_at, vector)"
        " SELECT id, conversation, said, convert_from(vector, 'UTF8')::tsvector"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bytea[]) AS fresh(id, conversation, said, vector)"
        " ON CONFLICT (id) DO UPDATE SET conversation_id = excluded.conversation_id, said_at = excluded.said_at,"
        " vector = excluded.vector"
    )
    values = [[e.message for e in entries], [e.conversation for e in entries], [e.said_at for e in entries]]
    bulk.execute(connection, query, [*values, vectors])


def _blocks_of(message: int) -> list[str]:
    return [_block(bits, message >> bits) for bits in BLOCKS]


def _block(bits: int, number: int) -> str:
    return f"{TAG}b{bits}x{number}"


def take_out(messages: Iterable[int]) -> None:
    """Let messages not be found any more."""
    ids = list(messages)
    key = "id" if connection.vendor == "postgresql" else "rowid"
    if ids:
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM search_index WHERE {key} = %s", [(pk,) for pk in ids])  # noqa: S608


def take_out_others(*, above: int, below: int, kept: Iterable[int]) -> None:
    """Of the messages with `above` < id < `below`, let only those that are `kept` be found."""
    key = "id" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM search_index WHERE {key} > %s AND {key} < %s", [above, below])  # noqa: S608
        known = {row[0] for row in cursor.fetchall()}
    take_out(known.difference(kept))


def look_up(
    node: Node,
    *,
    below: int = END,
    above: int = 0,
    limit: int,
    said: tuple[int | None, int | None] = (None, None),
    rare: bool = False,
) -> list[Found]:
    """The newest messages with `above` < id < `below` that have the node; `said`: the first second and the first one after.

    `rare`: so few that they are fetched at once.
    """
    found: list[Found] = []
    for low, high, blocks in _stages(below, above, rare):
        found += _fetch(Every((node, blocks)) if blocks else node, high, low, limit - len(found), said)
        if len(found) >= limit:
            break
    return found


def _stages(below: int, above: int, rare: bool) -> Iterator[tuple[int, int, Node | None]]:
    """Ranges of ids (above low, below high), the newest first, with the blocks that hold them."""
    if rare or connection.vendor != "postgresql":
        yield above, below, None
        return
    high = newest_id() + 1 if below == END else below
    for bits in BLOCKS:
        last = high - 1 >> bits
        low = max(last - 1 << bits, 1) - 1
        yield max(low, above), high, some([Lexeme(_block(bits, last)), Lexeme(_block(bits, last - 1))])
        high = low + 1
        if low <= above:
            return
    yield above, high, None


def newest_id() -> int:
    """The highest id in the index."""
    table, key = (
        ("search_index", "id") if connection.vendor == "postgresql" else ("search_index_content", "id")
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max({key}) FROM {table}")  # noqa: S608 - no input
        return int(cursor.fetchone()[0] or 0)


def _fetch(
    node: Node, below: int, above: int, limit: int, said: tuple[int | None, int | None]
) -> list[Found]:
    conditions = ""
    parameters: list[int | str] = []
    for sign, moment in zip((">=", "<"), said, strict=True):
        if moment is not None:
            conditions += f" AND said_at {sign} %s"
            parameters.append(moment)
    if connection.vendor == "postgresql":
        # MATERIALIZED: else the planner may walk the primary key instead, which for a rare word reads every message
        query = (
            "WITH found AS MATERIALIZED (SELECT id, conversation_id FROM search_index WHERE vector @@ %s::tsquery"  # noqa: S608
            f"{conditions}) SELECT id, conversation_id FROM found WHERE id > %s AND id < %s ORDER BY id DESC LIMIT %s"
        )
        parameters = [as_tsquery(node), *parameters, above, below, limit]
    else:
        query = (
            "SELECT rowid, conversation_id FROM search_index"  # noqa: S608
            " WHERE search_index MATCH %s AND rowid > %s AND rowid < %s"
            f"{conditions} ORDER BY rowid DESC LIMIT %s"
        )
        parameters = [as_fts5(node), above, below, *parameters, limit]
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [Found(*row) for row in cursor.fetchall()]
