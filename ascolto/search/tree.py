"""What is looked for in the index, as a tree of lexemes, and how the two databases want it written. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One lexeme; `begins`: everything that begins so."""

    text: str
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Words that follow each other."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All of them."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of them."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The first, but not the second."""

    node: Node
    unwanted: Node


Node = Lexeme | Row | Every | Some | Without


def every(nodes: Iterable[Node]) -> Node | None:
    """All of them; one stands for itself, none is None."""
    found = tuple(dict.fromkeys(nodes))
    return None if not found else found[0] if len(found) == 1 else Every(found)


def some(nodes: Iterable[Node]) -> Node | None:
    """At least one of them; one stands for itself, none is None."""
    found = tuple(dict.fromkeys(nodes))
    return None if not found else found[0] if len(found) == 1 else Some(found)


def lexemes(texts: Iterable[str]) -> list[Node]:
    """One leaf for each text."""
    return [Lexeme(text) for text in texts]


def leaves(node: Node) -> Iterator[Lexeme]:
    """Every lexeme that may be looked up, but those that are unwanted."""
    if isinstance(node, Lexeme):
        yield node
    elif isinstance(node, Row):
        yield from (Lexeme(word) for word in node.words)
    else:
        children: Sequence[Node] = [node.node] if isinstance(node, Without) else node.nodes
        for child in children:
            yield from leaves(child)


def as_fts5(node: Node) -> str:
    """The query for SQLite. Lexemes have neither quotes nor spaces: nothing in them can be taken for an operator."""
    if isinstance(node, Lexeme):
        return f'"{node.text}"{"*" if node.begins else ""}'
    if isinstance(node, Row):
        return f'words:"{" ".join(node.words)}"'
    if isinstance(node, Without):
        return f"({as_fts5(node.node)} NOT {as_fts5(node.unwanted)})"
    joint = " AND " if isinstance(node, Every) else " OR "
    return f"({joint.join(map(as_fts5, node.nodes))})"


def as_tsquery(node: Node) -> str:
    """The query for PostgreSQL, in the form that its type reads without any parser of language."""
    if isinstance(node, Lexeme):
        return f"'{node.text}'{':*' if node.begins else ''}"
    if isinstance(node, Row):
        return "(" + " <-> ".join(f"'{word}'" for word in node.words) + ")"
    if isinstance(node, Without):
        return f"({as_tsquery(node.node)} & !{as_tsquery(node.unwanted)})"
    joint = " & " if isinstance(node, Every) else " | "
    return f"({joint.join(map(as_tsquery, node.nodes))})"


def as_tsvector(words: Sequence[str], marks: Iterable[str]) -> str:
    """A document for PostgreSQL: its words with their places, its marks without any."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(words[:_PLACES], 1):
        places.setdefault(word, []).append(str(place))
    parts = [f"'{word}':{','.join(at[:_PLACES_OF_ONE])}" for word, at in places.items()]
    parts += [f"'{mark}'" for mark in marks if mark not in places]
    return " ".join(parts)


_PLACES = 16_383  # PostgreSQL counts no further
_PLACES_OF_ONE = 255
