"""How many text messages a text becomes. Pure. GSM 7-bit default alphabet: 3GPP TS 23.038; parts: TS 23.040."""

from __future__ import annotations

from dataclasses import dataclass

# One character each. The escape character itself is none.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape character before each: they count two
GSM7, UCS2 = "GSM-7", "UCS-2"
_SIZES = {GSM7: (160, 153), UCS2: (70, 67)}  # alone, and as one part of several


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs: in which alphabet, how many messages, how many characters fit into each, how many are left in the last."""

    alphabet: str
    count: int
    per_segment: int
    left: int


def alphabet_of(text: str) -> str:
    """GSM-7 as long as every character is in it: one typographic quote makes the whole text UCS-2."""
    return GSM7 if all(char in _BASIC or char in _EXTENDED for char in text) else UCS2


def units_of(text: str, alphabet: str) -> list[int]:
    """What each character counts; one is never torn apart between two messages."""
    if alphabet == GSM7:
        return [2 if char in _EXTENDED else 1 for char in text]
    return [2 if ord(char) > 0xFFFF else 1 for char in text]


def segments(text: str) -> Segments:
    """How a text is cut. The empty text is one message with everything left."""
    alphabet = alphabet_of(text)
    alone, part = _SIZES[alphabet]
    units = units_of(text, alphabet)
    if sum(units) <= alone:
        return Segments(alphabet, 1, alone, alone - sum(units))
    count, used = 1, 0
    for unit in units:
        if used + unit > part:
            count, used = count + 1, 0
        used += unit
    return Segments(alphabet, count, part, part - used)
