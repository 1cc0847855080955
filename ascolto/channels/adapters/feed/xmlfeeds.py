"""RSS 2.0 (and its forerunners), RSS 1.0/RDF and Atom 1.0, as they are really written, into plain entries.

Expat reads them: it is linear, knows no network, and bounds what entities may grow to. A document that declares entities of its own is
refused; so is one that nests without end. What breaks XML every day (named entities of HTML, a bare &, control characters, a wrong
charset) is repaired once, when the document as it came cannot be read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin
from xml.parsers import expat

from ascolto.kit.text import clean

MOST_ENTRIES = 2000
_DEEPEST = 60
_ATOM = "http://www.w3.org/2005/Atom"
_XML = "http://www.w3.org/XML/1998/namespace"
_XHTML = "http://www.w3.org/1999/xhtml"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_ROOTS = {"rss", "RDF", "feed"}
_ITEMS = {"item", "entry"}
_MOST_NODES = 100_000
_OTHERS = {
    "http://search.yahoo.com/mrss/",
    "http://www.itunes.com/dtds/podcast-1.0.dtd",
}  # have names of their own for titles
_LONGEST = 60_000  # characters of one field
_XML_OWN = {"amp", "lt", "gt", "quot", "apos"}
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_BARE = re.compile(r"&(?![A-Za-z][A-Za-z0-9]{0,31};|#[0-9]{1,7};|#x[0-9A-Fa-f]{1,6};)")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ANNOUNCED = re.compile(r"<link\b([^<>]{0,600})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(rel|type|href)\s*=\s*["']([^"'<>]{1,500})["']""", re.IGNORECASE)
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")


class NotAFeed(ValueError):
    """What came is no feed that can be read; the text says why."""


@dataclass(slots=True)
class Node:
    """An element: local name, namespace, attributes, its own text and the elements in it."""

    name: str
    space: str
    attributes: Mapping[str, str]
    base: str
    texts: list[str] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text."""
        return "".join(self.texts)[:_LONGEST].strip()

    def find(self, *names: str) -> Node | None:
        """The first element in it with one of these names, by the order of the names."""
        for name in names:
            for node in self.nodes:
                if node.name == name:
                    return node
        return None

    def text_of(self, *names: str) -> str:
        """The text of the first such element that has any."""
        texts = (node.text for name in names for node in self.nodes if node.name == name)
        return next((text for text in texts if text), "")


def is_markup(body: bytes) -> bool:
    """Whether the first sign of a document is <, in whatever charset."""
    return body[:400].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] == b"<"


def announced(body: bytes, address: str) -> str:
    """The address of the feed that a web page announces; empty when it announces none."""
    for link in _ANNOUNCED.finditer(body[:200_000].decode("utf-8", "replace")):
        told = {name.lower(): value for name, value in _ATTRIBUTE.findall(link[1])}
        if "alternate" in told.get("rel", "").lower().split() and told.get("type", "").lower() in _FEED_TYPES:
            return _joined(address, html.unescape(told.get("href", "")))
    return ""


def read_feed(body: bytes, address: str, charset: str = "") -> dict[str, Any]:
    """`{"feed": {"title", "url", "language"}, "entries": [{"id", "title", "html", "url", "author", …}]}`. Raises NotAFeed."""
    root = _parse(body, address, charset)
    if root.name not in _ROOTS:
        raise NotAFeed("This is not a feed: write the address of an RSS or Atom feed, or of JSON.")
    head = root.find("channel") or root
    about = {"title": _plain(head.text_of("title")), "url": _link(head)}
    about["language"] = head.text_of("language") or root.attributes.get(f"{_XML} lang", "")
    found = [_entry(node) for node in _items(root)]
    return {"feed": about, "entries": found[:MOST_ENTRIES]}


def _items(root: Node) -> Iterator[Node]:
    """Items stand in the channel (RSS 2.0), beside it (RDF) or in the root (Atom)."""
    for node in root.nodes:
        if node.name in _ITEMS:
            yield node
        elif node.name == "channel":
            yield from (item for item in node.nodes if item.name in _ITEMS)


def _entry(node: Node) -> dict[str, Any]:
    content = node.find("encoded", "content", "description", "summary")
    others = [text for name in ("description", "summary") if (text := node.text_of(name))]
    body = _html(content) if content is not None else ""
    author = node.find("creator", "author")
    entry = {
        "id": node.text_of("guid", "id") or node.attributes.get(f"{_RDF} about", ""),
        "title": _plain(_html(title) if (title := node.find("title")) else ""),
        "html": body or (others[0] if others else ""),
        "base": (content or node).base,
        "url": _link(node),
        "author": _author(author) if author is not None else "",
        "published": node.text_of("pubDate", "published", "issued", "date", "created"),
        "updated": node.text_of("updated", "modified"),
        "tags": [text for tag in node.nodes if tag.name == "category" and (text := _tag(tag))][:20],
        "language": node.attributes.get(f"{_XML} lang", "") or node.text_of("language"),
    }
    return {name: value for name, value in entry.items() if value}


def _link(node: Node) -> str:
    """The address of the page: Atom names several, told apart by `rel`; RSS writes it as text; a guid may be one."""
    links = [child for child in node.nodes if child.name == "link"]
    chosen = [link for link in links if link.attributes.get("rel", "alternate") == "alternate"]
    for link in chosen:
        if address := (link.attributes.get("href") or link.text).strip():
            return _joined(link.base, address)
    guid = node.find("guid")
    if (
        guid is not None
        and guid.attributes.get("isPermaLink", "true") != "false"
        and guid.text.startswith("http")
    ):
        return guid.text
    return ""


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)[:2000]
    except ValueError:
        return ""


def _author(node: Node) -> str:
    """A name; `a@b.it (Giulia)` in RSS, elements in Atom."""
    told = node.text_of("name", "email") or node.text
    inner = told[told.find("(") + 1 : -1] if told.endswith(")") and "(" in told else ""
    return _plain(inner or told)[:200]


def _tag(node: Node) -> str:
    return _plain(node.attributes.get("label") or node.attributes.get("term") or node.text)[:100]


def _html(node: Node) -> str:
    """The content of an element as HTML: it may be text, HTML written as text, or elements of XHTML."""
    if node.space == _ATOM and node.attributes.get("type", "text") in {"text", "text/plain"}:
        return html.escape(node.text, quote=False)
    return node.text


def _plain(text: str) -> str:
    """A title or a name without marks of HTML."""
    bare = re.sub(r"<[^<>]{0,500}>", " ", text[:2000]) if "<" in text else text[:2000]
    return " ".join(clean(html.unescape(bare), 1000).split())


# --- reading XML ------------------------------------------------------------------------------------------------------


def _parse(body: bytes, address: str, charset: str) -> Node:
    try:
        return _Tree(address).read(body)
    except (expat.ExpatError, ValueError, LookupError) as first:
        if isinstance(first, NotAFeed):
            raise
    try:
        return _Tree(address).read(_repaired(body, charset))
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, NotAFeed):
            raise
        raise NotAFeed(f"The feed cannot be read: {error}.") from error


def _repaired(body: bytes, charset: str) -> bytes:
    """The document in UTF-8, without what most often breaks XML."""
    declared = _DECLARED.match(body[:400])
    text = ""
    for name in (declared[1].decode("ascii") if declared else "", charset, "utf-8", "windows-1252"):
        try:
            text = body.decode(name) if name else ""
        except (UnicodeDecodeError, LookupError):
            continue
        if text:
            break
    text = _DECLARATION.sub(
        "", clean(text or body.decode("utf-8", "replace"), len(body)).lstrip("\ufeff"), count=1
    )
    return _BARE.sub("&amp;", _NAMED.sub(_character, text)).strip().encode()


def _character(found: re.Match[str]) -> str:
    name = found[1]
    return found[0] if name in _XML_OWN else html.unescape(found[0])


class _Tree:
    """Builds nodes. Inside an element of an entry, elements of XHTML are written out as text where they stand."""

    def __init__(self, address: str) -> None:
        self._root: Node | None = None
        self._open: list[Node] = []
        self._inline = 0  # how deep we are in markup that is content
        self._count = 0
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._refuse
        self._parser, self._address = parser, address

    def read(self, body: bytes) -> Node:
        """The root. Raises ExpatError, NotAFeed."""
        self._parser.Parse(body, True)
        if self._root is None:
            raise NotAFeed("The feed is empty.")
        return self._root

    def _refuse(self, *declared: Any) -> None:
        raise NotAFeed("The feed declares entities of its own, which no feed needs.")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        name = f"~{name}" if space in _OTHERS else name
        self._count += 1
        if self._count > _MOST_NODES:
            raise NotAFeed("The feed has too many elements.")
        if self._inline or (self._is_content() and (space == _XHTML or self._open[-1].name != "author")):
            self._inline += 1
            self._write_start(name, attributes)
            return
        if len(self._open) >= _DEEPEST:
            raise NotAFeed("The feed nests its elements too deeply.")
        base = self._open[-1].base if self._open else self._address
        base = _joined(base, attributes.get(f"{_XML} base", "")) or base
        node = Node(name, space, attributes, base)
        if self._open:
            self._open[-1].nodes.append(node)
        else:
            self._root = node
        self._open.append(node)

    def _is_content(self) -> bool:
        """Whether the open element stands in an item: what is in it is its content."""
        return len(self._open) >= 2 and self._open[-2].name in _ITEMS

    def _write_start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._inline > 400:
            raise NotAFeed("The feed nests its elements too deeply.")
        kept = "".join(
            f' {key}="{html.escape(value)}"' for key, value in attributes.items() if key in {"href", "alt"}
        )
        self._open[-1].texts.append(f"<{name}{kept}>")

    def _end(self, tag: str) -> None:
        if self._inline:
            self._inline -= 1
            self._open[-1].texts.append(f"</{tag.rpartition(' ')[2]}>")
        else:
            self._open.pop()

    def _text(self, data: str) -> None:
        if self._open:
            self._open[-1].texts.append(html.escape(data, quote=False) if self._inline else data)
