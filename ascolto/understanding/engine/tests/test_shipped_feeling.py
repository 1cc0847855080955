"""The heads that come with the product, on sentences told here and nowhere learnt: a floor, not a measure."""

import pytest

from ascolto.understanding.engine.encoder import HashedEncoder, open_encoder
from ascolto.understanding.engine.meaning import Context, Meaning
from ascolto.understanding.engine.reader import Reader, shipped_heads

POSITIVE = """
Servizio impeccabile, tecnico puntualissimo e gentile
Grazie mille, avete risolto tutto in dieci minuti! 😊
Non vedo l'ora di provarlo
Niente male davvero, mi avete sorpreso
Complimenti a Sara del negozio di Lecce, gentilissima
finalmente la fibra va che è una meraviglia 🚀
Adoro questa canzone ❤️❤️
Mai avuto un problema in cinque anni, bravi
Ragazzi siete i migliori 👏
ammazza che bello sto spot, m'avete fatto piagne
Your driver was lovely, thank you so much
Honestly the best customer service I've ever had
Can't wait for the new app, it looks great!
Not bad at all, really happy with it
Sorted in five minutes, you're stars ⭐
Sehr freundlicher Service, vielen Dank!
Merci beaucoup, tout est parfait
Muchas gracias, excelente atención
""".strip().splitlines()

NEGATIVE = """
Pessimo servizio, sono tre giorni che non funziona niente
Vergognatevi, siete dei ladri!!! 😡
Complimenti, tre ore al telefono e nessuna risposta
Grazie per avermi fatto perdere una giornata di lavoro
Il modem non va e nessuno risponde
Mi avete addebitato due volte la stessa bolletta
Che delusione, mi aspettavo molto di più 😞
Non sono per niente soddisfatto del vostro servizio
Bello il negozio ma il personale è maleducato e incompetente
ancora senza linea, e' uno schifo
Ma che razza di assistenza è? Mai più con voi
nun funziona 'na mazza, ma che state a fa'?
La peggior azienda con cui abbia mai avuto a che fare
Your service is absolutely terrible, I want my money back
Still no internet after three days, this is a joke
Not happy at all with the way I was treated
Oh great, another delay. Well done.
Worst experience ever, rude staff and nobody cares
Der Service ist eine Katastrophe, nie wieder
Service client lamentable, toujours pas de remboursement
Una vergüenza, llevo dos semanas esperando
""".strip().splitlines()

NEUTRAL = """
Buongiorno, a che ora aprite domani?
Vorrei sapere come cambiare l'indirizzo di fatturazione
Il mio codice cliente è 4471902
Come faccio ad attivare la SIM?
Quali documenti servono per il subentro?
Vi allego la copia della ricevuta
Il negozio di via Roma è aperto la domenica?
Inaugurato oggi il nuovo ponte sul Tagliamento https://example.com/ponte
Hi, what time do you close today?
How do I change my delivery address?
My order number is 88213
Is it possible to pay by bank transfer?
Wann öffnet die Filiale in der Hauptstraße?
Quels documents faut-il pour ouvrir un compte ?
""".strip().splitlines()

ANGRY = """
SIETE DEI LADRI, VERGOGNA!!!
Mi avete rotto, è la quinta volta che chiamo, basta!!! 😡
Pretendo un rimborso immediato o vi denuncio
Ma vi rendete conto?! State prendendo in giro i clienti
Absolutely furious, you people are useless
This is the third time I've had to call, are you kidding me?!
""".strip().splitlines()

CALM = """
Grazie, molto gentili
Buonasera, vorrei informazioni sulla tariffa casa
Il pacco è arrivato ieri, tutto bene
Hi, could you tell me where my parcel is?
Thanks for the quick reply!
Ok perfetto, a domani
""".strip().splitlines()


@pytest.fixture(scope="module")
def reader() -> Reader:
    encoder = open_encoder()
    if encoder.name == HashedEncoder.name:
        pytest.skip("the sentence encoder is not here")
    return Reader(encoder, shipped_heads())


@pytest.mark.parametrize(
    ("label", "texts", "wrong"),
    [("positive", POSITIVE, 2), ("negative", NEGATIVE, 3), ("neutral", NEUTRAL, 2)],
)  # fmt: skip
def test_the_feeling_of_told_sentences_is_read(
    reader: Reader, label: str, texts: list[str], wrong: int
) -> None:
    missed = [text for text in texts if reader.read(text).sentiment.label != label]

    assert len(missed) <= wrong, missed


def test_anger_is_told_from_calm(reader: Reader) -> None:
    def anger(text: str) -> float:
        return reader.read(text).anger.probabilities["anger"]

    assert min(anger(text) for text in ANGRY) > max(anger(text) for text in CALM)


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ("ottimo!!! fantastici", "va bene"),
        ("che meraviglia, vi adoro ❤️❤️", "bene dai"),
        ("Absolutely brilliant, best ever!!!", "good"),
    ],
)
def test_a_strong_word_is_stronger_than_a_mild_one(reader: Reader, stronger: str, weaker: str) -> None:
    assert reader.read(stronger).strength > reader.read(weaker).strength > 0


def test_fury_is_stronger_than_a_grumble(reader: Reader) -> None:
    assert (
        reader.read("SCHIFO TOTALE, LADRI, VERGOGNATEVI!!!").strength
        < reader.read("il sito è un po' lento").strength
        < 0
    )


def level(meaning: Meaning) -> int:
    return ("low", "normal", "high", "urgent").index(meaning.urgency.label)


def test_what_cannot_wait_comes_first(reader: Reader) -> None:
    gas = reader.read(
        "Aiuto, c'è odore di gas in cantina e ci sono dei bambini in casa, mandate subito qualcuno!"
    )
    stolen = reader.read("My card was stolen an hour ago and they are using it right now, please block it!")
    question = reader.read("Buongiorno, a che ora aprite sabato?")
    thanks = reader.read("grazie mille, gentilissimi")

    assert level(gas) == level(stolen) == 3
    assert level(question) == 1
    assert level(thanks) == 0
    assert any("gas" in why.what for why in gas.urgency.because)


def test_giulia_who_waits_and_writes_again_is_more_urgent(reader: Reader) -> None:
    text = "Nessuno mi risponde, ho la linea guasta da tre giorni"
    once = reader.read(text).urgency.probabilities
    again = reader.read(text, Context(unanswered=2, is_public=True)).urgency.probabilities

    assert again["high"] + again["urgent"] > once["high"] + once["urgent"]


def test_a_negation_is_told_with_its_word(reader: Reader) -> None:
    because = reader.read("Non sono soddisfatta, il modem non funziona").sentiment.because

    assert any(why.what in ("non funziona", "Non … soddisfatta") for why in because), because


def test_every_shipped_head_says_where_it_comes_from() -> None:
    for name, head in shipped_heads().items():
        assert head.name == name
        assert head.version.startswith("shipped-")
        assert head.card


def test_the_shipped_heads_are_small() -> None:
    heads = shipped_heads()
    held = sum(
        part.nbytes
        for head in heads.values()
        for part in (head.keys, head.idf, head.words, head.meaning, head.signs)
    )

    assert held < 25_000_000
    assert sum(len(head.to_bytes()) for head in heads.values()) < 6_000_000
