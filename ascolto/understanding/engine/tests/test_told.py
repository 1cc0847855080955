"""What customers give, in Italian and English."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from ascolto.understanding.engine.tests.test_asking import HOSTILE
from ascolto.understanding.engine.told import Said, facts_in, gather

AT = datetime(2026, 6, 10, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("Buongiorno, codice cliente 4471902, il modem non va.", "customer_code", "4471902"),
        ("Sono il cliente n. 4471902", "customer_code", "4471902"),
        ("my account number is 99812345", "customer_code", "99812345"),
        ("order #A-2291 hasn't arrived", "order", "A-2291"),
        ("il mio numero d'ordine è IT-55123", "order", "IT-55123"),
        ("contratto n° 88123 del 3 marzo", "contract", "88123"),
        ("Pratica 77120, nessuno risponde", "ticket", "77120"),
        ("case number 5512-33", "ticket", "5512-33"),
        ("fattura n. 2026/004512 di 145,90 euro", "invoice", "2026/004512"),
        ("PNR X7K2LP per domani", "booking", "X7K2LP"),
        ("booking reference QWERTZ", "booking", "QWERTZ"),
        ("volo AZ1784 in ritardo", "flight", "AZ1784"),
        ("tracking RR123456785IT fermo da giorni", "tracking", "RR123456785IT"),
        ("POD IT001E12345678", "pod", "IT001E12345678"),
        ("IMEI 356938035643809", "imei", "356938035643809"),
        ("il numero di serie è SN-88A12", "serial", "SN-88A12"),
        ("il mio numero è 347 1234567", "phone", "347 1234567"),
        ("You can reach me on +44 7700 900123", "phone", "+44 7700 900123"),
        ("write me at giulia@example.org", "email", "giulia@example.org"),
        ("abito in via Roma 12, 40121 Bologna", "address", "via Roma 12, 40121 Bologna"),
        ("sono nata il 12/03/1985", "birth_date", "12/03/1985"),
        ("IBAN IT60 X054 2811 1010 0000 0123 456", "iban", "IT… 3456"),
        ("La lettura del gas è 04512", "meter_reading", "04512"),
        ("il contatore segna 12345", "meter_reading", "12345"),
        ("meter reading 88123", "meter_reading", "88123"),
        ("ho un iPhone 13", "device", "iPhone 13"),
        ("il modem T-Box 7 lampeggia", "device", "T-Box 7"),
        ("mi chiamo Giulia Ferri e scrivo per mia madre", "name", "Giulia Ferri"),
        ("chiamatemi dopo le 16", "preference", "dopo le 16"),
        ("non chiamatemi prima delle 9", "preference", "prima delle 9"),
        ("please call me after 4pm", "preference", "after 4pm"),
        ("I'd prefer WhatsApp please", "preference", "WhatsApp"),
    ],
)
def test_what_is_given_is_found(text: str, kind: str, shown: str) -> None:
    assert (kind, shown) in {(fact.kind, fact.shown) for fact in facts_in(text)}


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("ho già riavviato il modem due volte", "restart:router"),
        ("Ho provato a spegnere e riaccendere il decoder", "restart:tv"),
        ("I've already restarted the router", "restart:router"),
        ("Tried turning it off and on again", "restart"),
        ("Restarted it three times, nothing.", "restart"),
        ("ho cambiato il cavo ma niente", "cable"),
        ("I've reinstalled the app", "reinstall:app"),
        ("abbiamo svuotato la cache", "cache"),
        ("I have reset the router to factory settings", "reset:router"),
    ],
)
def test_what_was_tried_is_found(text: str, about: str) -> None:
    assert [fact.about for fact in facts_in(text) if fact.kind == "tried"] == [about]


@pytest.mark.parametrize(
    "text",
    [
        "non ho il codice cliente",
        "Il codice cliente credo sia 4471902",
        "Il codice cliente è 4471902, credo",
        "I think my order number is A-2291",
        "I can't find my account number",
        "dove trovo il numero d'ordine?",
        "Non ho riavviato il modem",
        "I haven't restarted the router",
        "devo riavviare il modem?",
        "Should I reset it?",
        "Il tecnico ha riavviato il modem",
        "ho chiamato il vostro numero 02 1234567",
        "I called your number 020 7946 0000 twice",
        "ordine del 12/05/2026",
        "fattura 145,90 €",
        "sono cliente dal 2019",
        "il vecchio indirizzo era via Dante 3",
        "ho aspettato 45 minuti",
    ],
)
def test_what_is_guessed_denied_past_or_of_others_is_no_fact(text: str) -> None:
    assert facts_in(text) == []


def test_a_place_is_the_values_own_even_between_invisible_characters() -> None:
    text = "Ciao 👋\u200b codice\u200b cliente: 447\u200b1902 grazie"
    fact = facts_in(text)[0]
    assert text[fact.start : fact.end] == "447\u200b1902"
    assert fact.normal == "4471902"


def test_what_was_said_last_counts_and_both_are_kept() -> None:
    told = gather(
        [
            Said(1, AT, "Il mio numero è 347 1234567"),
            Said(2, AT + timedelta(hours=1), "Anzi, chiamatemi al numero 348 7654321"),
            Said(3, AT + timedelta(hours=2), "ripeto: numero 348 765 4321"),
        ]
    )
    phones = [(one.normal, one.message, one.is_current) for one in told if one.kind == "phone"]
    assert phones == [("3487654321", 3, True), ("3471234567", 1, False)]


def test_one_thing_that_was_tried_does_not_replace_another() -> None:
    told = gather(
        [Said(1, AT, "Ho riavviato il modem."), Said(2, AT + timedelta(hours=1), "Ho cambiato il cavo.")]
    )
    assert all(one.is_current for one in told)
    assert {one.about for one in told} == {"restart:router", "cable"}


def test_an_iban_is_known_by_its_end_alone() -> None:
    fact = facts_in("Rimborso su IT60X0542811101000000123456 grazie")[0]
    assert "0542811101" not in fact.shown + fact.words


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_end_soon(text: str) -> None:
    began = time.process_time()
    facts_in(text)
    assert time.process_time() - began < 5  # far above what it takes, far below what runs away
