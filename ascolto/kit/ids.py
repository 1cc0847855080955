"""Identifiers: secret tokens, and numbers that people read to each other over the telephone."""

from __future__ import annotations

import hashlib
import secrets

# Damm's quasigroup of order 10 (H. M. Damm, 2004): catches every single wrong digit and every swap of two neighbours.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def new_token(size: int = 24) -> str:
    """A random URL-safe secret of `size` bytes."""
    return secrets.token_urlsafe(size)


def digest(secret: str) -> str:
    """What we store instead of a secret that only has to be recognised (hex SHA-256)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _check_digit(digits: str) -> str:
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def reference_number(pk: int) -> str:
    """The number people use for the row `pk`: its id and one check digit (Damm), at least five digits long."""
    digits = f"{pk:04d}"
    return digits + _check_digit(digits)


def pk_of_reference(number: str) -> int | None:
    """The id behind a reference number, or None when the check digit says that it was mistyped."""
    digits = number.strip().lstrip("#").replace(" ", "")
    if not 5 <= len(digits) <= 18 or not digits.isascii() or not digits.isdigit():
        return None
    return int(digits[:-1]) if _check_digit(digits[:-1]) == digits[-1] else None
