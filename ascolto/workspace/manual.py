"""The documentation's page of a channel, drawn from the Markdown in `docs/channels`, as far as it is on this machine.

Only what those pages use: headings, paragraphs, lists, tables, fenced code, `code`, **strong** and links. Everything is escaped first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup, escape

import ascolto

PAGES = Path(ascolto.__file__).resolve().parent.parent / "docs" / "channels"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_INLINE = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*|\[([^\]]+)\]\(([^)\s]+)\)")
_ITEM = re.compile(r"(\d+\.|[-*])\s+(.*)")
_FENCE = re.compile(r"\s*```")


def docs_page(kind: str) -> str:
    """The name of a channel's page in the documentation; empty when there is none."""
    return kind if _NAME.fullmatch(kind) and (PAGES / f"{kind}.md").is_file() else ""


def page_of(kind: str) -> Markup | None:
    """The page of a channel; None when there is none."""
    if not docs_page(kind):
        return None
    return drawn((PAGES / f"{kind}.md").read_text(encoding="utf-8"))


def drawn(text: str) -> Markup:
    """Markdown as HTML that holds nothing but what this module wrote."""
    return Markup("\n").join(_block(lines) for lines in _blocks(text))


def _blocks(text: str) -> Iterator[list[str]]:
    """The text in blocks: what no empty line divides, a list with its indented parts, a whole fence."""
    block: list[str] = []
    fenced = False
    for line in text.splitlines():
        if _FENCE.match(line) and not (block and _ITEM.match(block[0])):
            fenced = not fenced
            if fenced and block:
                yield block
                block = []
            block.append(line)
            if not fenced:
                yield block
                block = []
        elif fenced or line.strip():
            if not fenced and block and _begins_anew(block, line):
                yield block
                block = []
            block.append(line)
        elif block and not _ITEM.match(block[0]):
            yield block
            block = []
        elif block:
            block.append("")
    if block:
        yield block


def _begins_anew(block: list[str], line: str) -> bool:
    """Whether a line ends the block before it: a heading, or what stands beside a list and not in it."""
    if line.startswith("#") or block[0].startswith("#"):
        return True
    return bool(
        _ITEM.match(block[0]) and not line.startswith(" ") and block[-1] == "" and not _ITEM.match(line)
    )


def _block(lines: list[str]) -> Markup:
    first = lines[0]
    if _FENCE.match(first):
        return Markup("<pre><code>{}</code></pre>").format("\n".join(lines[1:-1]))
    if first.startswith("#"):
        level = min(len(first) - len(first.lstrip("#")) + 1, 4)
        return Markup("<h{0}>{1}</h{0}>").format(level, _inline(first.lstrip("# ")))
    if first.lstrip().startswith("|"):
        return _table(lines)
    if _ITEM.match(first):
        return _list(lines)
    return Markup("<p>{}</p>").format(_inline(" ".join(lines)))


def _list(lines: list[str]) -> Markup:
    items: list[list[str]] = []
    for line in lines:
        if found := _ITEM.match(line):
            items.append([found[2]])
        elif items:
            items[-1].append(line.strip() if _FENCE.match(line) is None else "```")
    tag = "ol" if lines[0][0].isdigit() else "ul"
    drawn_items = Markup("").join(Markup("<li>{}</li>").format(_item(item)) for item in items)
    return Markup("<{0}>{1}</{0}>").format(tag, drawn_items)


def _item(lines: list[str]) -> Markup:
    """Text, and code where it is fenced."""
    parts, said, is_code = Markup(""), [], False
    for line in [*lines, "```"]:
        if line != "```":
            said.append(line)
            continue
        if is_code:
            parts += Markup("<pre><code>{}</code></pre>").format("\n".join(said))
        else:
            parts += _inline(" ".join(word for word in said if word))
        said, is_code = [], not is_code
    return parts


def _table(lines: list[str]) -> Markup:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    body = [row for row in rows[1:] if not all(set(cell) <= {"-", ":", " "} for cell in row)]
    head = Markup("").join(Markup("<th scope=col>{}</th>").format(_inline(cell)) for cell in rows[0])
    drawn_rows = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup("<td>{}</td>").format(_inline(cell)) for cell in row)
        )
        for row in body
    )
    return Markup(
        '<div class="table-wrap" tabindex="0"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, drawn_rows)


def _inline(text: str) -> Markup:
    made, place = Markup(""), 0
    for found in _INLINE.finditer(text):
        made += escape(text[place : found.start()])
        code, strong, words, target = found.groups()
        if code is not None:
            made += Markup("<code>{}</code>").format(code)
        elif strong is not None:
            made += Markup("<b>{}</b>").format(_inline(strong))
        elif target.startswith(("https://", "http://")):
            made += Markup('<a href="{}" rel="noreferrer">{}</a>').format(target, words)
        else:
            made += escape(words)  # another file of the documentation, which is not served
        place = found.end()
    return made + escape(text[place:])
