"""Sentences of a message, as people write them: abbreviations, prices and dates do not end one, line breaks do."""

from __future__ import annotations

import re

LONGEST = 4_000  # characters of a message that are looked at
_ABBREVIATIONS = (
    "sig sigg sigra dott dottssa ing avv geom prof spett spettle gent gentma egr art tel pag cap es pes ecc etc ca max min "
    "srl spa snc sas via vs ns rif fatt sett ott nov dic gen feb mar apr mag giu lug ago lun mer gio ven sab dom mr mrs ms dr st inc "
    "ltd co vs eg ie approx dept est fig jan jun jul aug sept oct dec mon tue wed thu fri sat"
)
_ABBREVIATED = frozenset(_ABBREVIATIONS.split())
_NUMBERING = frozenset({"n", "no", "nos", "nr", "num"})  # abbreviations before a number only
_END = re.compile(r"([.!?…]+[\"'»”)\]]*)(?=\s|$)|[\n⏎]+")
_LAST_WORD = re.compile(r"([^\W\d_][^\W\d_.]*|\d+)\.$")
_QUOTED = re.compile(r"^\s*(?:>|Il giorno .* ha scritto:|On .* wrote:|-----)")
_SIGNATURE = re.compile(r"^\s*(?:--|__+)\s*$")


def sentences(text: str, at_most: int = LONGEST) -> list[str]:
    """The sentences of the first so many characters, without what is quoted and what stands below a signature's line."""
    found: list[str] = []
    begin = 0
    kept = _own(text[:at_most])
    for end in _END.finditer(kept):
        if end.group(1) == "." and _goes_on(kept, end.end()):
            continue
        found.append(kept[begin : end.end()])
        begin = end.end()
    found.append(kept[begin:])
    return [" ".join(one.split()) for one in found if any(character.isalnum() for character in one)]


def _own(text: str) -> str:
    lines = []
    for line in re.split(r"[\n⏎]", text):
        if _SIGNATURE.match(line):
            break
        if not _QUOTED.match(line):
            lines.append(line)
    return "\n".join(lines)


def _goes_on(text: str, end: int) -> bool:
    """Whether a full stop there is an abbreviation's, an initial's or a number's ("il 3. marzo")."""
    word = _LAST_WORD.search(text, max(0, end - 20), end)
    following = text[end : end + 2].strip()
    if word is None or not following:
        return False
    last = word.group(1).lower().replace(".", "")
    if last in _NUMBERING and following[:1].isdigit():
        return True
    if last in _ABBREVIATED or (len(last) == 1 and last.isalpha()):
        return True
    return last.isdigit() and following[:1].islower()
