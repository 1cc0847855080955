import numpy as np
import pytest

from ascolto.understanding.engine.encoder import HashedEncoder
from ascolto.understanding.engine.head import Seen
from ascolto.understanding.engine.learning import Example, Recipe, TooLittle, learn, pruned
from ascolto.understanding.engine.reader import see
from ascolto.understanding.engine.text import for_encoder, prepare

ENCODER = HashedEncoder()
MATTERS = {
    "billing": "bolletta fattura importo addebito pagamento conguaglio canone rimborso",
    "network": "internet linea segnale router modem connessione fibra antenna",
    "delivery": "pacco corriere consegna spedizione ordine tracking magazzino ritiro",
}
FRAMES = [
    "problema con {}",
    "vorrei sapere di {}",
    "la mia {} non va",
    "ancora {}?",
    "{} sbagliata",
    "ciao, per {} come faccio?",
]


def seen(text: str) -> Seen:
    prepared = prepare(text)
    return see(prepared, ENCODER.encode([for_encoder(prepared)])[0])


def examples(frames: list[str] = FRAMES) -> list[Example]:
    return [
        Example(seen(frame.format(word)), matter)
        for matter, words in MATTERS.items()
        for word in words.split()
        for frame in frames
    ]


def test_a_head_learns_what_the_messages_are_about() -> None:
    head = learn("topic", examples(), encoder=ENCODER.name)

    assert head.answer(seen("il router non prende")).label == "network"
    assert head.answer(seen("dove è il pacco del corriere")).label == "delivery"
    assert head.card["examples"] == len(examples())


def test_the_same_examples_give_the_same_head() -> None:
    one, other = (learn("topic", examples(), encoder=ENCODER.name) for _ in range(2))

    assert one.to_bytes() == other.to_bytes()


def test_five_examples_of_each_are_enough_to_begin() -> None:
    few = [
        Example(seen(f"{word} {matter}"), matter)
        for matter, words in MATTERS.items()
        for word in words.split()[:5]
    ]

    head = learn("topic", few, encoder=ENCODER.name)

    assert head.answer(seen("fattura")).label == "billing"


def test_probabilities_are_honest_on_what_was_held_out() -> None:
    head = learn("topic", examples(FRAMES[:4]), encoder=ENCODER.name)
    answers = [(head.answer(one.seen), one.label) for one in examples(FRAMES[4:])]
    right = np.mean([answer.label == label for answer, label in answers])
    said = np.mean([answer.probability for answer, _ in answers])

    assert right > 0.8
    assert abs(right - said) < 0.25


def test_one_label_alone_teaches_nothing() -> None:
    with pytest.raises(TooLittle):
        learn("topic", [Example(seen("ciao"), "only")], encoder=ENCODER.name)


def test_borrowed_examples_teach_words_but_do_not_judge() -> None:
    own = examples()
    borrowed = [
        Example(seen(f"{word} xyz"), "billing", 0.5, is_typical=False)
        for word in ("saldo", "bonifico", "iban")
    ]

    head = learn("topic", [*own, *borrowed], encoder=ENCODER.name)

    assert head.answer(seen("bonifico xyz")).label == "billing"


def test_progress_is_told_up_to_the_end() -> None:
    told: list[float] = []

    learn("topic", examples(FRAMES[:2]), encoder=ENCODER.name, progress=told.append)

    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_pruned_head_is_small_and_still_knows_its_matters() -> None:
    head = pruned(learn("topic", examples(), encoder=ENCODER.name), 150)

    assert len(head.keys) == len(head.idf) == len(head.words) == 150
    assert (np.diff(head.keys.astype(np.int64)) > 0).all()
    assert head.answer(seen("la fibra e il modem")).label == "network"


def test_a_label_with_a_single_example_does_not_stop_the_others() -> None:
    head = learn(
        "topic",
        [*examples(), Example(seen("buongiorno a tutti"), "greeting")],
        encoder=ENCODER.name,
        recipe=Recipe(folds=3),
    )

    assert "greeting" in head.labels
    assert head.answer(seen("il modem e la fibra")).label == "network"
