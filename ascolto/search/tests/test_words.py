"""What a text is found by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.search.query import parse
from ascolto.search.snippets import marked, snippet, wanted_by
from ascolto.search.tree import (
    Every,
    Lexeme,
    Row,
    Some,
    Without,
    as_fts5,
    as_tsquery,
    as_tsvector,
    every,
    some,
)
from ascolto.search.words import LONGEST, TAIL, WHO, Document, codes_of, folded, lexemes_of, stems, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rimborso", "rimborsi"),
        ("spedizione", "spedizioni"),
        ("fattura", "fatture"),
        ("contratto", "contratti"),
        ("refund", "refunds"),
        ("charged", "charges"),
        ("delivery", "deliveries"),
    ],
)
def test_forms_of_one_word_share_a_stem(one: str, other: str) -> None:
    assert {one, *stems(one)} & {other, *stems(other)}


@pytest.mark.parametrize("word", ["a", "il", "per", "ab123", "12345", "", "x" * 50])
def test_short_words_and_codes_have_no_stem(word: str) -> None:
    assert stems(word) == ()


def test_words_lose_accents_case_and_punctuation() -> None:
    assert words_of("Perché «CITTÀ» l'Ora, Straße_ﬁne ①!") == [
        "perche",
        "citta",
        "l",
        "ora",
        "strasse",
        "fine",
        "1",
    ]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("ordine ab-1234/56", {"ab123456"}),
        ("tel. +39 06 1234 5678 ore 9", {"390612345678"}),
        ("il 12/03/2026 alle 10", {"12032026"}),
        ("nessun codice qui", set()),
        ("a-b-c senza cifre", set()),
    ],
)
def test_codes_lose_what_people_put_between(text: str, codes: set[str]) -> None:
    assert codes <= set(codes_of(text))
    assert bool(codes) == bool(set(codes_of(text)))


def test_a_document_is_found_by_words_stems_codes_ends_names_and_tags() -> None:
    found = lexemes_of(Document(("Rimborsi ZX-99887",), ("Giulia Ferri", "+393331112223"), ("in",)))
    assert found.words == ["rimborsi", "zx", "99887", "giulia", "ferri", "393331112223"]
    assert {"rimbors", "zx99887", TAIL + "78899xz", WHO + "giulia", TAIL + "322211133393"} <= found.marks


@given(st.text(max_size=300))
def test_lexemes_have_no_spaces_quotes_or_great_length(text: str) -> None:
    found = lexemes_of(Document((text,), (text,), ("in",)))
    for lexeme in (*found.words, *found.marks):
        assert 0 < len(lexeme) <= LONGEST + 1
        assert not set(lexeme) & set(" '\"\\\n\t")
    assert folded(folded(text)) == folded(text)


def test_a_tree_is_written_for_both_databases() -> None:
    tree = Without(Every((Row(("a", "b")), Some((Lexeme("c"), Lexeme("d", begins=True))))), Lexeme("e"))
    assert as_fts5(tree) == '((words:"a b" AND ("c" OR "d"*)) NOT "e")'
    assert as_tsquery(tree) == "((('a' <-> 'b') & ('c' | 'd':*)) & !'e')"
    assert as_tsvector(["a", "b", "a"], {"c", "a"}) == "'a':1,3 'b':2 'c'"
    assert every([]) is some([]) is None
    assert every([Lexeme("a"), Lexeme("a")]) == Lexeme("a")


# --- snippets ------------------------------------------------------------------------------------------------------


def test_a_snippet_is_cut_around_what_was_found() -> None:
    text = "inizio " * 80 + "il numero verde non risponde " + "fine " * 80
    html = snippet(text, wanted_by(parse("numero verde"))).html
    assert html.startswith("…")
    assert html.endswith("…")
    assert "il <mark>numero</mark> <mark>verde</mark> non" in html
    assert len(html) < 260


@pytest.mark.parametrize(
    ("text", "asked", "html"),
    [
        ("Perché?", "perche", "<mark>Perché</mark>?"),
        ("I rimborsi", "rimborso", "I <mark>rimborsi</mark>"),
        ("router e routing", "rout", "<mark>router</mark> e <mark>routing</mark>"),
        ("ZX99887", "9887", "<mark>ZX99887</mark>"),
        ("AB-1234", "ab1234", "<mark>AB</mark>-<mark>1234</mark>"),
        ("verde, non -verde", "non -verde", "verde, <mark>non</mark> -verde"),
        ("<script>alert(1)</script>", "alert", "&lt;script&gt;<mark>alert</mark>(1)&lt;/script&gt;"),
    ],
)
def test_what_was_found_is_marked_as_it_was_written(text: str, asked: str, html: str) -> None:
    assert marked(text, wanted_by(parse(asked))) == html


@given(st.text(max_size=400), st.text(max_size=30))
def test_a_snippet_is_safe_whatever_stands_in_it(text: str, asked: str) -> None:
    html = snippet(text, wanted_by(parse(asked))).html
    bare = html.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in bare
    assert ">" not in bare
    assert html.count("<mark>") == html.count("</mark>")
