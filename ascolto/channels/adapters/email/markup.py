"""HTML of strangers: cleaned for the screen, and turned into text for searching, reading aloud and cutting quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

import nh3

MAX_HTML = 480_000  # characters, before and after cleaning; a longer body is shown as text only
MAX_DEPTH = 400  # elements in each other; what goes deeper is an attack on parsers, not a letter
MAX_TEXT = 200_000
_MAX_DATA_IMAGE = 100_000

_INLINE = {
    "a",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "code",
    "del",
    "em",
    "i",
    "img",
    "ins",
    "kbd",
    "mark",
    "q",
    "s",
    "small",
    "span",
}
_INLINE |= {"strike", "strong", "sub", "sup", "tt", "u", "font", "center"}
_BLOCKS = {
    "article",
    "aside",
    "blockquote",
    "br",
    "caption",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
}
_BLOCKS |= {
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "ul",
}
_TABLES = {"table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_TAGS = (_INLINE | _BLOCKS | _TABLES) - {"font", "center"}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign"},
    "ol": {"start"},
    "*": {"dir", "lang"},
}
_GONE = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "textarea",
    "select",
}
_IMAGE = re.compile(r'(<img\b(?:[^>"]|"[^"]*")*?) src="(https?:[^"]*)"')
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})")
_VOID = {
    "br",
    "hr",
    "img",
    "input",
    "meta",
    "link",
    "area",
    "base",
    "col",
    "wbr",
    "source",
    "p",
    "li",
    "td",
    "tr",
    "th",
    "o:p",
}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """HTML that may be shown, and how many pictures it wanted to fetch from elsewhere (they tell the sender who reads)."""

    html: str
    remote_images: int = 0


def sanitise(html: str) -> Cleaned:
    """Only structure stays: no script, style, form, frame or event. Pictures of the mail itself (`cid:`) stay; a remote
    one keeps its address in `data-remote-src`, so that nothing is fetched before somebody asks for it."""
    html = html.replace("\0", "")
    if len(html) > MAX_HTML or _too_deep(html):
        return Cleaned("")
    clean = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_GONE,
        attributes=_ATTRIBUTES,
        attribute_filter=_filter_attribute,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    shown, count = _IMAGE.subn(r'\1 data-remote-src="\2"', clean)
    return Cleaned(shown.strip() if len(shown) <= MAX_HTML else "", count)


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    scheme = value.strip().lower().partition(":")[0]
    if name == "href" and scheme in {"cid", "data"}:
        return None
    if name == "src":
        if scheme == "data":
            small = len(value) <= _MAX_DATA_IMAGE
            return (
                value if small and re.match(r"data:image/(png|gif|jpeg|webp);base64,", value, re.I) else None
            )
        return value if scheme in {"cid", "http", "https"} else None
    if name in {"width", "height", "colspan", "rowspan", "start"}:
        return value if re.fullmatch(r"\d{1,4}%?", value) else None
    return value


def _too_deep(html: str) -> bool:
    """Whether elements stand in each other deeper than any letter needs."""
    depth = 0
    for match in _TAG_NAME.finditer(html):
        if match.group(2).lower() in _VOID:
            continue
        depth = max(0, depth + (-1 if match.group(1) else 1))
        if depth > MAX_DEPTH:
            return True
    return False


def to_text(html: str) -> str:
    """What a reader sees, line by line; quotes marked with `> `, rules drawn as dashes, links followed by their address."""
    html = html.replace("\0", "")[: MAX_HTML * 2]
    if _too_deep(html):
        return _tags_off(html)
    tidy = nh3.clean(
        html,
        tags=_TAGS | {"font", "center"},
        clean_content_tags=_GONE,
        attributes={"a": {"href"}, "img": {"alt"}},
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
    )
    reader = _Reader()
    reader.feed(tidy)
    reader.close()
    return reader.text()


def _tags_off(html: str) -> str:
    """Text of something that no parser should see."""
    return re.sub(r"<[^<>]*>", " ", html)[:MAX_TEXT]


def from_text(text: str) -> str:
    """Text as HTML, for a mail that has parts of both kinds."""
    paragraphs = escape(text.strip(), quote=False).split("\n\n")
    return "".join("<p>" + part.replace("\n", "<br>") + "</p>" for part in paragraphs if part.strip())


_PARAGRAPHS = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "ul",
    "ol",
    "table",
    "pre",
    "dl",
    "figure",
}
_LINES = {
    "div",
    "li",
    "tr",
    "dt",
    "dd",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "caption",
    "center",
    "figcaption",
}


class _Reader(HTMLParser):
    """Reads HTML that nh3 has put in order; it never sees what came from outside."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._quote = 0
        self._pre = 0
        self._href = ""
        self._link_text = ""
        self._size = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "br":
            self._end_line()
        elif tag == "hr":
            self._open_block(1)
            self._lines.append(self._prefix() + "-" * 10)
        elif tag in _PARAGRAPHS or tag in _LINES:
            self._open_block(1 if tag in _LINES else 2)
        if tag == "blockquote":
            self._quote += 1
        elif tag == "pre":
            self._pre += 1
        elif tag == "li":
            self._line = "• "
        elif tag in {"td", "th"} and self._line.strip():
            self._line += " "
        elif tag == "a":
            self._href, self._link_text = values.get("href") or "", ""
        elif tag == "img" and (alt := (values.get("alt") or "").strip()):
            self._line += f"[{alt[:100]}]"

    def handle_endtag(self, tag: str) -> None:
        if tag in _PARAGRAPHS or tag in _LINES:
            self._open_block(1 if tag in _LINES else 2)
        if tag == "blockquote":
            self._quote = max(0, self._quote - 1)
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
        elif tag == "a":
            self._close_link()

    def _close_link(self) -> None:
        href, shown = self._href, self._link_text.strip()
        self._href = ""
        if not href.startswith(("http://", "https://")) or len(href) > 500:
            return
        if shown and shown.rstrip("/") not in {href.rstrip("/"), href.partition("://")[2].rstrip("/")}:
            self._line += f" <{href}>"

    def handle_data(self, data: str) -> None:
        if self._size > MAX_TEXT:
            return
        self._size += len(data)
        if self._pre:
            first, *others = data.split("\n")
            self._line += first
            for line in others:
                self._end_line()
                self._line = line
            return
        text = re.sub(r"[ \t\r\n\f]+", " ", data)
        if self._href:
            self._link_text += text
        self._line += text.lstrip(" ") if not self._line or self._line.endswith(" ") else text

    def _prefix(self) -> str:
        return "> " * min(self._quote, 20)

    def _end_line(self) -> None:
        self._lines.append((self._prefix() + self._line).rstrip())
        self._line = ""

    def _open_block(self, gap: int) -> None:
        """End the line that is being written; a paragraph is set apart by an empty one."""
        if self._line.strip():
            self._end_line()
        self._line = ""
        if gap == 2 and self._lines and self._lines[-1].strip(" >"):
            self._lines.append(self._prefix().rstrip())

    def text(self) -> str:
        """Everything read so far, never more than two empty lines together."""
        if self._line.strip():
            self._end_line()
        joined = "\n".join(self._lines).replace("\xa0", " ")
        return re.sub(r"\n(?:[ \t]*\n){3,}", "\n\n\n", joined).strip("\n")
