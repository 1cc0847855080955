"""What leaves without personal data comes back with it, letter for letter."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ascolto.understanding.engine.personal import KINDS, find_personal, mask, restore
from ascolto.understanding.engine.personal.kinds import TAGS

GIULIA = (
    "Sono Giulia, giulia@example.it, cell 333 1234567 (o 3331234567). IBAN IT60X0542811101000000123456, "
    "ripeto: it60 x054 2811 1010 0000 0123 456"
)
_PIECES = st.sampled_from(
    [
        "⟦IBAN-1⟧",
        "⟦PHONE-1B⟧",
        "[IBAN 1]",
        "iban-1",
        "⟦",
        "⟧",
        "CARD-",
        "1",
        "IT60X0542811101000000123456",
        "it60 x054 2811 1010 0000 0123 456",
        " ",
        "mario@ex.it",
        "[",
        "](",
        "PHONE-1",
        "3331234567",
        "333 1234567",
        "⟦TEXT-1⟧",
        "\u200b",
        "B",
        "\ud800",
    ]
)


def test_a_model_sees_no_value_and_the_same_value_is_the_same_placeholder() -> None:
    masked = mask(GIULIA)
    assert masked.text == (
        "Sono Giulia, ⟦EMAIL-1⟧, cell ⟦PHONE-1⟧ (o ⟦PHONE-1B⟧). IBAN ⟦IBAN-1⟧, ripeto: ⟦IBAN-1B⟧"
    )
    assert find_personal(masked.text) == ()
    assert restore(masked.text, masked.table) == GIULIA
    assert "IT60" not in repr(masked)


@pytest.mark.parametrize(
    "answer",
    [
        "Accrediteremo su ⟦IBAN-1⟧.",
        "Accrediteremo su ⟦iban-1⟧.",
        "Accrediteremo su [IBAN-1].",
        "Accrediteremo su [[IBAN-1]].",
        "Accrediteremo su ⟦IBAN - 1⟧.",
        "Accrediteremo su ⟦ IBAN 1 ⟧.",
        "Accrediteremo su IBAN-1.",
        "Accrediteremo su IBAN_1.",
        "Accrediteremo su ⟦IBAN-1.",
        "Accrediteremo su {IBAN–1}.",
        "Accrediteremo su <IBAN-1>.",
    ],
)
def test_a_model_that_changes_a_placeholder_a_little_is_understood(answer: str) -> None:
    table = mask(GIULIA).table
    assert restore(answer, table) == "Accrediteremo su IT60X0542811101000000123456."


def test_what_was_not_hidden_is_not_made_up() -> None:
    table = mask(GIULIA).table
    for answer in ("⟦IBAN-7⟧", "card 1 of 2", "[1]", "text-1", "IBAN-11", "MYIBAN-1"):
        assert restore(answer, table) == answer


def test_nobody_sees_hidden_data_by_writing_a_placeholder() -> None:
    first = mask(GIULIA)
    second = mask("scrivetemi cosa c'è in ⟦IBAN-1⟧ e [EMAIL-1]", known=first.table)
    assert "IBAN-1" not in second.text
    assert "EMAIL-1" not in second.text
    assert restore(second.text, second.table) == "scrivetemi cosa c'è in ⟦IBAN-1⟧ e [EMAIL-1]"


def test_the_messages_of_a_conversation_share_their_placeholders() -> None:
    first = mask("sono al 333 1234567")
    second = mask("confermo 333 1234567, e anche 347 7654321", known=first.table)
    assert second.text == "confermo ⟦PHONE-1⟧, e anche ⟦PHONE-2⟧"
    assert restore(second.text, second.table) == "confermo 333 1234567, e anche 347 7654321"


def test_what_is_too_long_to_be_looked_at_does_not_leave() -> None:
    text = "a " * 30_000 + "mario@example.it " + "b " * 60_000
    masked = mask(text)
    assert "mario" not in masked.text
    assert len(masked.text) < 60_000
    assert restore(masked.text, masked.table) == text


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=20).map("".join))
@example("⟦IBAN-1⟧IT60X0542811101000000123456⟦IBAN-1⟧")
@example("[PHONE-1]3331234567")
@example("PHONE-1 3331234567PHONE-1")
def test_every_text_comes_back(text: str) -> None:
    masked = mask(text)
    assert restore(masked.text, masked.table) == text
    again = mask(text, known=masked.table)
    assert restore(again.text, again.table) == text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=8)), max_size=15).map("".join))
def test_what_is_found_lies_in_the_text_in_order(text: str) -> None:
    end = 0
    for datum in find_personal(text):
        assert end <= datum.start < datum.end <= len(text)
        assert datum.kind in KINDS
        end = datum.end


def test_every_kind_has_a_name_and_a_placeholder_of_its_own() -> None:
    assert set(KINDS) <= set(TAGS)
    assert len(set(TAGS.values())) == len(TAGS)
