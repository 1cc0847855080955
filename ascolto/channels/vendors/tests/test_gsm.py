"""How many text messages a text becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.channels.vendors.gsm import GSM7, UCS2, segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (GSM7, 1, 160, 160)),
        ("a" * 160, (GSM7, 1, 160, 0)),
        ("a" * 161, (GSM7, 2, 153, 145)),
        ("€" * 80, (GSM7, 1, 160, 0)),
        ("€" * 81, (GSM7, 2, 153, 143)),
        ("a" * 152 + "€" + "a" * 8, (GSM7, 2, 153, 143)),
        ("è" * 160, (GSM7, 1, 160, 0)),
        ("ê", (UCS2, 1, 70, 69)),
        ("l’ora", (UCS2, 1, 70, 65)),
        ("😀" * 35, (UCS2, 1, 70, 0)),
        ("😀" * 36, (UCS2, 2, 67, 61)),
    ],
)
def test_a_text_costs_what_the_carriers_count(text, expected) -> None:
    found = segments(text)
    assert (found.alphabet, found.count, found.per_segment, found.left) == expected


@given(st.text(max_size=400), st.characters())
def test_one_more_character_never_costs_less(text, char) -> None:
    assert segments(text + char).count >= segments(text).count
    assert 0 <= segments(text).left <= segments(text).per_segment
