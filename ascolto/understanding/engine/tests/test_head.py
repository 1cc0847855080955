import numpy as np
import pytest

from ascolto.understanding.engine.encoder import HashedEncoder
from ascolto.understanding.engine.head import Head, Seen, UnreadableHead
from ascolto.understanding.engine.learning import Example, learn
from ascolto.understanding.engine.reader import see
from ascolto.understanding.engine.text import for_encoder, prepare

GOOD = [
    "ottimo servizio",
    "tutto perfetto, grazie",
    "bravi davvero 😀",
    "sono contenta",
    "consegna veloce, bravi",
    "che bello",
]
BAD = [
    "pessimo servizio",
    "non funziona niente",
    "uno schifo 😡",
    "sono delusa",
    "consegna in ritardo",
    "mai più con voi",
]
ENCODER = HashedEncoder()


def seen(text: str) -> Seen:
    prepared = prepare(text)
    return see(prepared, ENCODER.encode([for_encoder(prepared)])[0])


@pytest.fixture(scope="module")
def head() -> Head:
    examples = [Example(seen(text), "good") for text in GOOD] + [Example(seen(text), "bad") for text in BAD]
    learnt = learn("feeling", examples, encoder=ENCODER.name)
    learnt.scales = (1.0, 1.0, 1.0)  # a dozen examples cannot weigh the parts
    return learnt


TEXTS = [
    "Il modem NON funziona, che schifo! 😡",
    "grazie, tutto ottimo 😀",
    "boh",
    "una parola mai vista",
    "",
    "non è stato un buon servizio, ma bravi",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("label", [0, 1])
def test_the_reasons_add_up_to_the_difference_that_they_claim(head: Head, text: str, label: int) -> None:
    message = seen(text)
    scores = head.scores(message)

    told = sum(why.weight for why in head.because(message, label, least=0.0)) + head.prior(message, label)

    assert told == pytest.approx(float(scores[label] - scores.mean()), abs=1e-4)


def test_reasons_are_told_in_the_words_of_giulia(head: Head) -> None:
    whats = [
        why.what
        for why in head.because(seen("Il modem NON mi FUNZIONA 😡👍🏽"), 0, least=0.0)
        if why.kind == "word"
    ]

    assert "NON … FUNZIONA" in whats
    assert "NON" not in whats  # told once, with the word that it negates
    assert {"modem", "😡"} <= set(whats)


def test_an_answer_tells_the_strongest_reasons_first(head: Head) -> None:
    answer = head.answer(seen("non funziona niente, uno schifo, sono delusa 😡"), explain=3)

    assert answer.label == "bad"
    assert len(answer.because) == 3
    assert [abs(why.weight) for why in answer.because] == sorted(
        (abs(why.weight) for why in answer.because), reverse=True
    )
    assert sum(answer.probabilities.values()) == pytest.approx(1)


def test_a_head_comes_back_from_its_bytes_and_answers_the_same(head: Head) -> None:
    again = Head.from_bytes(head.to_bytes())

    assert (again.name, again.labels, again.encoder) == (head.name, head.labels, head.encoder)
    np.testing.assert_array_equal(again.keys, head.keys)
    for text in TEXTS:
        np.testing.assert_allclose(again.scores(seen(text)), head.scores(seen(text)), atol=5e-3)


@pytest.mark.parametrize("cut", [0, 10, 200, -50])
def test_bytes_that_are_no_head_are_refused(head: Head, cut: int) -> None:
    with pytest.raises(UnreadableHead):
        Head.from_bytes(head.to_bytes()[:cut])


def test_a_head_of_another_format_is_refused(head: Head, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = head.to_bytes()
    monkeypatch.setattr("ascolto.understanding.engine.head.FORMAT", 99)

    with pytest.raises(UnreadableHead, match="another release"):
        Head.from_bytes(packed)


def test_words_of_a_language_never_learnt_say_little(head: Head) -> None:
    strange, known = head.parts(seen("wkqz jjxy vvbw"))[0], head.parts(seen("pessimo servizio"))[0]

    assert np.ptp(strange) < np.ptp(known) / 3
