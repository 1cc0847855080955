"""How choices that are offered to a customer leave: as buttons, or as numbered lines where a network draws none. Pure.

    Come possiamo aiutarti?

    1. Guasto
    2. Fattura

Whoever offered them understands "2" as well as a pressed button: that is not done here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from ascolto.channels.capabilities import Capabilities, Choices, Counting, Limits, measured_length
from ascolto.channels.lengths import graphemes
from ascolto.channels.outbound import Choice, Outgoing
from ascolto.kit.text import clean

MAX_CHOICES = 20
MAX_ID = 200
MAX_TITLE = 200
MAX_ABOUT = 300
_WIDTHS = (120, 80, 60, 40, 24, 12)  # of titles, one after the other until everything fits
_SPACES = re.compile(r"\s+")
_SENTENCE = re.compile(r"(?<=[.!?…:;])\s+|\n+")
# They turn the reading direction or are not seen at all; what joins letters and emoji (U+200C, U+200D) stays.
_UNSEEN = frozenset("\u00ad\u200b\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff")
_TURNING = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C]))


class BadChoice(ValueError):
    """Choices that cannot be offered; the text says why."""


# --- what may be offered ------------------------------------------------------------------------------------------


def read_choices(given: Iterable[Choice | Mapping[str, Any]]) -> tuple[Choice, ...]:
    """Choices as they are kept: one line each, at most MAX_CHOICES, every id once. Raises BadChoice."""
    found = tuple(_read(item) for item in given)
    if len(found) > MAX_CHOICES:
        raise BadChoice(f"{len(found)} choices; at most {MAX_CHOICES} can be offered at once.")
    if len({choice.id for choice in found}) != len(found):
        raise BadChoice("Two choices have the same id.")
    return found


def _read(item: Choice | Mapping[str, Any]) -> Choice:
    told = item if isinstance(item, Mapping) else {"id": item.id, "title": item.title, "about": item.about}
    key, title, about = (told.get(name, "") for name in ("id", "title", "about"))
    if not isinstance(key, str) or not isinstance(title, str) or not isinstance(about, str):
        raise BadChoice("A choice has an id, a title and perhaps a text about it.")
    if not is_id(key):
        raise BadChoice(f"The id of a choice has 1 to {MAX_ID} characters and no control characters.")
    if not (line := one_line(title, MAX_TITLE)):
        raise BadChoice("A choice has no title that could be read.")
    return Choice(id=key, title=line, about=one_line(about, MAX_ABOUT))


def is_id(text: str) -> bool:
    """Whether a text may be the id of a choice: it comes back from networks and browsers as it is."""
    return 0 < len(text) <= MAX_ID and text == text.strip() and not any(map(_is_control, text))


def as_kept(choices: Iterable[Choice]) -> list[dict[str, str]]:
    """Choices as JSON."""
    return [{"id": choice.id, "title": choice.title, "about": choice.about} for choice in choices]


def kept_choices(kept: Any) -> tuple[Choice, ...]:
    """Choices out of JSON that was stored; whatever is none of them is left out."""
    found: dict[str, Choice] = {}
    for item in kept[:MAX_CHOICES] if isinstance(kept, list) else ():
        try:
            choice = _read(item) if isinstance(item, Mapping) else None
        except BadChoice:
            continue
        if choice is not None:
            found.setdefault(choice.id, choice)
    return tuple(found.values())


# --- titles -------------------------------------------------------------------------------------------------------


def one_line(text: str, limit: int = MAX_TITLE, counting: Counting = Counting.CHARACTERS) -> str:
    """A text on one line that reads in its own direction, shortened at a word with … where it is longer; empty when
    nothing of it could be seen."""
    text = clean(text[: limit * 20], limit * 20)
    seen = "".join(char for char in text if char not in _UNSEEN and char not in _TURNING)
    line = "".join(char for char in _SPACES.sub(" ", seen) if not _is_control(char)).strip()
    if not any(unicodedata.category(char)[0] in "LNPS" for char in line):
        return ""
    return _shortened(line, limit, counting)


def titles_of(choices: Sequence[Choice], limit: int, counting: Counting = Counting.CHARACTERS) -> list[str]:
    """What stands on the buttons. Titles that are the same once they are short are numbered: networks refuse twins."""
    titles = [
        one_line(choice.title, limit, counting) or _fallback(choice, limit, counting) for choice in choices
    ]
    if len({title.casefold() for title in titles}) == len(titles):
        return titles
    room = limit - len(f"{len(choices)}. ")
    return [
        f"{place}. {one_line(choice.title, room, counting)}".strip()
        for place, choice in enumerate(choices, 1)
    ]


def _fallback(choice: Choice, limit: int, counting: Counting = Counting.CHARACTERS) -> str:
    return one_line(choice.id, limit, counting) or "…"


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs"}


def _shortened(line: str, limit: int, counting: Counting) -> str:
    if measured_length(line, counting) <= limit:
        return line
    room = limit - measured_length("…", counting)
    kept, length = "", 0
    for cluster in graphemes(line):
        length += measured_length(cluster, counting)
        if length > room:
            break
        kept += cluster
    if not kept:  # one sign of very many marks
        kept = next(
            (line[:end] for end in range(room, 0, -1) if measured_length(line[:end], counting) <= room), ""
        )
    is_inside = not line[len(kept) :].startswith(" ")
    space = kept.rfind(" ") if is_inside else len(kept)
    return (kept[:space] if space > len(kept) // 2 else kept).rstrip(" ,;:.-–") + "…"


# --- below the text -----------------------------------------------------------------------------------------------


def numbered(choices: Sequence[Choice], width: int = MAX_TITLE, *, with_about: bool = True) -> list[str]:
    """The choices as lines, in their order, each with the number by which it may be answered."""
    lines = []
    for place, choice in enumerate(choices, 1):
        about = f" – {one_line(choice.about, MAX_ABOUT)}" if with_about and choice.about else ""
        lines.append(f"{place}. {one_line(choice.title, width) or _fallback(choice, width)}{about}")
    return lines


def lines_below(text: str, choices: Sequence[Choice], limits: Limits, *, room: int = 0) -> list[str]:
    """The numbered lines that fit below a text, with `room` left over: what is said about them goes first, then their titles
    become shorter. A text that leaves no room at all gets the shortest ones, and the network says that it is too long."""
    ways = [(MAX_TITLE, True), (MAX_TITLE, False), *((width, False) for width in _WIDTHS)]
    lines: list[str] = []
    for width, with_about in ways:
        lines = numbered(choices, width, with_about=with_about)
        if measured_length(_below(text, lines), limits.counting) + room <= limits.max_length:
            break
    return lines


def written(text: str, choices: Sequence[Choice], limits: Limits, *, room: int = 0) -> str:
    """A text with its choices as numbered lines below it; see `lines_below`."""
    return _below(text, lines_below(text, choices, limits, room=room)) if choices else text


def _below(text: str, lines: Sequence[str]) -> str:
    return "\n\n".join(filter(None, (text.rstrip(), "\n".join(lines))))


# --- how they leave -----------------------------------------------------------------------------------------------


def leave_as_buttons(
    choices: Sequence[Choice], sheet: Capabilities, *, visibility: str, from_public: bool = False
) -> bool:
    """Whether this network draws these choices itself. What everybody reads, or what answers it, has numbered lines."""
    buttons = sheet.choices
    if buttons is None or not buttons.as_buttons or visibility != "private" or from_public:
        return False
    return len(choices) <= buttons.most and all(_fits(choice, buttons) for choice in choices)


def _fits(choice: Choice, buttons: Choices) -> bool:
    return is_id(choice.id) and measured_length(choice.id, Counting.BYTES) <= buttons.max_id


def laid_out(outgoing: Outgoing, sheet: Capabilities, *, room: int = 0) -> Outgoing:
    """A message as its adapter may take it: with choices that the network draws, or with numbered lines and without choices.

    `room`: how many characters something else (a signature) still needs. A template's text is the network's own: it has no
    choices.
    """
    if not outgoing.choices:
        return outgoing
    if outgoing.template is not None:
        return replace(outgoing, choices=())
    side, from_public = outgoing.visibility, outgoing.from_public
    if outgoing.text and leave_as_buttons(outgoing.choices, sheet, visibility=side, from_public=from_public):
        return outgoing
    lines = lines_below(outgoing.text, outgoing.choices, sheet.limits(side), room=room)
    html = _html_below(outgoing.html, lines) if outgoing.html else ""
    return replace(outgoing, text=_below(outgoing.text, lines), html=html, choices=())


def _html_below(html: str, lines: Sequence[str]) -> str:
    drawn = f"<p>{'<br>'.join(map(escape, lines))}</p>"
    head, end, rest = html.rpartition("</body>")
    return f"{head}{drawn}{end}{rest}" if end else f"{html}{drawn}"


def last_sentence(text: str, limit: int, counting: Counting = Counting.CHARACTERS) -> tuple[str, str]:
    """A text in two: what is said first, and the last sentence of at most `limit`, below which the buttons stand. A text
    that fits is not cut."""
    if measured_length(text, counting) <= limit:
        return "", text
    ends = [found.end() for found in _SENTENCE.finditer(text) if found.end() < len(text.rstrip())]
    cut = ends[-1] if ends else 0
    while measured_length(text[cut:], counting) > limit:
        short = len(text) - limit if cut < len(text) - limit else cut + 1
        space = text.find(" ", short)
        cut = space + 1 if 0 <= space < len(text) - 1 else short
    return text[:cut].rstrip(), text[cut:]
