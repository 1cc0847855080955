"""Light marks in what people write: **bold**, _italic_, `code`, [label](https://…), lists, quotes. Pure.

A text is read once into blocks and spans; from them comes the text without marks, and a page in a few safe tags. No word is lost on
the way, nothing that was typed becomes a tag, and what is not closed stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

MOST = 50_000  # characters; a longer text is nobody's letter and stays as it is
_INLINE = re.compile(
    r"`(?P<code>[^`\n]{1,500})`"
    r"|\[(?P<label>[^\[\]\n]{1,300})\]\((?P<href>https?://[^\s()<>\"'`]{1,1000}|mailto:[^\s()<>\"'`]{3,200})\)"
    r"|\*\*(?P<bold>[^\s*](?:[^*\n]{0,998}[^\s*])?)\*\*"
    r"|(?<![\w_])_(?P<italic>[^\s_](?:[^_\n]{0,998}[^\s_])?)_(?![\w_])"
)
_QUOTE = re.compile(r"> ?(?=\S)")
_ITEM = re.compile(r"[-*] (?=\S)")
_NUMBER = re.compile(r"([0-9]{1,3})[.)] (?=\S)")
_FENCE = "```"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line. `kind`: text, bold, italic, code or link; `inner` is what it holds."""

    kind: str
    text: str = ""
    inner: tuple[Span, ...] = ()
    href: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text. `kind`: line, quote, item, number or fence."""

    kind: str
    spans: tuple[Span, ...]
    number: str = ""


def read(marked: str) -> list[Line]:
    """The lines of a text with what is marked in them."""
    if len(marked) > MOST:
        return [Line("line", (Span("text", line),)) for line in marked.split("\n")]
    lines, rows, at = [], marked.split("\n"), 0
    while at < len(rows):
        end = _fence_end(rows, at)
        if end:
            lines += [Line("fence", (Span("text", row),)) for row in rows[at + 1 : end]]
            at = end + 1
            continue
        lines.append(_line(rows[at]))
        at += 1
    return lines


def _fence_end(rows: Sequence[str], at: int) -> int:
    """Where a block of code that begins here is closed; 0 when none begins, or none is closed."""
    if rows[at].strip() != _FENCE:
        return 0
    ends = (place for place in range(at + 1, min(len(rows), at + 500)) if rows[place].strip() == _FENCE)
    end = next(ends, 0)
    return end if end > at + 1 else 0


def _line(row: str) -> Line:
    if found := _QUOTE.match(row):
        return Line("quote", _spans(row[found.end() :]))
    if found := _ITEM.match(row):
        return Line("item", _spans(row[found.end() :]))
    if found := _NUMBER.match(row):
        return Line("number", _spans(row[found.end() :]), found[1])
    return Line("line", _spans(row))


def _spans(text: str, depth: int = 0) -> tuple[Span, ...]:
    found: list[Span] = []
    end = 0
    for match in _INLINE.finditer(text) if depth < 3 else ():
        if match.start() > end:
            found.append(Span("text", text[end : match.start()]))
        found.append(_span(match, depth))
        end = match.end()
    if end < len(text):
        found.append(Span("text", text[end:]))
    return tuple(found)


def _span(match: re.Match[str], depth: int) -> Span:
    if match["code"] is not None:
        return Span("code", match["code"])
    if match["href"] is not None:
        return Span("link", inner=(Span("text", match["label"]),), href=match["href"])
    kind = "bold" if match["bold"] is not None else "italic"
    return Span(kind, inner=_spans(match[kind], depth + 1))


def has_marks(marked: str) -> bool:
    """Whether there is anything that a plain channel could not show."""
    return any(
        line.kind == "fence" or any(span.kind != "text" for span in line.spans) for line in read(marked)
    )


# --- without marks ------------------------------------------------------------------------------------------------------


def plain(marked: str) -> str:
    """The text as a channel without marks shows it: a link names its address, a list keeps its dashes."""
    return "\n".join(_plain_line(line) for line in read(marked))


def _plain_line(line: Line) -> str:
    before = {"quote": "> ", "item": "- ", "number": f"{line.number}. "}.get(line.kind, "")
    return before + "".join(_plain_spans(line.spans))


def _plain_spans(spans: Sequence[Span]) -> Iterator[str]:
    for span in spans:
        if span.kind == "link":
            yield spoken_link("".join(_plain_spans(span.inner)), span.href)
        elif span.inner:
            yield from _plain_spans(span.inner)
        else:
            yield span.text


def spoken_link(label: str, href: str) -> str:
    """A link where there are none: its label, and where it leads."""
    address = href.removeprefix("mailto:")
    return label if label in {address, href} else f"{label}: {address}"


# --- as a page ----------------------------------------------------------------------------------------------------------


def page(marked: str) -> str:
    """The text in p, br, b, i, code, pre, a, ul, ol, li and blockquote; everything typed is escaped."""
    parts = []
    for kind, group in groupby(read(marked), key=lambda line: line.kind):
        lines = list(group)
        parts.append(_BLOCKS.get(kind, _paragraphs)(lines))
    return "".join(parts)


def _paragraphs(lines: Sequence[Line]) -> str:
    made = []
    for is_empty, group in groupby(lines, key=lambda line: not line.spans):
        if not is_empty:
            made.append(f"<p>{'<br>'.join(_html(line.spans) for line in group)}</p>")
    return "".join(made)


def _numbers(lines: Sequence[Line]) -> str:
    return f'<ol start="{int(lines[0].number)}">{_items(lines)}</ol>'


def _items(lines: Sequence[Line]) -> str:
    return "".join(f"<li>{_html(line.spans)}</li>" for line in lines)


_BLOCKS = {
    "quote": lambda lines: f"<blockquote>{'<br>'.join(_html(line.spans) for line in lines)}</blockquote>",
    "item": lambda lines: f"<ul>{_items(lines)}</ul>",
    "number": _numbers,
    "fence": lambda lines: (
        "<pre><code>" + "\n".join(escape(line.spans[0].text) for line in lines) + "</code></pre>"
    ),
}
_TAGS = {"bold": "b", "italic": "i", "code": "code"}


def _html(spans: Sequence[Span]) -> str:
    return "".join(_html_span(span) for span in spans)


def _html_span(span: Span) -> str:
    inner = _html(span.inner) if span.inner else escape(span.text)
    if span.kind == "link":
        return f'<a href="{escape(span.href)}" rel="noopener noreferrer">{inner}</a>'
    tag = _TAGS.get(span.kind)
    return f"<{tag}>{inner}</{tag}>" if tag else inner


# --- a page that was kept -----------------------------------------------------------------------------------------------

_PIECE = re.compile(
    r"[^<>]+"
    r"|<br>"
    r"|<(?P<open>p|b|i|code|pre|ul|li|blockquote)>"
    r'|<(?P<list>ol) start="[0-9]{1,3}">'
    r"|<(?P<link>a) href=\"(?:https?://|mailto:)[^\"<>\s]{1,2000}\" rel=\"noopener noreferrer\">"
    r"|</(?P<close>p|b|i|code|pre|ul|li|blockquote|ol|a)>"
)


def own_page(html: str) -> str:
    """A page that was kept, when `page` could have made it: nothing but its tags, each closed in its order. Else nothing.

    What is kept beside a message may come from elsewhere too: a mail that was sent by another program, say.
    """
    if not html or len(html) > MOST * 8:
        return ""
    standing: list[str] = []
    at = 0
    while at < len(html):
        piece = _PIECE.match(html, at)
        if piece is None:
            return ""
        if piece["close"]:
            if not standing or standing.pop() != piece["close"]:
                return ""
        elif opened := piece["open"] or piece["list"] or piece["link"]:
            standing.append(opened)
        at = piece.end()
    return "" if standing else html
