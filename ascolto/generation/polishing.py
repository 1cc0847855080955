"""What a model wrote is a stranger's text until this module has seen it. Pure.

It comes back as plain text: no markup, no invisible characters, not longer than allowed, no link and no personal datum that was not in what
was sent. What was taken out is told in notes, so that whoever checks the text knows.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ascolto.generation.masking import PLACEHOLDER as HIDDEN
from ascolto.generation.masking import restore, seen
from ascolto.kit.text import clean
from ascolto.understanding.engine.personal import find_personal

LINK, DATUM, PLACEHOLDER, CUT = "link", "datum", "placeholder", "cut"
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,300}>")
_MARKED_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\(\s*<?([^)\s>]{1,2000})>?[^)\n]{0,300}\)")
_FENCE = re.compile(r"^\s*(```|~~~)[^\n]*$", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+", re.MULTILINE)
_QUOTE = re.compile(r"^[ \t]{0,3}>[ \t]?", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*([-*_=])(?:[ \t]*\1){2,}[ \t]*$", re.MULTILINE)
_BULLET = re.compile(r"^([ \t]*)[*+•][ \t]+", re.MULTILINE)
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,2000}?)(?<=\S)\1", re.DOTALL)
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]{1,500}?)(?<=\S)\1(?![\w*])")
_CODE = re.compile(r"`([^`\n]{1,500})`")
_LINES = re.compile(r"\n{3,}")
_WEB = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>\"'`]{2,2000}"
    r"|(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,5}(?:com|net|org|info|biz|io|it|eu|de|fr|es|uk|co|me|app|dev|xyz|top|site|online|shop|link|click|ru|cn|ly|gl|to|cc|tk|example)"
    r"(?![\w-])(?:/[^\s<>\"'`]{0,2000})?",
    re.IGNORECASE,
)
_QUOTES = ("\"“”«»'", "\"“”«»'")


@dataclass(frozen=True, slots=True)
class Polished:
    """A text fit for a composer, and what was taken out of it: `link`, `datum`, `placeholder`, `cut`."""

    text: str
    notes: tuple[str, ...] = ()


def polish(
    said: str, *, values: Mapping[str, str], sources: Collection[str], limit: int, is_cut: bool = False
) -> Polished:
    """The model's text as a proposal. `values`: the placeholders; `sources`: the masked texts that were sent."""
    notes: list[str] = [CUT] if is_cut else []
    text = plain(clean(said, 100_000))
    text, links = without_new_links(text, sources)
    text, invented = without_new_data(text, sources)
    text, unknown = restore(text, values)
    if links:
        notes.append(LINK)
    if invented:
        notes.append(DATUM)
    if unknown:
        notes.append(PLACEHOLDER)
    text = unquoted(_LINES.sub("\n\n", text).strip())
    if len(text) > limit:
        text = shortened(text, limit)
        notes.append(CUT)
    return Polished(text, tuple(dict.fromkeys(notes)))


def plain(text: str) -> str:
    """The text without Markdown, HTML and what nobody sees."""
    text = seen(html.unescape(text) if "&" in text else text)
    text = _MARKED_LINK.sub(lambda m: m[2] if m[1] in {"", m[2]} else f"{m[1]} ({m[2]})", text)
    for pattern, instead in ((_TAG, ""), (_FENCE, ""), (_HEADING, ""), (_QUOTE, ""), (_RULE, "")):
        text = pattern.sub(instead, text)
    text = _BULLET.sub(r"\1- ", text)
    text = _CODE.sub(r"\1", _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text)))
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def _bare(link: str) -> str:
    link = link.rstrip(".,;:!?'\")]}").lower()
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", link).rstrip("/")


def without_new_links(text: str, sources: Collection[str]) -> tuple[str, int]:
    """The text without the links that stand in none of the sources, and how many they were. Only web addresses are left at all."""
    known = {_bare(found[0]) for source in sources for found in _WEB.finditer(source)}
    taken = 0

    def judge(found: re.Match[str]) -> str:
        nonlocal taken
        link = found[0]
        scheme = link.partition("://")[0].lower() if "://" in link else "https"
        if scheme in {"http", "https"} and _bare(link) in known:
            return link
        taken += 1
        return "…" + link[len(link.rstrip(".,;:!?'\")]}")) :]

    return _WEB.sub(judge, text), taken


def without_new_data(text: str, sources: Collection[str]) -> tuple[str, int]:
    """The text without numbers of telephones, accounts and cards and without mail addresses that stand in none of the sources.

    Ours left as placeholders, so whatever is found here was invented, or smuggled in.
    """
    known = "\n".join(sources)
    open_text = HIDDEN.sub(lambda found: " " * len(found[0]), text)
    parts, done, taken = [], 0, 0
    for datum in sorted(find_personal(open_text), key=lambda each: each.start):
        value = open_text[datum.start : datum.end].strip()
        if datum.start < done or not value or value in known:
            continue
        parts += [text[done : datum.start], "…"]
        done, taken = datum.end, taken + 1
    return "".join([*parts, text[done:]]), taken


def unquoted(text: str) -> str:
    """The text without one pair of quotation marks around all of it."""
    if len(text) > 2 and text[0] in _QUOTES[0] and text[-1] in _QUOTES[1]:
        inner = text[1:-1]
        if not any(mark in inner for mark in '"“”«»'):
            return inner.strip()
    return text


def shortened(text: str, limit: int) -> str:
    """The beginning of the text, ended after a sentence where one ends in its second half."""
    cut = text[:limit]
    end = max(cut.rfind(mark) for mark in (". ", "! ", "? ", ".\n", "!\n", "?\n"))
    return cut[: end + 1] if end > limit // 2 else cut.rstrip() + "…"
