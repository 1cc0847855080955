"""HTML in the few tags that Telegram knows. Everything else becomes plain text; nothing a person wrote becomes a tag."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

_KEPT = {
    "b": "b",
    "strong": "b",
    "i": "i",
    "em": "i",
    "u": "u",
    "ins": "u",
    "s": "s",
    "strike": "s",
    "del": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_BLOCKS = {"p", "div", "ul", "ol", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6"}
_SILENT = {"script", "style", "head", "title"}
_SPACES = re.compile(r"[ \t\r\n]+")
_MANY_LINES = re.compile(r"\n{3,}")


def telegram_html(html: str) -> str:
    """The text with its emphasis and links, in Telegram's own tags, properly nested."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return writer.finished()


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._open: list[tuple[str, str]] = []  # tag as written, tag as told to Telegram
        self._silent = 0

    def finished(self) -> str:
        while self._open:
            self._parts.append(f"</{self._open.pop()[1]}>")
        return _MANY_LINES.sub("\n\n", "".join(self._parts)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self._parts.append("\n")
        elif tag == "li":
            self._parts.append("\n• ")
        elif tag in _BLOCKS:
            self._break()
        elif tag == "a" and (href := dict(attrs).get("href") or "").startswith(("https://", "http://")):
            self._begin(tag, f'<a href="{escape(href)}">')
        elif tag in _KEPT:
            self._begin(tag, f"<{_KEPT[tag]}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self._break()
        elif any(tag == known for known, _ in self._open):
            while self._open:  # what was opened inside ends with it
                known, told = self._open.pop()
                self._parts.append(f"</{told}>")
                if known == tag:
                    break

    def handle_data(self, data: str) -> None:
        if not self._silent:
            inside_pre = any(told == "pre" for _, told in self._open)
            self._parts.append(escape(data if inside_pre else _SPACES.sub(" ", data), quote=False))

    def _begin(self, tag: str, told: str) -> None:
        self._open.append((tag, _KEPT.get(tag, "a")))
        self._parts.append(told)

    def _break(self) -> None:
        if self._parts and not self._parts[-1].endswith("\n"):
            self._parts.append("\n")
