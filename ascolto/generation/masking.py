"""What is personal stays in the house: texts get placeholders before they leave, and the answer gets the words back.

What `understanding.engine.personal` finds by its form (numbers, addresses, dates of birth) is hidden, and further what the house knows
of a conversation: names and handles of the people in it. Pure; the same word has the same placeholder in all texts of one request.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ascolto.understanding.engine.meaning import PersonalDatum
from ascolto.understanding.engine.personal import find_personal
from ascolto.understanding.engine.personal import mask as mask_found
from ascolto.understanding.engine.personal import restore as put_back

LEAST_NAME = 3  # shorter parts of names are common words far too often
GAP = "[…]"  # where something personal was that does not come back
PLACEHOLDER = re.compile(r"⟦([^⟦⟧\n]{0,24})⟧")
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)  # what a reader cannot see can hide a datum from us, or an instruction from the agent
_NUMBERS = re.compile(
    r"(?<![^\W_])(?=[A-Za-z0-9/._-]{0,40}\d{4})[A-Za-z0-9]{1,40}(?:[/._-][A-Za-z0-9]{1,40}){0,8}(?![^\W_])"
)
_SECRET_LINK = re.compile(r"(https?://[^\s?#<>\"]{3,300})[?#][^\s<>\"]{1,2000}", re.IGNORECASE)
_INTRODUCED = re.compile(
    r"\b(?i:mi chiamo|il mio nome è|sono (?:il |la )?(?:sig\.?(?:ra)?|signora?|dott\.?(?:ssa)?)|sig\.?(?:ra|or|ora)?|dott\.?(?:ssa)?|"
    r"my name is|i am (?:mr|mrs|ms)\.?|mr\.?|mrs\.?|ms\.?|dear|gentile|caro|cara|cordiali saluti,?|saluti,?|regards,?)"
    r"[ \t,]{0,3}\n?[ \t]{0,3}((?:[A-ZÀ-Þ][\w'’-]{1,40})(?:[ \t]{1,3}(?:[A-ZÀ-Þ][\w'’-]{1,40})){0,3})"
)


@dataclass(slots=True)
class Table:
    """Placeholders and what they stand for, over all texts of one request; `places`: how often something was hidden."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    places: int = 0


def seen(text: str) -> str:
    """The text as a person sees it: without characters that show nothing."""
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))


def mask(text: str, table: Table, names: Collection[str] = (), *, numbers: bool = True) -> str:
    """The text with placeholders for everything personal. `names`: of the people in the conversation, and their handles.

    What follows a question mark in a link is left out: it is often the key to somebody's account.
    """
    text = _SECRET_LINK.sub(r"\1", seen(text))
    masked = mask_found(text, _apart(_found(text, names, numbers)), table.values)
    table.values = masked.table
    table.places += masked.text.count("⟦")
    return masked.text


def blot(text: str, names: Collection[str] = ()) -> str:
    """The text of somebody else's conversation, with gaps from which nothing comes back."""
    return PLACEHOLDER.sub(GAP, mask(text, Table(), names))


def restore(text: str, values: Mapping[str, str]) -> tuple[str, int]:
    """The model's text with our words back, and how many placeholders it held that are none of ours (they become dots)."""
    unknown = sum(1 for found in PLACEHOLDER.finditer(text) if not _is_known(found[0], values))
    return PLACEHOLDER.sub("…", put_back(text, values)), unknown


def _is_known(placeholder: str, values: Mapping[str, str]) -> bool:
    return put_back(placeholder, values) != placeholder


def _found(text: str, names: Collection[str], numbers: bool) -> list[PersonalDatum]:
    found = [*find_personal(text), *_names(text, names)]
    found += [PersonalDatum("name", m.start(1), m.end(1), False) for m in _INTRODUCED.finditer(text)]
    if numbers:
        places = (m.span() for m in _NUMBERS.finditer(text))
        found += [PersonalDatum("number", *place, False) for place in places if not _in_link(text, place[0])]
    return found


def _in_link(text: str, place: int) -> bool:
    begin = max(text.rfind(" ", 0, place), text.rfind("\n", 0, place)) + 1
    return "://" in text[begin:place]


_WEAK = frozenset({"number", "name"})  # kinds that give way to one that was known by its form


def _apart(found: Iterable[PersonalDatum]) -> list[PersonalDatum]:
    """The places in order; those that overlap become one that covers all of them."""
    merged: list[PersonalDatum] = []
    for datum in sorted(found, key=lambda each: (each.start, -each.end)):
        if merged and datum.start < merged[-1].end:
            last = merged[-1]
            kind = datum.kind if last.kind in _WEAK and datum.kind not in _WEAK else last.kind
            merged[-1] = PersonalDatum(kind, last.start, max(last.end, datum.end), last.is_checked)
        else:
            merged.append(datum)
    return merged


def _folded(text: str) -> str:
    """Lower case without accents, one character for each: places stay places."""
    return "".join(_plain(char) for char in text)


def _plain(char: str) -> str:
    if char.isascii() or not char.isalpha():
        return char.lower()
    lowered = unicodedata.normalize("NFKD", char)[0].lower()
    return lowered if len(lowered) == 1 else char


def _names(text: str, names: Collection[str]) -> list[PersonalDatum]:
    wanted = name_parts(names)
    if not wanted:
        return []
    pattern = "|".join(re.escape(_folded(name)).replace("\\ ", r"\s+") for name in wanted)
    finds = re.finditer(rf"(?<![^\W_])@?(?:{pattern})(?![^\W_])", _folded(text))
    return [PersonalDatum("name", found.start(), found.end(), True) for found in finds]


def name_parts(names: Collection[str]) -> list[str]:
    """Names whole and in parts, the longest first; parts too short to be told from words are left out."""
    found: set[str] = set()
    for name in names:
        name = " ".join(seen(name).split())[:200].lstrip("@")
        if len(name) >= LEAST_NAME:
            found.add(name)
        found |= {part for part in re.split(r"[\s,;()]+", name) if len(part.strip(".'’-")) >= LEAST_NAME}
    return sorted(found, key=lambda name: (-len(name), name))[:60]
