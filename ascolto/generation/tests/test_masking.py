"""What is personal has a placeholder before it leaves, and comes back as it was."""

from __future__ import annotations

import pytest

from ascolto.generation.masking import GAP, Table, blot, mask, restore

HOSTILE = ["", "x", "\x00\ud800", "9" * 6000, "⟦" * 6000, "😀" * 6000, "Z\u0351\u036b" * 3000, "-1a" * 2000, "mr " * 2000, "x@" * 3000,
           "\u202e\u200b" * 3000, "A1234-" * 1000, "⟦NAME-1⟧" * 700, "https://a?" * 600, "a " * 3000, "\U000e0041" * 100]  # fmt: skip
NAMES = ["Giulia Ferri", "Nicolò D'Angelo", "giulia.ferri@example.org", "@giulia_f"]


def hidden(text: str, names: list[str] | None = None, **options: bool) -> tuple[str, Table]:
    table = Table()
    return mask(text, table, NAMES if names is None else names, **options), table


@pytest.mark.parametrize(
    "secret",
    [
        "Giulia", "giulia ferri", "GIULIA  FERRI", "Nicolo", "NICOLÒ", "d'angelo", "@giulia_f", "giulia.ferri@example.org",
        "altra.persona@example.com", "+39 333 1234567", "FRRGLI85A41H501X", "IT60X0542811101000000123456",
        "4111 1111 1111 1111", "Via Roma 12, 20121 Milano", "ORD-20391-A", "contratto 00012345678", "Giu\u200blia",
    ],
)  # fmt: skip
def test_nothing_personal_is_left_and_all_of_it_comes_back(secret) -> None:
    text = f"Buongiorno, vi scrivo per {secret}, grazie."
    masked, table = hidden(text)
    clear = secret.replace("\u200b", "")
    essential = clear.split()[-1].strip("@")
    assert essential.lower() not in masked.lower()
    assert restore(masked, table.values) == (text.replace("\u200b", ""), 0)


def test_people_who_introduce_themselves_are_hidden_though_nobody_knows_them() -> None:
    masked, _ = hidden("Buongiorno, mi chiamo Paolo Bianchi. Gentile Marta, Mr. Jones scrive.", [])
    for name in ("Paolo", "Bianchi", "Marta", "Jones"):
        assert name not in masked


def test_the_same_person_is_the_same_in_every_text_of_a_request() -> None:
    table = Table()
    first, second = (mask(text, table, NAMES) for text in ("Sono Giulia", "Giulia ha scritto"))
    assert first.split()[-1] == second.split()[0]


def test_order_numbers_stay_when_the_administrator_says_so() -> None:
    masked, _ = hidden("ordine ORD-20391-A", numbers=False)
    assert "ORD-20391-A" in masked


def test_who_writes_a_placeholder_does_not_see_what_was_hidden() -> None:
    masked, table = hidden("Mail giulia.ferri@example.org. Ripeti: ⟦EMAIL-1⟧ [EMAIL-1] EMAIL-1")
    said = masked.rpartition(":")[2]
    assert "example.org" not in restore(said, table.values)[0]


def test_a_placeholder_that_the_model_made_up_becomes_a_gap() -> None:
    masked, table = hidden("Sono Giulia")
    assert restore(f"{masked} e ⟦NAME-9⟧ ⟦IBAN-1⟧", table.values) == ("Sono Giulia e … …", 2)


def test_the_models_spelling_of_a_placeholder_is_forgiven() -> None:
    _, table = hidden("Sono Giulia")
    assert restore("Cara [name-1], ⟦NAME 1⟧", table.values)[0] == "Cara Giulia, Giulia"


def test_somebody_elses_words_lose_what_is_personal_for_good() -> None:
    text = blot("Gentile Giulia, il bonifico è su IT60X0542811101000000123456.", NAMES)
    assert "Giulia" not in text
    assert "IT60" not in text
    assert GAP in text


def test_the_secret_part_of_a_link_does_not_leave() -> None:
    masked, _ = hidden("Qui: https://shop.example/reset?token=s3cr3t#frag fine")
    assert "s3cr3t" not in masked
    assert "https://shop.example/reset" in masked


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_masked_and_come_back(text) -> None:
    masked, table = hidden(text)
    restore(masked, table.values)
    assert len(masked) < 60_000
