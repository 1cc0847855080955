"""Deliveries as nobody wishes them: every node of a document replaced by something else, every body damaged."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

HOSTILE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    "x",
    "\x00 \ud800",
    "9" * 5000,
    [],
    [None, 7, "x", [], {}],
    {},
    {"id": {}, "body": []},
)


def mutations(document: Any) -> Iterator[Any]:
    """The document again and again, each time with one node replaced by something hostile, or missing."""
    yield from HOSTILE
    if isinstance(document, dict):
        for key, child in document.items():
            yield {other: value for other, value in document.items() if other != key}
            for mutated in mutations(child):
                yield {**document, key: mutated}
    elif isinstance(document, list):
        for place, child in enumerate(document):
            for mutated in mutations(child):
                yield [*document[:place], mutated, *document[place + 1 :]]


def damages(content: bytes) -> Iterator[bytes]:
    """The bytes cut after every 50 (of the first 20,000), and fifty times with one byte changed."""
    dice = random.Random(len(content))
    for cut in range(0, min(len(content), 20_000), 50):
        yield content[:cut]
    for _ in range(50):
        place = dice.randrange(max(len(content), 1))
        yield content[:place] + bytes([dice.randrange(256)]) + content[place + 1 :]


def form_mutations(content: bytes) -> Iterator[bytes]:
    """The form again and again, each time with one field left out, doubled, or with a hostile text in it."""
    fields = parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True)
    hostile = ("x", "-1", "\x00 è 😀", "9" * 5000, "[None, {}]")
    for place, (name, value) in enumerate(fields):
        before, after = fields[:place], fields[place + 1 :]
        yield urlencode([*before, *after]).encode()
        yield urlencode([*fields, (name, value), (name, "another")]).encode()
        for text in hostile:
            yield urlencode([*before, (name, text), *after]).encode()
        yield urlencode([*before, (name, ""), *after]).encode() + b"%ff%00%zz"
