"""What is personal stays in the house: texts get placeholders before they leave, and the answer gets the words back.

What `understanding.engine.personal` finds by its form (numbers, addresses, dates of birth) is hidden, and further what the house knows
of a conversation: names and handles of the people in it. Pure; the same word has the same placeholder in all texts of one request.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ascolto.understanding.engine.meaning import PersonalDatum
from ascolto.understanding.engine.personal import find_personal

_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)  # what a reader cannot see can hide a datum from us, or an instruction from the agent
_OURS = re.compile(r"[\[［]\s*(\w{2,20}[_ ]?\d{0,4})\s*[\]］]")
_PLACEHOLDER = re.compile(r"\[\s*([A-Za-z]+(?:_[A-Za-z]+)*)[_ ](\d{1,4})\s*\]")
_NUMBERS = re.compile(r"(?<![\w])(?=[A-Za-z0-9/._-]*\d{4})[A-Za-z0-9]+(?:[/._-][A-Za-z0-9]+)*(?![\w])")
_SECRET_LINK = re.compile(r"(https?://[^\s?#<>\"]{3,300})[?#][^\s<>\"]{1,2000}", re.IGNORECASE)
_INTRODUCED = re.compile(
    r"\b(?i:mi chiamo|il mio nome è|sono (?:il |la )?(?:sig\.?(?:ra)?|signora?|dott\.?(?:ssa)?)|sig\.?(?:ra|or|ora)?|dott\.?(?:ssa)?|"
    r"my name is|i am (?:mr|mrs|ms)\.?|mr\.?|mrs\.?|ms\.?|dear|gentile|caro|cara|cordiali saluti,?|saluti,?|regards,?)"
    r"[ \t,]*\n?[ \t]*((?:[^\W\d_a-zà-ÿ][\w'’-]+)(?:[ \t]+(?:[^\W\d_a-zà-ÿ][\w'’-]+)){0,3})"
)
LEAST_NAME = 3  # shorter parts of names are common words far too often


@dataclass(slots=True)
class Table:
    """Placeholders and what they stand for."""

    values: dict[str, str] = field(default_factory=dict)  # "[NAME_1]": "Giulia"
    _known: dict[tuple[str, str], str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    places: int = 0

    def placeholder(self, kind: str, value: str) -> str:
        """The placeholder of a value; the same as before when it was seen."""
        self.places += 1
        key = (kind, _folded(value))
        found = self._known.get(key)
        if found is None or self.values[found] != value:
            label = re.sub(r"[^A-Z]+", "_", kind.upper()).strip("_") or "DATUM"
            self._counts[label] = self._counts.get(label, 0) + 1
            found = f"[{label}_{self._counts[label]}]"
            self.values[found] = value
            self._known.setdefault(key, found)
        return found


def seen(text: str) -> str:
    """The text as a person sees it: without characters that show nothing, and without anything that looks like our placeholders."""
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    return _OURS.sub(r"(\1)", text)


def mask(text: str, table: Table, names: Collection[str] = (), *, numbers: bool = True) -> str:
    """The text with placeholders for everything personal. `names`: of the people in the conversation, and their handles."""
    return _replaced(seen(text), table, names, numbers)


def blot(text: str, names: Collection[str] = ()) -> str:
    """The text of somebody else's conversation, with `[NAME]` and the like from which nothing comes back."""
    masked = _replaced(seen(text), Table(), names, True)
    return _PLACEHOLDER.sub(lambda found: f"[{found[1].upper()}]", masked)


def _replaced(text: str, table: Table, names: Collection[str], numbers: bool) -> str:
    text = _SECRET_LINK.sub(r"\1", text)  # what follows a question mark is often a key to somebody's account
    found = [*find_personal(text), *_names(text, names)]
    found += [PersonalDatum("name", m.start(1), m.end(1), False) for m in _INTRODUCED.finditer(text)]
    if numbers:
        found += [
            PersonalDatum("number", m.start(), m.end(), False)
            for m in _NUMBERS.finditer(text)
            if not _in_link(text, m.start())
        ]
    parts, done = [], 0
    for datum in _apart(found):
        parts += [text[done : datum.start], table.placeholder(datum.kind, text[datum.start : datum.end])]
        done = datum.end
    return "".join([*parts, text[done:]])


def _in_link(text: str, place: int) -> bool:
    begin = max(text.rfind(" ", 0, place), text.rfind("\n", 0, place)) + 1
    return "://" in text[begin:place]


def _apart(found: Iterable[PersonalDatum]) -> list[PersonalDatum]:
    """The places in order; of those that overlap one that covers all of them, called after the first that has a form."""
    merged: list[PersonalDatum] = []
    for datum in sorted(found, key=lambda each: (each.start, -each.end)):
        if merged and datum.start < merged[-1].end:
            last = merged[-1]
            weaker = {"number", "name"}
            kind = datum.kind if last.kind in weaker and datum.kind not in weaker else last.kind
            merged[-1] = PersonalDatum(kind, last.start, max(last.end, datum.end), last.is_checked)
        else:
            merged.append(datum)
    return merged


def _folded(text: str) -> str:
    """Lower case without accents, one character for each: places stay places."""
    return "".join(
        (unicodedata.normalize("NFKD", char)[0].lower() or char)[:1] if char.isalpha() else char
        for char in text
    )


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


def restore(text: str, values: Mapping[str, str]) -> tuple[str, int]:
    """The model's text with our words back, and how many placeholders it held that are none of ours (they are taken out)."""
    by_form = {_form(key): value for key, value in values.items()}
    unknown = 0

    def back(found: re.Match[str]) -> str:
        nonlocal unknown
        value = by_form.get(f"{found[1].upper()}_{int(found[2])}")
        if value is None:
            unknown += 1
            return "…"
        return value

    return _PLACEHOLDER.sub(back, text), unknown


def _form(placeholder: str) -> str:
    found = _PLACEHOLDER.fullmatch(placeholder)
    return f"{found[1].upper()}_{int(found[2])}" if found else placeholder


def mask_all(
    texts: Sequence[str], names: Collection[str] = (), *, numbers: bool = True
) -> tuple[list[str], Table]:
    """Several texts of one request with one table."""
    table = Table()
    return [mask(text, table, names, numbers=numbers) for text in texts], table
