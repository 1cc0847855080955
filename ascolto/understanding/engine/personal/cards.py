"""Payment cards: what the first digits say of who issued a number and how long it is."""

from __future__ import annotations

from ascolto.understanding.engine.personal.checks import luhn

_SIXTEEN = frozenset({16})


def lengths(digits: str) -> frozenset[int]:
    """The lengths that numbers of this issuer have; empty: no issuer has such a number."""
    first, two, three, four = digits[0], int(digits[:2]), int(digits[:3]), int(digits[:4])
    if first == "4":
        return frozenset({13, 16, 19})
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return _SIXTEEN
    if two in (34, 37) or four in (1800, 2131):
        return frozenset({15})
    if 300 <= three <= 305 or two in (36, 38, 39):
        return frozenset({14, 16})
    if four == 6011 or 644 <= three <= 649 or two == 65 or 3528 <= four <= 3589 or two == 62:
        return frozenset({16, 17, 18, 19})
    if 2200 <= four <= 2204:
        return frozenset({16, 17, 18, 19})
    if two in (50, 56, 57, 58) or four in (6304, 6759, 6761, 6762, 6763):
        return frozenset(range(12, 20))
    return frozenset()


def is_card(digits: str) -> bool:
    """Issuer, length and check digit agree."""
    return len(digits) in lengths(digits) and luhn(digits) and len(set(digits)) > 1


def is_plain_enough(digits: str, layout: tuple[int, ...]) -> bool:
    """Whether a valid number may be believed without the word "card" nearby.

    Numbers of 12, 13 and 17 to 19 digits are seldom cards and often other things (13: times and barcodes; 18 and 19: ids of posts, one in
    ten of which passes the check by chance): those need the word, or a card's groups.
    """
    if layout in _GROUPS:
        return True
    count = len(digits)
    return count in (14, 15, 16)


_GROUPS = {
    (4, 4, 4, 4),
    (4, 6, 5),
    (4, 6, 4),
    (4, 4, 4, 4, 3),
    (4, 4, 4, 1),
    (4, 3, 3, 3),
    (8, 8),
    (4, 4, 4, 3),
    (4, 4, 4, 4, 2),
    (4, 4, 4, 4, 1),
}
