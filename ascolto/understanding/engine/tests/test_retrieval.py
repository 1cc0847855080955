"""The index of answers: what is found, in what order, why, and what is forgotten."""

from __future__ import annotations

import numpy as np
import pytest

from ascolto.understanding.engine.borrowed import borrowed, without_persons
from ascolto.understanding.engine.encoder import DIMENSIONS, HashedEncoder
from ascolto.understanding.engine.lexical import Lexical
from ascolto.understanding.engine.retrieval import Document, Index, Question
from ascolto.understanding.engine.terms import alternatives_of, stem, terms_of, words_of
from ascolto.understanding.engine.vectors import LOOKED_AT, FullStore, VectorStore
from ascolto.understanding.engine.windows import MOST_WINDOWS, WINDOW, encode_windows, windows_of

ENCODER = HashedEncoder()
HOSTILE = [
    "",
    "\x00",
    "\ud800",
    "​‮" * 3000,
    "😱" * 10_000,
    "a" * 1_000_000,
    "modem " * 200_000,
    "Z̷̨̛̘a̶l̷g̸o̵" * 400,
    "!" * 100_000,
]


def document(target: int, text: str, **fields: object) -> Document:
    values = {"kind": "conversation", "vectors": ENCODER.encode([text[:300]]), "language": "it", **fields}
    return Document(target=target, text=text, **values)  # type: ignore[arg-type]


def question(text: str, *languages: str) -> Question:
    return Question(text, ENCODER.encode([text[:300]])[0], languages or ("it",))


def random_vectors(count: int, chance: int = 1) -> np.ndarray:
    rows = np.random.RandomState(chance).randn(count, DIMENSIONS).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_nearest_question_comes_first_and_says_why() -> None:
    index = Index(limit=100)
    index.add(document(1, "Il modem ha la luce rossa, cosa devo fare?"))
    index.add(document(2, "Quando arriva il rimborso della bolletta?"))
    best = index.search(question("la luce del modem è rossa"))[0]
    assert best.target == 1
    assert set(best.common) == {"luce", "modem", "rossa"}
    assert 0 < best.score < 1


def test_what_is_taken_out_or_exchanged_is_not_found() -> None:
    index = Index(limit=100)
    index.add(document(1, "Il modem ha la luce rossa"))
    index.add(document(1, "Quando arriva il rimborso?"))
    assert len(index) == 1
    assert [found.target for found in index.search(question("rimborso arriva quando"))] == [1]
    assert index.search(question("il modem ha la luce rossa"), shown=0.2) == []
    index.remove(("conversation", 1))
    index.remove(("conversation", 1))
    assert index.search(question("rimborso arriva quando"), shown=0.0) == []


def test_beyond_the_limit_the_oldest_go_and_older_ones_stay_outside() -> None:
    index = Index(limit=3)
    for target in range(5):
        index.add(document(target, f"domanda sul modem numero {target}", moment=target))
    assert {target for _, target in list(index.keys())} == {2, 3, 4}
    index.add(document(9, "una domanda vecchia", moment=0))
    assert ("conversation", 9) not in index


def test_slots_that_are_used_again_hold_nothing_of_who_was_there() -> None:
    index = Index(limit=50)
    for turn in range(40):
        for target in range(50):
            index.add(document(target, f"parola{turn} domanda{target}", moment=turn))
    assert len(index) == 50
    assert index.search(question("parola3"), shown=0.6) == []
    found = index.search(question("parola39 domanda7"), at_most=1, shown=0.0)
    assert found[0].target == 7


def test_roman_numbers_are_words_like_others() -> None:
    index = Index(limit=10)
    index.add(document(1, "Papa Giovanni XXIII nacque a Sotto il Monte", is_article=True))
    index.add(document(2, "Papa Giovanni XXII nacque a Cahors", is_article=True))
    assert index.search(question("dove nacque Giovanni XXIII"), shown=0.0)[0].target == 1


def test_each_scope_gets_its_own_best() -> None:
    index = Index(limit=100)
    for target in range(20):
        index.add(document(target, "Il modem ha la luce rossa", scope=1 if target else 2))
    found = index.search(question("Il modem ha la luce rossa"), at_most=5, each_scope=2)
    assert sum(one.scope == 1 for one in found) >= 4
    assert [one.target for one in found if one.scope == 2] == [0]


def test_verdicts_move_a_document_but_not_out_of_the_world() -> None:
    index = Index(limit=10)
    index.add(document(1, "Il modem ha la luce rossa"))
    before = index.search(question("Il modem ha la luce rossa"))[0].score
    index.shift(("conversation", 1), -100)
    after = index.search(question("Il modem ha la luce rossa"), shown=0.0)[0].score
    assert 0.1 < after < before


def test_what_is_barred_is_left_out() -> None:
    index = Index(limit=10)
    index.add(document(1, "Il modem ha la luce rossa"))
    assert index.search(question("Il modem ha la luce rossa"), without={("conversation", 1)}) == []


def test_signs_find_what_comparing_everything_finds() -> None:
    store, rows = VectorStore(5_000), random_vectors(5_000)
    for owner, row in enumerate(rows):
        store.add(owner, row[None, :])
    agree = 0
    for row in rows[:50]:
        near = row + random_vectors(1, 9)[0] * 0.8
        near /= np.linalg.norm(near)
        exact = set(np.argsort(-(rows @ near))[:1].tolist())
        agree += exact == {store.nearest(near, 1)[0][0]}
    assert agree >= 49
    assert len(rows) > LOOKED_AT


def test_a_full_store_says_so_and_takes_again_what_was_given_back() -> None:
    store = VectorStore(4)
    rows = random_vectors(4)
    store.add(0, rows[:3])
    with pytest.raises(FullStore):
        store.add(1, rows[:2])
    store.remove(0)
    store.add(1, rows)
    assert store.nearest(rows[2], 3)[0][0] == 1
    assert store.cosines([0, 1], rows[3]) == pytest.approx([0, 1], abs=0.01)


def test_rare_words_tell_more_than_frequent_ones() -> None:
    lexical = Lexical(20)
    for slot in range(10):
        lexical.add(slot, terms_of("modem bolletta" if slot else "modem rimborso", "it"))
    found = lexical.score(alternatives_of(words_of("modem rimborso"), ("it",)))
    assert int(np.argmax(found.scores)) == 0
    assert found.scores[0] <= found.best * 2.5
    lexical.purge()
    assert int(np.argmax(lexical.score(alternatives_of(["rimborsi"], ("it",))).scores)) == 0


def test_words_lose_accents_and_endings_in_their_language() -> None:
    assert stem("perché", "it") == stem("perche", "it")
    assert stem("bollette", "it") == stem("bolletta", "it")
    assert stem("refunds", "en") == stem("refund", "en")
    assert stem("strange", "xx") == "strange"
    assert words_of("Che cosa è il PUK dell'ordine 42?") == ["puk", "ordine", "42"]


def test_long_texts_are_cut_at_sentences() -> None:
    text = " ".join(f"Questa è la frase numero {number} di un articolo lungo." for number in range(80))
    windows = windows_of(text)
    assert 1 < len(windows) <= MOST_WINDOWS
    assert all(len(window) <= WINDOW and window.endswith(".") for window in windows)
    vectors = encode_windows([text, "breve"], ENCODER)
    assert [len(one) for one in vectors] == [len(windows), 1]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_too_strange(text: str) -> None:
    index = Index(limit=20)
    index.add(document(1, text, vectors=np.concatenate(encode_windows([text], ENCODER))))
    index.search(question(text), shown=0.0)
    assert isinstance(borrowed(text, [text[:50]]), str)


@pytest.mark.parametrize(
    ("answer", "names", "left"),
    [
        (
            "Buongiorno Giulia,\nla linea torna alle 18.\n\nCordiali saluti\nMarco",
            ["Giulia Ferri"],
            "la linea torna alle 18.",
        ),
        (
            "Dear Ms Smith, we have sent it again.\nKind regards\nJohn",
            ["Anna Smith"],
            "we have sent it again.",
        ),
        ("Gentile cliente, gentile Giulia: tutto fatto", ["Giulia"], "tutto fatto"),
        ("Cordiali saluti", [], "Cordiali saluti"),
        ("Abbiamo chiamato Giulia al 333 1234567.", ["Giulia Ferri"], "Abbiamo chiamato … al …."),
        (
            "L'ordine AB-99812 e la pratica 4455667 sono a posto.",
            [],
            "L'ordine … e la pratica … sono a posto.",
        ),
        (
            "Costa 1200 euro, entro il 10/05/2026, con il Wi-Fi 6.",
            [],
            "Costa 1200 euro, entro il 10/05/2026, con il Wi-Fi 6.",
        ),
        ("Salve! Il rimborso è partito.\n--\nUfficio clienti", [], "Il rimborso è partito."),
        ("Saluti da Bari non bastano: serve il modulo.", [], "Saluti da Bari non bastano: serve il modulo."),
    ],
)
def test_an_answer_is_borrowed_without_persons(answer: str, names: list[str], left: str) -> None:
    assert borrowed(answer, names) == left


def test_names_of_two_letters_do_not_hide_half_a_language() -> None:
    assert without_persons("La linea di Li va di nuovo", ["Li Wu"]) == "La linea di Li va di nuovo"
