"""Who says the same, and who only sounds like it."""

from __future__ import annotations

import pytest

from ascolto.understanding.engine.lookalikes import Leaders, are_alike, essence_of

SAME = [
    ("non funziona internet a Bari", "non funziona internet a Torino"),
    ("non funziona internet a bari", "NON FUNZIONA INTERNET A TORINO"),
    (
        "Buongiorno, da stamattina non funziona internet in via Roma a Bari",
        "da stamattina non funziona internet in via Garibaldi, Bari!!!",
    ),
    (
        "Ciao sono Mario Rossi, il mio ordine 12345 non è ancora arrivato",
        "Salve sono Giulia Verdi, il mio ordine AB-99812 non e ancora arivato",
    ),
    ("Internet non funziona da questa mattina", "da questa mattina internet non funziona!!!"),
    ("My order has not arrived yet, what happened?", "my order hasn't arrived yet what happend??"),
    (
        "The app crashes when I open it since the update",
        "since the update the app crashes as soon as I open it",
    ),
    (
        "Attenzione, inoltra questo messaggio a tutti i contatti o il tuo profilo verrà chiuso domani",
        "Attenzione!! inoltra questo messaggio a tutti i tuoi contatti o il profilo verra chiuso domani 😱",
    ),
]
NOT_THE_SAME = [
    ("L'app dà errore quando provo a pagare", "l’app mi da errore quando provo a entrare"),
    ("voglio attivare la fibra a casa", "voglio disattivare la fibra a casa"),
    ("internet funziona di nuovo, tutto a posto", "internet non funziona di nuovo, tutto fermo"),
    ("non funziona internet a Bari", "non funziona il telefono a Bari"),
    ("vorrei cambiare il mio piano tariffario", "vorrei cambiare il mio indirizzo di fatturazione"),
    ("la bolletta di marzo è troppo alta", "la bolletta di marzo non è arrivata"),
    ("come faccio a recuperare la password?", "come faccio a cambiare la password?"),
    ("il rimborso non è ancora arrivato", "il pacco non è ancora arrivato"),
    ("the refund has not arrived yet", "the parcel has not arrived yet"),
    ("voglio disdire il contratto del telefono", "voglio disdire il contratto della luce"),
    ("Ho ricevuto il pacco, grazie mille davvero", "Non ho ricevuto il pacco, grazie mille davvero"),
    ("non riesco a pagare con la carta", "non riesco a entrare con la carta"),
]
HOSTILE = [
    "", "\x00", "\ud800 \udfff", "​‮" * 2000, "😱" * 10_000, "parola " * 150_000, "a" * 1_000_000, "1 2 3 4",
    "Z̷̨̛̘a̶l̷g̸o̵" * 500, "مرحبا الإنترنت لا يعمل منذ الصباح", "'" * 5_000, "n't " * 1000,
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_in_other_words_is_found(one: str, other: str) -> None:
    leaders = Leaders()
    first, second = essence_of(one), essence_of(other)
    assert first is not None
    assert second is not None
    leaders.add(1, first, 0)
    assert leaders.find(second) == 1


@pytest.mark.parametrize(("one", "other"), NOT_THE_SAME)
def test_what_only_sounds_alike_stays_apart(one: str, other: str) -> None:
    first, second = essence_of(one), essence_of(other)
    assert first is not None
    assert second is not None
    assert not are_alike(first, second)
    assert not are_alike(second, first)


@pytest.mark.parametrize(
    "text",
    [
        "grazie",
        "ok",
        "Grazie mille a tutti voi!",
        "buongiorno a tutti, grazie",
        "👍👍👍",
        "va bene",
        "Sì",
        "ok 12",
    ],
)
def test_thanks_and_greetings_say_too_little(text: str) -> None:
    assert essence_of(text) is None


def test_a_short_code_that_many_send_is_something_to_be_alike_in() -> None:
    first, second = essence_of("errore login 4021"), essence_of("ERRORE LOGIN 4021!")
    assert first is not None
    assert second is not None
    assert are_alike(first, second)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_too_strange(text: str) -> None:
    essence = essence_of(text)
    if essence is not None:
        leaders = Leaders()
        leaders.add(1, essence, 0)
        assert leaders.find(essence) == 1


def test_groups_that_were_not_heard_for_a_day_are_forgotten() -> None:
    leaders = Leaders()
    one, other = (
        essence_of("la bolletta di marzo è troppo alta"),
        essence_of("non arriva il codice di conferma sms"),
    )
    assert one is not None
    assert other is not None
    leaders.add(1, one, moment=0)
    leaders.add(2, other, moment=0)
    leaders.touch(1, moment=100)
    assert leaders.forget_before(50) == [2]
    assert leaders.find(one) == 1
    assert leaders.find(other) is None


def test_memory_is_bounded_and_the_quiet_go_first() -> None:
    leaders = Leaders(limit=3)
    texts = [
        "la bolletta è troppo alta",
        "il modem resta spento",
        "vorrei cambiare indirizzo",
        "dove trovo il contratto",
    ]
    essences = [essence for text in texts if (essence := essence_of(text + " da ieri"))]
    for place, essence in enumerate(essences):
        leaders.add(place, essence, moment=place)
    assert len(leaders) == 3
    assert leaders.find(essences[0]) is None
    assert leaders.find(essences[3]) == 3
