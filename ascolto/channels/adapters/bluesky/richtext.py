"""Text with marks by byte: Bluesky counts the bytes of UTF-8 where other networks count characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.kit.text import clean

LONGEST = 10_000
_FACET = "app.bsky.richtext.facet"
_LINK = re.compile(r"https?://[^\s<>\"'\u200b]+")
_MENTION = re.compile(
    r"(?<![\w@./])@((?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63})(?![\w-])"
)
_TAG = re.compile(r"(?<![\w&/#])#([^\W\d_]\w{0,63})")
_AT_THE_END = ".,;:!?…»”’'\""
_MOST = 50


def facets(text: str, resolve: Callable[[str], str]) -> list[dict[str, Any]]:
    """The marks of a text: links, the people it names (`resolve` gives the DID of a handle, or nothing), tags."""
    found = [*_links(text), *_mentions(text, resolve), *_tags(text)]
    taken: list[tuple[int, int]] = []
    marks = []
    for start, end, feature in found[:_MOST]:
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue  # a name within an address
        taken.append((start, end))
        index = {"byteStart": _bytes(text[:start]), "byteEnd": _bytes(text[:end])}
        marks.append({"index": index, "features": [feature]})
    return sorted(marks, key=lambda mark: mark["index"]["byteStart"])


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _links(text: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    for match in _LINK.finditer(text):
        address = match.group().rstrip(_AT_THE_END)
        if address.endswith(")") and "(" not in address:
            address = address[:-1]
        yield match.start(), match.start() + len(address), {"$type": f"{_FACET}#link", "uri": address}


def _mentions(text: str, resolve: Callable[[str], str]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    known: dict[str, str] = {}
    for match in _MENTION.finditer(text):
        handle = match.group(1).lower()
        if handle not in known and len(known) < _MOST:
            known[handle] = resolve(handle)
        if did := known.get(handle):
            yield match.start(), match.end(), {"$type": f"{_FACET}#mention", "did": did}


def _tags(text: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    for match in _TAG.finditer(text):
        yield match.start(), match.end(), {"$type": f"{_FACET}#tag", "tag": match.group(1)}


def whole_text(record: Mapping[str, Any]) -> str:
    """The text of a record with the whole address of every link: people see them cut short."""
    told = record.get("text")
    if not isinstance(told, str):
        return ""
    content = told.encode("utf-8", "replace")[: LONGEST * 4]
    for start, end, address in sorted(_marked_links(record, len(content)), reverse=True):
        shown = content[start:end].decode("utf-8", "replace")
        begins = shown.removesuffix("…").removesuffix("...").rstrip(".")
        if begins and address.partition("://")[2].startswith(begins.partition("://")[2] or begins):
            replaced = address
        else:
            replaced = f"{shown} <{address}>" if shown.strip() != address else shown
        content = content[:start] + replaced.encode("utf-8", "replace") + content[end:]
    return clean(content.decode("utf-8", "replace"), LONGEST * 2)


def _marked_links(record: Mapping[str, Any], length: int) -> Iterator[tuple[int, int, str]]:
    """Where links stand, in order and not across each other."""
    after = 0
    found = []
    for facet in objects_of(record.get("facets")):
        index = object_of(facet.get("index"))
        start, end = index.get("byteStart"), index.get("byteEnd")
        link = next((f for f in objects_of(facet.get("features")) if f.get("$type") == f"{_FACET}#link"), {})
        address = text_of(link.get("uri"), 2000)
        if type(start) is int and type(end) is int and 0 <= start < end <= length and address:
            found.append((start, end, address))
    for start, end, address in sorted(found)[:_MOST]:
        if start >= after:
            after = end
            yield start, end, address
