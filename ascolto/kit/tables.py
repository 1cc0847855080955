"""Tables that people paste or upload: encoding and separator found, sizes bounded. Pure.

Nothing is believed about the file but its bytes; whatever it holds, reading ends in bounded time with rows of text or BadTable.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

BYTES_LIMIT = 1_000_000
LINES_LIMIT = 5_000
COLUMNS_LIMIT = 40
CELL_LIMIT = 500  # characters
_SEPARATORS = (",", ";", "\t", "|")


class BadTable(ValueError):
    """`code`: too_large, too_many_lines, too_many_columns, empty, broken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and lines below it, each as wide as the heading; `numbers` are their places in the file, the first line is 1."""

    heading: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]


def decoded(data: bytes) -> str:
    """The text of a file. UTF-8, UTF-16 with its mark, else the Windows encoding that spreadsheets write. Raises BadTable."""
    if len(data) > BYTES_LIMIT:
        raise BadTable("too_large")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def separator_of(text: str) -> str:
    """The sign that splits the first lines into the most columns, alike in each; a comma where nothing does."""
    first = [line for line in text[:20_000].splitlines() if line.strip()][:10]
    if not first:
        return ","

    def columns(separator: str) -> int:
        try:
            widths = [len(row) for row in csv.reader(first, delimiter=separator)]
        except csv.Error:
            return 0
        return widths[0] if widths and widths[0] > 1 and max(widths) <= widths[0] else 0

    best = max(_SEPARATORS, key=columns)
    return best if columns(best) else ","


def read_table(text: str) -> Table:
    """The lines of a text; empty ones are left out. Raises BadTable."""
    if len(text) > BYTES_LIMIT:
        raise BadTable("too_large")
    text = text.replace("\0", "").lstrip("\ufeff")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text))
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, row))
            if len(rows) > LINES_LIMIT + 1:
                raise BadTable("too_many_lines")
    except csv.Error:
        raise BadTable("broken") from None
    if not rows:
        raise BadTable("empty")
    heading = tuple(_cell(cell) for cell in rows[0][1])
    if len(heading) > COLUMNS_LIMIT:
        raise BadTable("too_many_columns")
    width = len(heading)
    lines = tuple(tuple(_cell(cell) for cell in (row + [""] * width)[:width]) for _number, row in rows[1:])
    return Table(heading, lines, tuple(number for number, _row in rows[1:]))


def _cell(text: str) -> str:
    return " ".join(text[: CELL_LIMIT * 2].encode("utf-8", "replace").decode().split())[:CELL_LIMIT]


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text
