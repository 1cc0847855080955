"""An answer that was given to one customer, made fit to be shown beside another's question: only what it says, nobody it was said to.

Greeting and signature go, names that are known become "…", and so does whatever looks like personal data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ascolto.understanding.engine.personal import mask

LOOKED_AT = 6_000  # characters; nobody reads more of somebody else's answer
GAP = "…"
_HELLO = (
    r"buon\s?giorno|buona\s?sera|buon\s?pomeriggio|salve|ciao|gentil\w+|car[oaie]|egregi\w*|spettabile|dear|hello|hi|hey|good morning|"
    r"good afternoon|good evening|hallo|guten tag|sehr geehrt\w+|bonjour|cher|chère|hola|estimad[oa]|olá|beste"
)
_GOODBYE = (
    r"--\s*$|(?:un\s+)?cordial[ei]? salut\w*|(?:i miei |i nostri )?(?:migliori |distinti )?saluti\b|un saluto|a presto|buona giornata|"
    r"(?:kind|best|warm|many thanks and|with best)\s+(?:regards|wishes)|regards\b|sincerely|yours|cheers|mit freundlichen|viele grüße|"
    r"cordialement|bien à vous|saludos|atentamente|cumprimentos|met vriendelijke"
)
_GREETING = re.compile(rf"\A\s*(?:(?:{_HELLO})\b[^\n,!.:]{{0,60}}[,!.:\n]\s*){{1,4}}", re.IGNORECASE)
_CLOSING = re.compile(rf"^[ \t]*(?:{_GOODBYE})", re.IGNORECASE | re.MULTILINE)
_PLACEHOLDER = re.compile(r"⟦[A-Z]{1,20}-[0-9]{1,6}[A-Z]{0,3}⟧")
_WORD = re.compile(r"[\w/-]{5,80}")
_FIGURES = re.compile(r"\d{5}")
_BLANKS = re.compile(r"[ \t]{2,}")
_GAPS = re.compile(rf"{GAP}(?:[ ,;]*{GAP})+")


def without_persons(text: str, names: Iterable[str] = ()) -> str:
    """The text without personal data and without these people's names."""
    seen = _WORD.sub(_without_codes, _PLACEHOLDER.sub(GAP, mask(text[:LOOKED_AT]).text))
    wanted = sorted({part for name in names for part in _parts(name)}, key=len, reverse=True)
    for start in range(0, len(wanted), 50):
        pattern = "|".join(map(re.escape, wanted[start : start + 50]))
        seen = re.sub(rf"(?<![^\W_])(?:{pattern})(?![^\W_])", GAP, seen, flags=re.IGNORECASE)
    return _BLANKS.sub(" ", _GAPS.sub(GAP, seen)).strip()


def borrowed(answer: str, names: Iterable[str] = ()) -> str:
    """What an answer says, without greeting, signature and persons."""
    text = answer[:LOOKED_AT].strip()
    text = _GREETING.sub("", text, count=1)
    closing = _CLOSING.search(text)
    if closing is not None and closing.start() > 0:
        text = text[: closing.start()]
    return without_persons(text.strip(), names)


def _without_codes(found: re.Match[str]) -> str:
    """A word, unless it is a number of an order, a customer or a case: five digits in a row, or letters and at least three digits."""
    word = found.group()
    has_letters = any(character.isalpha() for character in word)
    is_code = _FIGURES.search(word) or (has_letters and sum(character.isdigit() for character in word) >= 3)
    return GAP if is_code else word


def _parts(name: str) -> list[str]:
    """A name and each of its words; short ones would hide half a language."""
    whole = " ".join(name.split())[:120]
    return [part for part in {whole, *whole.split()} if len(part) >= 3 and not part.isdigit()]
