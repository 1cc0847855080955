"""The little HTML of social networks: put in order for the screen, and turned into text. Free of Django.

Federated networks send what strangers' servers wrote. Only the structure of a message stays; links keep their address.
"""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import nh3

from ascolto.kit.text import clean

MOST_HTML = 200_000  # characters; more is cut before anything reads it
MOST_TAGS = 4_000  # what has more is an attack on parsers, not a message: only its text is kept
_TAGS = {
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
}
_TAGS |= {"u", "ul", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "sub", "sup", "ins", "q"}
_GONE = {"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math", "mx-reply"}
_BLOCKS = {"p", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6"}
_NAMES = {"mention", "hashtag"}  # links of which the shown text says more than the address


def sanitise(html: str) -> str:
    """HTML that may be shown to an agent; empty for what is too much to be a message."""
    html = clean(html, MOST_HTML)
    if html.count("<") > MOST_TAGS:
        return ""
    return clean(
        nh3.clean(
            html,
            tags=_TAGS,
            clean_content_tags=_GONE,
            attributes={"a": {"href"}, "ol": {"start"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
            set_tag_attribute_values={"a": {"target": "_blank"}},
        )
    )


def to_text(html: str, limit: int = 20_000) -> str:
    """What a reader sees, with the whole address of every link (networks shorten what they show)."""
    html = clean(html, MOST_HTML)
    if html.count("<") > MOST_TAGS:
        return clean(" ".join(unescape(re.sub(r"<[^<>]*>", " ", html)).split()), limit)
    tidy = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_GONE,
        attributes={"a": {"href", "class"}},
        link_rel=None,
        url_schemes={"http", "https", "mailto"},
    )
    reader = _Reader()
    reader.feed(tidy)
    reader.close()
    return clean(reader.text(), limit)


class _Reader(HTMLParser):
    """Reads HTML that nh3 has put in order; it never sees what came from outside."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._quotes = 0
        self._link: tuple[str, bool, list[str]] | None = None  # address, whether its text is a name, its text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "br":
            self._add("\n")
        elif tag == "li":
            self._add("\n• ")
        elif tag in _BLOCKS:
            self._add("\n\n")
        if tag == "blockquote":
            self._add("> ")
        elif tag == "a":
            is_name = bool(_NAMES & set((values.get("class") or "").split()))
            self._link = (values.get("href") or "", is_name, [])

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link is not None:
            (href, is_name, shown), self._link = self._link, None
            self._add(_shown("".join(shown), href, is_name))
        elif tag in _BLOCKS:
            self._add("\n\n")

    def handle_data(self, data: str) -> None:
        self._add(data)

    def _add(self, text: str) -> None:
        (self._parts if self._link is None else self._link[2]).append(text)

    def text(self) -> str:
        """Everything read, never more than one empty line together."""
        lines = [line.strip() for line in "".join(self._parts).replace("\xa0", " ").split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _shown(text: str, href: str, is_name: bool) -> str:
    """A link as text: a mention or hashtag as it is shown, an address in full, other words with their address."""
    shown = text.strip()
    if is_name or not href or not shown or href.startswith("mailto:"):
        return text or href
    bare = href.partition("://")[2]
    begins = shown.removesuffix("…").removeprefix("https://").removeprefix("http://")
    return href if bare.startswith(begins) else f"{text} <{href}>"
