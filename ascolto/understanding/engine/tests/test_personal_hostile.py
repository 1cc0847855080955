"""Whatever is written, looking for personal data ends soon, and what is there is found anywhere."""

from __future__ import annotations

import random
import time

import pytest
from stdnum import iban, luhn
from stdnum.ch import ssn
from stdnum.it import codicefiscale, iva

from ascolto.understanding.engine.personal import checks, find_personal

HOSTILE = {
    "digits": "1" * 10**6,
    "single digits": "1 2 3 " * 170_000,
    "at signs": "@" * 10**6,
    "addresses cut off": "a@" * 500_000,
    "via": "via " * 250_000,
    "streets": "via roma 1 " * 90_000,
    "one word": "x" * 10**6,
    "ibans cut off": "IT60 " * 200_000,
    "telephones": "3331234567, " * 90_000,
    "cards": "4111111111111111 " * 60_000,
    "colons": "1:" * 500_000,
    "dots": "1.1.1.1." * 125_000,
    "streets that end early": "1 a st " * 140_000,
    "brackets": "1(" * 500_000,
    "births": "nato il " * 120_000,
    "passwords": "password: " * 100_000,
    "zero width": "\u200b1" * 500_000,
    "emoji": "😀" * 10_000,
    "zalgo": "3\u0301\u0302\u0303" * 50_000,
    "right to left": "\u202e3331234567\u202c" * 50_000,
    "NUL": "\0" * 10**6,
    "lone surrogates": "\ud800" * 10**5,
    "growing letters": "İ" * 10**5,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_anything_is_bounded(name: str) -> None:
    begin = time.process_time()
    find_personal(HOSTILE[name])
    assert time.process_time() - begin < 5  # some 50 ms; this only notices what grows with the square


@pytest.mark.parametrize(
    "filler", ["Buongiorno, vi scrivo per la terza volta il 12 marzo. ", "1 2 3 ", "via ", "a@b ", "IT60 "]
)
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_data_are_found_anywhere_in_a_long_text(filler: str, place: float) -> None:
    around = (filler * 20_000)[:99_000]
    cut = around.rfind(" ", 0, int(len(around) * place) + 1) + 1
    text = f"{around[:cut]}\nil mio IBAN è IT60X0542811101000000123456, mario@example.it;\n{around[cut:]}"
    assert {"iban", "email"} <= {datum.kind for datum in find_personal(text) if datum.is_checked}


def test_our_check_digits_agree_with_those_of_a_library_made_for_them() -> None:
    chance = random.Random(5)
    for _ in range(3000):
        digits = "".join(chance.choice("0123456789") for _ in range(11))
        assert checks.luhn(digits) == luhn.is_valid(digits)
        assert checks.is_italian_vat(digits) == iva.is_valid(digits)
        swiss = "756" + digits[:10]
        assert checks.ean13(swiss) == ssn.is_valid(swiss)
    for code in ("RSSMRA85T10A562S", "RSSMRA85T10A56NH", "RSSMRA85T10A562T"):
        assert checks.is_fiscal_code(code) == codicefiscale.is_valid(code)
    for number in (
        "IT60X0542811101000000123456",
        "GB82WEST12345698765432",
        "DE89370400440532013000",
        "IT61X0542811101000000123456",
    ):
        assert checks.is_iban(number) == iban.is_valid(number, check_country=False)
