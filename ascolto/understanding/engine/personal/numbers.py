"""What a row of digits is: a card, a telephone number, a VAT number, an insurance number, a device."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ascolto.understanding.engine.personal import phones
from ascolto.understanding.engine.personal.cards import is_card, is_plain_enough
from ascolto.understanding.engine.personal.checks import (
    ean13,
    is_italian_vat,
    is_social_insurance_number,
    is_valid,
    luhn,
)
from ascolto.understanding.engine.personal.looked import Candidate, Looked
from ascolto.understanding.engine.personal.stretches import Stretch, stretches


def find_numbers(looked: Looked) -> Iterator[Candidate]:
    """Every stretch of digits that is a number of a person."""
    for stretch in stretches(looked):
        yield from _judge(stretch)


def _judge(stretch: Stretch) -> Iterator[Candidate]:
    for judge in _BY_COUNT.get(len(stretch.digits), ()):
        yield from judge(stretch)
    if len(stretch.digits) <= 17:
        yield from _phone(stretch)


_SAYS_CARD = re.compile(
    r"\b(?:carta|carte|card|cc|credit|debit|visa|master ?card|maestro|amex|bancomat|postepay|karte|kreditkarte|tarjeta"
    r"|cartão|cartao|kaart|bleue|pan)\b"
)


def _card(stretch: Stretch) -> Iterator[Candidate]:
    if set(stretch.raw) & set("()/"):
        return
    if is_card(stretch.digits):
        is_plain = is_plain_enough(stretch.digits, stretch.layout)
        if _SAYS_CARD.search(stretch.around.before) or (is_plain and not _is_called_otherwise(stretch)):
            yield Candidate(stretch.start, stretch.end, "card", True, 80)
    elif stretch.is_whole and len(set(stretch.digits)) > 1 and _SAYS_CARD.search(stretch.around.before):
        yield Candidate(stretch.start, stretch.end, "card", False, 38)


def _is_called_otherwise(stretch: Stretch) -> bool:
    """A row of digits without groups that a word calls an order's, a parcel's, a ticket's; of 16 digits a card is likelier all the same."""
    return len(stretch.layout) == 1 and len(stretch.digits) != 16 and stretch.around.about == "other"


_SAYS_VAT = re.compile(r"\b(?:p\.? ?i\.?(?:va)?|partita iva|vat|iva)\b")
_SAYS_FISCAL = re.compile(r"\b(?:codice fiscale|cod\.? ?fisc\.?|c\.? ?f\.?)(?![a-z])")


def _italian_vat(stretch: Stretch) -> Iterator[Candidate]:
    fiscal = _SAYS_FISCAL.search(stretch.around.before)
    said = fiscal or _SAYS_VAT.search(stretch.around.before)
    kind = "fiscal_code" if fiscal and not _SAYS_VAT.search(stretch.around.before) else "vat"
    if is_italian_vat(stretch.digits):
        about = stretch.around.about
        if said or (len(stretch.layout) == 1 and not stretch.plus and about in ("", "weak")):
            yield Candidate(stretch.start, stretch.end, kind, True, 78 if said else 65)
    elif said and stretch.is_whole:
        yield Candidate(stretch.start, stretch.end, kind, False, 37)


_NIR = re.compile(r"[12]\d\d(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d\d)")


def _french_nir(stretch: Stretch) -> Iterator[Candidate]:
    if not _NIR.match(stretch.digits) or _is_called_otherwise(stretch):
        return
    if is_social_insurance_number(stretch.digits):
        yield Candidate(stretch.start, stretch.end, "national_id", True, 76)


def _swiss_ahv(stretch: Stretch) -> Iterator[Candidate]:
    if stretch.digits.startswith("756") and ean13(stretch.digits):
        yield Candidate(stretch.start, stretch.end, "national_id", True, 81)


def _belgian(stretch: Stretch) -> Iterator[Candidate]:
    if stretch.layout == (2, 2, 2, 3, 2) and is_valid("be.nn", stretch.digits):
        yield Candidate(stretch.start, stretch.end, "national_id", True, 76)


_IDS: dict[int, tuple[tuple[str, re.Pattern[str]], ...]] = {
    9: (
        ("nl.bsn", re.compile(r"\b(?:bsn|burgerservicenummer|sofi(?:nummer)?)\b")),
        ("pt.nif", re.compile(r"\b(?:nif|contribuinte)\b")),
    ),
    8: (("nl.bsn", re.compile(r"\b(?:bsn|burgerservicenummer|sofi(?:nummer)?)\b")),),
    10: (
        ("at.vnr", re.compile(r"\b(?:sozialversicherung[a-z]*|svnr|sv-?nummer|vers(?:icherungs)?nummer)\b")),
    ),
    11: (
        (
            "de.idnr",
            re.compile(
                r"\b(?:steuer-?id[a-z-]*|idnr|identifikationsnummer|steueridentifikationsnummer|tin)\b"
            ),
        ),
        ("be.nn", re.compile(r"\b(?:rijksregister[a-z]*|registre national|numéro national|nrn|niss|insz)\b")),
    ),
}


def _national_id(stretch: Stretch) -> Iterator[Candidate]:
    for kind, said in _IDS[len(stretch.digits)]:
        if said.search(stretch.around.before):
            checked = is_valid(kind, stretch.digits)
            yield Candidate(stretch.start, stretch.end, "national_id", checked, 79 if checked else 39)


_SAYS_SSN = re.compile(r"\b(?:ssn|social security)\b")
_SAYS_IMEI = re.compile(r"\bimei\b")
_SAYS_SIM = re.compile(r"\b(?:iccid|sim)\b")
_SAYS_PDR = re.compile(r"\b(?:pdr|punto di riconsegna|gas)\b")


def _american(stretch: Stretch) -> Iterator[Candidate]:
    if stretch.layout == (3, 2, 4) or _SAYS_SSN.search(stretch.around.before):
        checked = is_valid("us.ssn", stretch.digits)
        if _SAYS_SSN.search(stretch.around.before):
            yield Candidate(stretch.start, stretch.end, "national_id", checked, 77)


def _imei(stretch: Stretch) -> Iterator[Candidate]:
    if _SAYS_IMEI.search(stretch.around.before):
        yield Candidate(stretch.start, stretch.end, "code", luhn(stretch.digits), 82)


def _pdr(stretch: Stretch) -> Iterator[Candidate]:
    if _SAYS_PDR.search(stretch.around.before):
        yield Candidate(stretch.start, stretch.end, "code", False, 82)


def _iccid(stretch: Stretch) -> Iterator[Candidate]:
    if not stretch.digits.startswith("89") or not luhn(stretch.digits):
        return
    if _SAYS_SIM.search(stretch.around.before) or not _is_called_otherwise(stretch):
        yield Candidate(stretch.start, stretch.end, "code", True, 82)


_BY_COUNT: dict[int, tuple[Callable[[Stretch], Iterator[Candidate]], ...]] = {
    8: (_national_id,),
    9: (_national_id, _american),
    10: (_national_id,),
    11: (_italian_vat, _national_id, _belgian),
    12: (_card,),
    13: (_swiss_ahv, _card),
    14: (_pdr, _card),
    15: (_imei, _french_nir, _card),
    16: (_card,),
    17: (_card,),
    18: (_card,),
    19: (_iccid, _card),
    20: (_iccid,),
}


def _phone(stretch: Stretch) -> Iterator[Candidate]:
    checked = _as_phone(stretch)
    if checked is None:
        return
    start = stretch.start
    begin = stretch.around.before[-3:]
    if stretch.plus:
        start -= 2 if begin.endswith("+(") or (begin.endswith("(+") and ")" in stretch.raw) else 1
    elif begin.endswith("(") and ")" in stretch.raw:
        start -= 1
    yield Candidate(start, stretch.end, "phone", checked, 60 if checked else 34)


def _as_phone(stretch: Stretch) -> bool | None:
    """Whether the number is in a country's plan (True), only said to be a telephone's (False), or none at all (None)."""
    digits, raw = stretch.digits, stretch.raw
    if stretch.plus or digits.startswith("00"):
        return _as_international(stretch)
    if len(digits) < 7 or len(digits) > 13 or phones.is_no_number(raw):
        return None
    if phones.is_of_a_company(digits):
        return None
    likely = phones.plans_by_shape(digits, stretch.layout, raw)
    if not likely and not stretch.is_whole:
        return None
    about = stretch.around.about
    if about == "phone":
        return _as_said(stretch, likely)
    if about == "other" or (phones.is_amount(raw) and len(digits) != 9):
        return None
    if len(digits) == 12 and digits.startswith("393"):
        return stretch.plans.is_international(digits) or None
    if about == "weak" and not likely and len(digits) >= 9 and digits[0] == "0":
        likely = ("IT",)
    return stretch.plans.is_national(digits, likely) or None


def _as_said(stretch: Stretch, likely: tuple[str, ...]) -> bool | None:
    """Beside a word that says "telephone": any country's plan will do, and of a number that stands alone none is needed."""
    digits = stretch.digits
    if likely and stretch.plans.is_national(digits, likely):
        return True
    if not stretch.is_whole or ("/" in stretch.raw and digits[0] not in "03"):
        return None
    return len(digits) >= 8 and (
        stretch.plans.is_national(digits, phones.PLANS) or stretch.plans.is_international(digits)
    )


def _as_international(stretch: Stretch) -> bool | None:
    digits = stretch.digits if stretch.plus else stretch.digits[2:]
    if "(0)" in stretch.raw:
        place = "".join(c for c in stretch.raw if c.isdigit() or c == "(").index("(0")
        place -= 0 if stretch.plus else 2
        digits = digits[:place] + digits[place + 1 :]
    if len(digits) < 7 or (not stretch.plus and stretch.around.about == "other"):
        return None
    if stretch.plans.is_international(digits):
        return True
    about = stretch.around.about
    long_enough = stretch.is_whole and 9 <= len(digits) <= 15
    return False if long_enough and (about == "phone" or (stretch.plus and about != "other")) else None
