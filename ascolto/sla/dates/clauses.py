"""Sentences and clauses of a text whose times are masked, so that the dots and conjunctions inside a time cut nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

MASK = "\x01"
LONGEST_SENTENCE = 700


class Bond(StrEnum):
    """How a clause hangs on the one before."""

    BESIDE = "beside"  # a comma, "and", "but"
    IF = "if"
    WHEN = "when"
    THAT = "that"
    WHAT = "what"  # what, how, in order to: a deadline behind it is still ours
    WHY = "why"


@dataclass(frozen=True, slots=True)
class Clause:
    start: int
    end: int
    bond: Bond
    after_comma: bool


_QUOTED_LINES = re.compile(r"^[ \t]*[>|][^\n]*", re.MULTILINE)
_QUOTED = re.compile(r"«[^«»]{0,600}»|“[^“”]{0,600}”|\"[^\"\n]{0,600}\"|‘[^‘’]{0,600}’")
_REPLY_HEAD = re.compile(
    (
        r"^(?:-{2,}\s*(?:original message|messaggio originale)\b|(?:il giorno |il "
        r"|on )[^\n]{4,120}(?:ha scritto|wrote)\s*:\s*$)"
    ),
    re.IGNORECASE | re.MULTILINE,
)
_COURTESY = re.compile(
    r"\b(?:(?:se|if) (?:(?:per (?:lei|te|voi) )?(?:va bene|vuole|vuoi|preferisce|non (?:le|ti|vi) dispiace"
    r"|(?:le|ti|vi) va bene|(?:le|ti|vi) va|è d'accordo|sei d'accordo)"
    r"(?: (?:per|a) (?:lei|te|voi))?|(?:that|it)'?s? (?:is |works |suits )?(?:ok|okay|fine|all right"
    r"|alright|works|convenient|suits)?(?: (?:with|for|by) you)?"
    r"|you (?:don't|do not) mind|you (?:like|prefer|wish|want)))(?!\w)|\b(?:anche se|even if|even though)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?;…]+(?=\s|$|[\"')\]])|\n+")
_CUT = re.compile(
    r"(?P<comma>[,:()\[\]]|\s[–—-]\s)"
    r"|\b(?P<beside>ed?|ma|però|così|oppure|o|poi|quindi|perciò|nonché|and|but|so(?! dire)|or|then|yet|though)\b"
    r"|\b(?P<if>se|qualora|purché|nel caso|a meno che|if|unless|whether|provided|in case)\b"
    r"|\b(?P<when>quando|appena|finché|mentre|dopo che|prima che|una volta che|when|whenever|as soon as"
    r"|once|until|while|after (?:he|she|it|they|the|you)|before (?:he|she|it|they|the|you))\b"
    r"|\b(?P<why>perché|poiché|siccome|dato che|visto che|in quanto|because|since|as (?:the|we|it|there|your))\b"
    r"|\b(?P<that>che(?! cosa| ora)|that|who|which)\b|\b(?P<what>(?:che )?cosa|come(?! prima)|quale|quali"
    r"|chi|dove|quanto|what|how|where)\b"
    r"|\b(?P<purpose>per|to)\s+(?=[a-z]+(?:are|ere|ire|rle|rla|rti|rvi|rlo|rli)\b|(?:explain|tell|arrange"
    r"|see|check|discuss|say|inform|book|confirm|ask)\b)",
    re.IGNORECASE,
)


def readable(text: str) -> str:
    """The text with what others said masked (quoted lines, words in quotation marks, an earlier mail), of the same length."""
    head = _REPLY_HEAD.search(text)
    if head is not None:
        text = text[: head.start()] + " " * (len(text) - head.start())
    for pattern in (_QUOTED_LINES, _QUOTED):
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    return text


def without_courtesy(text: str) -> str:
    """The text without "if that suits you" and "even if": they make nothing conditional."""
    return _COURTESY.sub(lambda found: " " * len(found[0]), text)


def mask(text: str, places: Sequence[tuple[int, int]]) -> str:
    """The text with these places filled with a character that no pattern knows."""
    out = list(text)
    for start, end in places:
        out[start:end] = MASK * (end - start)
    return "".join(out)


def sentences(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start, end, and whether it is a question."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield from _short(start, end.start(), "?" in end[0])
        start = end.end()
    yield from _short(start, len(text), is_question=False)


def _short(start: int, end: int, is_question: bool) -> Iterator[tuple[int, int, bool]]:
    while end > start:
        yield start, min(end, start + LONGEST_SENTENCE), is_question
        start += LONGEST_SENTENCE


_BONDS = {
    "if": Bond.IF,
    "when": Bond.WHEN,
    "why": Bond.WHY,
    "that": Bond.THAT,
    "what": Bond.WHAT,
    "purpose": Bond.WHAT,
}


def clauses(text: str, start: int, end: int) -> list[Clause]:
    """The clauses of a sentence, in their order; none is empty."""
    found: list[Clause] = []
    at, bond, comma = start, Bond.BESIDE, False
    for cut in _CUT.finditer(text, start, end):
        is_comma = cut.lastgroup == "comma"
        if text[at : cut.start()].strip():
            found.append(Clause(at, cut.start(), bond, comma))
            bond, comma = Bond.BESIDE, False
        comma = comma or is_comma
        if not is_comma:
            bond = _BONDS.get(cut.lastgroup or "", Bond.BESIDE if bond is Bond.BESIDE else bond)
        at = cut.end()
    if text[at:end].strip():
        found.append(Clause(at, end, bond, comma))
    return found
