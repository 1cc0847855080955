"""A page of ours as WhatsApp and Slack mark a text: *bold*, _italic_, `code`, "> " before a quote, "- " before an item. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ascolto.channels.marks import spoken_link

_SIGNS = {"b": "*", "strong": "*", "i": "_", "em": "_", "code": "`", "s": "~", "del": "~"}
_SILENT = {"script", "style", "head", "title"}
_BREAKS = {"p", "div", "blockquote", "ul", "ol", "pre"}
_MANY_LINES = re.compile(r"\n{3,}")


def starred(html: str) -> str:
    """The text of a page with its marks; of tags that are unknown only what they hold."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _MANY_LINES.sub("\n\n", "".join(reader.parts)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0
        self._quoted = 0
        self._is_fenced = False
        self._lists: list[int] = []  # the next number of each list that is open; 0 of one without numbers
        self._links: list[tuple[str, int]] = []  # where it leads, and where its label began

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self._new_line()
        elif tag == "li":
            self._begin_item()
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.parts)))
        elif tag in _BREAKS:
            self._begin_block(tag, dict(attrs))
        elif tag in _SIGNS and not self._is_fenced:
            self.parts.append(_SIGNS[tag])

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "a" and self._links:
            href, begun = self._links.pop()
            label = "".join(self.parts[begun:])
            is_known = href.startswith(("https://", "http://", "mailto:"))
            self.parts[begun:] = [spoken_link(label, href) if is_known else label]
        elif tag in _BREAKS:
            self._end_block(tag)
        elif tag in _SIGNS and not self._is_fenced:
            self.parts.append(_SIGNS[tag])

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)

    def _begin_item(self) -> None:
        number = self._lists[-1] if self._lists else 0
        if self._lists and number:
            self._lists[-1] += 1
        self._fresh_line()
        self.parts.append(f"{number}. " if number else "- ")

    def _begin_block(self, tag: str, attrs: dict[str, str | None]) -> None:
        self._gap()
        if tag == "blockquote":
            self._quoted += 1
            self.parts.append("> ")
        elif tag == "ul":
            self._lists.append(0)
        elif tag == "ol":
            start = attrs.get("start") or "1"
            self._lists.append(int(start) if start.isascii() and start.isdigit() and len(start) < 5 else 1)
        elif tag == "pre":
            self._is_fenced = True
            self.parts.append("```")

    def _end_block(self, tag: str) -> None:
        if tag == "blockquote":
            self._quoted = max(0, self._quoted - 1)
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "pre" and self._is_fenced:
            self._is_fenced = False
            self.parts.append("```")
        self._gap()

    def _new_line(self) -> None:
        self.parts.append("\n> " if self._quoted else "\n")

    def _fresh_line(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def _gap(self) -> None:
        if any(self.parts[-1:]) and not self.parts[-1].endswith("\n\n"):
            self.parts.append("\n\n" if not self.parts[-1].endswith("\n") else "\n")
