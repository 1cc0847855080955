"""Codes of letters and digits with check digits: IBAN, Italian fiscal code, VAT and identity numbers of other countries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from ascolto.understanding.engine.personal.checks import (
    has_iban_shape,
    is_fiscal_code,
    is_iban,
    is_valid,
)
from ascolto.understanding.engine.personal.looked import Candidate, Looked

IBAN_LENGTHS = {
    name: int(length)
    for name, length in (
        pair.split(":")
        for pair in [
            "AD:24",
            "AE:23",
            "AL:28",
            "AT:20",
            "AZ:28",
            "BA:20",
            "BE:16",
            "BG:22",
            "BH:22",
            "BI:27",
            "BR:29",
            "BY:28",
            "CH:21",
            "CR:22",
            "CY:28",
            "CZ:24",
            "DE:22",
            "DJ:27",
            "DK:18",
            "DO:28",
            "EE:20",
            "EG:29",
            "ES:24",
            "FI:18",
            "FK:18",
            "FO:18",
            "FR:27",
            "GB:22",
            "GE:22",
            "GI:23",
            "GL:18",
            "GR:27",
            "GT:28",
            "HN:28",
            "HR:21",
            "HU:28",
            "IE:22",
            "IL:23",
            "IQ:23",
            "IS:26",
            "IT:27",
            "JO:30",
            "KW:30",
            "KZ:20",
            "LB:28",
            "LC:32",
            "LI:21",
            "LT:20",
            "LU:20",
            "LV:21",
            "LY:25",
            "MC:27",
            "MD:24",
            "ME:22",
            "MK:19",
            "MN:20",
            "MR:27",
            "MT:31",
            "MU:30",
            "NI:28",
            "NL:18",
            "NO:15",
            "OM:23",
            "PK:24",
            "PL:28",
            "PS:29",
            "PT:25",
            "QA:29",
            "RO:24",
            "RS:22",
            "RU:33",
            "SA:24",
            "SC:31",
            "SD:18",
            "SE:24",
            "SI:19",
            "SK:24",
            "SM:27",
            "SO:23",
            "ST:25",
            "SV:28",
            "TL:23",
            "TN:24",
            "TR:26",
            "UA:29",
            "VA:22",
            "VG:24",
            "XK:20",
            "YE:30",
        ]
    )
}
"""How long the IBANs of a country are (SWIFT's registry)."""

MOST = 25_000  # beginnings of one text that are followed up
_IBAN = re.compile(r"[a-z]{2}[ .:-]{0,2}[0-9][ .-]?[0-9](?=[ .:-]{0,2}[0-9a-z])")
_SHAPE = {
    "IT": re.compile(r"IT\d\d[A-Z]\d{10}[0-9A-Z]{12}"),
    "SM": re.compile(r"SM\d\d[A-Z]\d{10}[0-9A-Z]{12}"),
}
_PROSE = re.compile(r"[a-z]{3}")  # words behind a shorter number, gathered by mistake
_SAYS_IBAN = re.compile(
    r"iban|conto corrente|bonifico|c/c|accredit|bank account|konto|cuenta|compte|conta\b|rekening|transfer"
)


def find_ibans(looked: Looked) -> Iterator[Candidate]:
    """IBANs of every country, spaced, dashed or in lower case."""
    low = looked.low
    for found in islice(_IBAN.finditer(low), MOST):
        length = IBAN_LENGTHS.get(low[found.start() : found.start() + 2].upper())
        if length is None or not _is_open(low, found.start()):
            continue
        compact, end = _gather(low, found.start(), length)
        if not compact and "iban" in looked.before(found.start(), 20):
            yield from _cut_short(low, found.start())
        if len(compact) < length or low[end : end + 1].isalnum() or not _is_plausible(compact):
            continue
        if is_iban(compact) and (has_iban_shape(compact) or not _PROSE.search(low, found.end(), end)):
            yield Candidate(found.start(), end, "iban", True, 100)
        elif _is_meant(compact, looked.before(found.start())):
            yield Candidate(found.start(), end, "iban", False, 96)


def _is_open(low: str, start: int) -> bool:
    return start == 0 or not low[start - 1].isalnum() or low[max(0, start - 4) : start] == "iban"


_WITHOUT_SEPARATORS = dict.fromkeys(map(ord, " .:-\n"))
_WITHOUT_DIGITS = dict.fromkeys(map(ord, "0123456789"))
_WIDE_GAP = re.compile(r"[ .:\n-]{3}")
_SHORT = re.compile(r"[a-z]{2}[0-9]{2}(?:[ .-]?[0-9a-z]*[0-9][0-9a-z]*){3,8}(?![^\W_])")


def _cut_short(low: str, start: int) -> Iterator[Candidate]:
    """What is called an IBAN and misses a digit."""
    found = _SHORT.match(low, start, start + 50)
    if found is not None and found.end() - start >= 15:
        yield Candidate(start, found.end(), "iban", False, 96)


def _gather(low: str, start: int, length: int) -> tuple[str, int]:
    """The next so many letters and digits, without separators, and where they end; nothing where something else is between."""
    piece = low[start : start + length + length // 2 + 8]
    compact = piece.translate(_WITHOUT_SEPARATORS)[:length]
    if len(compact) < length or not (compact.isascii() and compact.isalnum()):
        return "", start
    end, left = start, length
    while left:
        left -= low[end].isalnum()
        end += 1
    return ("", start) if _WIDE_GAP.search(low, start, end) else (compact.upper(), end)


def _is_plausible(compact: str) -> bool:
    shape = _SHAPE.get(compact[:2])
    if shape is not None:
        return compact[4:].isdigit() or shape.fullmatch(compact) is not None
    digits = len(compact) - len(compact.translate(_WITHOUT_DIGITS))
    return digits >= 8 and digits * 2 >= len(compact) - 8


def _is_meant(compact: str, before: str) -> bool:
    """Whether it is an IBAN although its check digits are wrong: by its shape, or because a word says so."""
    return compact[:2] in _SHAPE or bool(_SAYS_IBAN.search(before))


_DIGIT = "[0-9lmnpqrstuv]"
_FISCAL = re.compile(
    rf"(?:(?<![^\W_])|(?<=cf))[a-z](?:[ .-]?[a-z]){{5}}[ .-]?{_DIGIT}[ .-]?{_DIGIT}[ .-]?[abcdehlmprst][ .-]?{_DIGIT}[ .-]?{_DIGIT}"
    rf"[ .-]?[a-z][ .-]?{_DIGIT}[ .-]?{_DIGIT}[ .-]?{_DIGIT}[ .-]?[a-z](?![^\W_])"
)
_OMOCODIA = str.maketrans("LMNPQRSTUV", "0123456789")
_NUMERALS = (6, 7, 9, 10, 12, 13, 14)


def find_fiscal_codes(looked: Looked) -> Iterator[Candidate]:
    """Italian fiscal codes of people, also those where letters stand for digits (omocodia)."""
    low = looked.low
    place = 0
    while (found := _FISCAL.search(low, place)) is not None:
        place = found.start() + 1
        raw = found.group()
        compact = "".join(character for character in raw if character.isalnum()).upper()
        if not _is_born(compact):
            continue
        spaced = len(raw) > 16
        real = sum(character.isdigit() for character in compact)
        if is_fiscal_code(compact) and real >= (3 if spaced else 1):
            place = found.end()
            yield Candidate(found.start(), found.end(), "fiscal_code", True, 95)
        elif real == len(_NUMERALS):
            place = found.end()
            yield Candidate(found.start(), found.end(), "fiscal_code", False, 94)


def _is_born(compact: str) -> bool:
    """Whether the day of birth is one: 1–31, of women 41–71."""
    try:
        day = int(compact[9:11].translate(_OMOCODIA))
    except ValueError:
        return False
    return 1 <= day <= 31 or 41 <= day <= 71


_VAT = re.compile(
    r"(?:(?<![^\W_])|(?<=vat)|(?<=iva))(at|be|bg|cy|cz|de|dk|ee|el|es|fi|fr|hr|hu|ie|it|lt|lu|lv|mt|nl|pl|pt|ro|se|si|sk|xi|gb|che)"
    r"[ .-]?(u?[ .-]?[0-9a-z]?[ .-]?[0-9a-z]?[0-9](?:[ .-]?[0-9]){5,10}(?:[ .-]?b[ .-]?[0-9]{2}|[a-z]{1,2})?)(?![^\W_])"
)
_SAYS_VAT = re.compile(
    r"\b(?:vat|p\.? ?iva|partita iva|ust|umsatzsteuer|tva|n?if|cif|btw|moms|mwst|uid|nip|dph|contribuinte)\b"
)


def find_vat(looked: Looked) -> Iterator[Candidate]:
    """VAT numbers with the prefix of a country of the European Union, the United Kingdom or Switzerland."""
    for found in _VAT.finditer(looked.low):
        prefix = found.group(1)
        compact = "".join(character for character in found.group(2) if character.isalnum()).upper()
        said = _SAYS_VAT.search(looked.before(found.start()))
        written = looked.plain[found.start() : found.end()]
        if not said and (not written.isupper() or " " in written.strip()):
            continue
        if _is_valid_vat(prefix, compact):
            yield Candidate(found.start(), found.end(), "vat", True, 79)
        elif said:
            yield Candidate(found.start(), found.end(), "vat", False, 39)


def _is_valid_vat(prefix: str, compact: str) -> bool:
    if prefix == "che":
        return is_valid("ch.uid", f"CHE{compact}")
    if prefix in ("gb", "xi"):
        return is_valid("gb.vat", compact)
    return is_valid("eu.vat", prefix.upper() + compact)


_SPANISH = re.compile(
    r"(?<![^\W_])(?:[0-9]{2}[ .-]?[0-9]{3}[ .-]?[0-9]{3}|[xyz][ .-]?[0-9]{7})[ .-]?[a-z](?![^\W_])"
)
_SAYS_SPANISH = re.compile(r"\b(?:d\.?n\.?i|n\.?i\.?e|n\.?i\.?f)\b")
_BRITISH = re.compile(
    r"(?<![^\W_])[a-ceghj-prtw-z][a-ceghj-nprtw-z](?:[0-9]{6}| [0-9]{2} [0-9]{2} [0-9]{2} | ?[0-9]{2}-?[0-9]{2}-?[0-9]{2} ?)[a-d](?![^\W_])"
)
_SAYS_BRITISH = re.compile(r"\b(?:nino|n\.?i\.?|national insurance)\b")


def find_national_ids(looked: Looked) -> Iterator[Candidate]:
    """Spanish DNI and NIE and British insurance numbers: those with letters in them."""
    for found in _SPANISH.finditer(looked.low):
        said = _SAYS_SPANISH.search(looked.before(found.start()))
        compact = "".join(c for c in found.group() if c.isalnum()).upper()
        valid = is_valid("es.nie" if compact[0] in "XYZ" else "es.dni", compact)
        is_close = " " not in found.group()[-2:]
        if (said and (valid or is_close)) or (valid and looked.plain[found.start() : found.end()].isupper()):
            yield Candidate(found.start(), found.end(), "national_id", valid, 79 if valid else 39)
    for found in _BRITISH.finditer(looked.low):
        written = looked.plain[found.start() : found.end()]
        is_usual = written.isupper() and written.count(" ") in (0, 4)
        if is_usual or _SAYS_BRITISH.search(looked.before(found.start())):
            yield Candidate(found.start(), found.end(), "national_id", False, 77)
