"""Check digits, the few that are asked of every number: own code, since a message has a tenth of a millisecond.

The rarer ones are asked of python-stdnum. The tests hold these against python-stdnum too.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from stdnum import iban

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn(digits: str) -> bool:
    """ISO/IEC 7812: cards, IMEI, ICCID, Italian VAT."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += _DOUBLED[int(digit)] if place % 2 else int(digit)
    return total % 10 == 0


def is_iban(compact: str) -> bool:
    """ISO 7064 mod 97-10 over an IBAN without spaces, in upper case."""
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def has_iban_shape(compact: str) -> bool:
    """Whether letters and digits stand where that country has them."""
    return iban.is_valid(compact, check_country=False)


def is_italian_vat(digits: str) -> bool:
    """Eleven digits: number, office (a province or 120, 121, 888, 999), check digit."""
    office = int(digits[7:10])
    return digits[:7] != "0000000" and (1 <= office <= 100 or office in (120, 121, 888, 999)) and luhn(digits)


_ODD = dict(
    zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21) * 2, strict=False)
) | dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)
_EVEN = {c: int(c, 36) if c.isdigit() else ord(c) - 65 for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def is_fiscal_code(compact: str) -> bool:
    """The sixteenth character of an Italian fiscal code in upper case (decree of 23 December 1976)."""
    total = sum((_EVEN if place % 2 else _ODD)[character] for place, character in enumerate(compact[:15]))
    return chr(65 + total % 26) == compact[15]


def is_social_insurance_number(digits: str) -> bool:
    """French NIR: the last two digits are 97 minus the rest of the first thirteen by 97."""
    return 97 - int(digits[:13]) % 97 == int(digits[13:])


def ean13(digits: str) -> bool:
    """The check digit of the Swiss AHV number."""
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


@lru_cache(maxsize=2048)
def is_valid(kind: str, number: str) -> bool:
    """Ask python-stdnum; `kind` is its module's name, as in "de.idnr"."""
    return bool(import_module(f"stdnum.{kind}").is_valid(number))
