"""Choices as buttons and as numbered lines: nothing is lost, nothing is longer than the network takes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.channels.capabilities import Capabilities, Choices, Counting, Limits, measured_length
from ascolto.channels.choosing import (
    MAX_CHOICES,
    MAX_TITLE,
    BadChoice,
    as_kept,
    kept_choices,
    laid_out,
    last_sentence,
    one_line,
    read_choices,
    titles_of,
    written,
)
from ascolto.channels.outbound import Choice, Outgoing

FAULT, BILL = (
    Choice(id="fault", title="Guasto"),
    Choice(id="bill", title="Fattura", about="Importi e scadenze"),
)
BUTTONS = Capabilities(choices=Choices(max_count=3, max_title=20, max_id=64))
HOSTILE = (
    "a" * 1_000_000,
    "🧑‍👩‍👧‍👦" * 10_000,
    "z" + "\u0301" * 50_000,
    "\u202eottocs\u202c",
    "uno\x00due",
    "alto\ud800basso",
    "due\nrighe\te\u2028tre",
    "\u200b\u200b\u2060",
    "",
    " ",
)


def asked(*choices: Choice, text: str = "Come possiamo aiutarti?", **more) -> Outgoing:
    return Outgoing(tracker="d-1", recipient=(), text=text, choices=choices, **more)


def test_where_a_network_draws_no_buttons_giulia_reads_numbered_lines_in_order() -> None:
    sent = laid_out(asked(FAULT, BILL), Capabilities())
    assert sent.text == "Come possiamo aiutarti?\n\n1. Guasto\n2. Fattura – Importi e scadenze"
    assert sent.choices == ()


def test_where_it_does_the_text_stays_clean() -> None:
    sent = laid_out(asked(FAULT, BILL), BUTTONS)
    assert (sent.text, sent.choices) == ("Come possiamo aiutarti?", (FAULT, BILL))


@pytest.mark.parametrize(
    "outgoing",
    [
        asked(*(Choice(id=str(n), title=f"Scelta {n}") for n in range(4))),
        asked(FAULT, Choice(id="è" * 33, title="Un id di 66 byte")),
        asked(FAULT, BILL, visibility="public"),
        asked(FAULT, BILL, from_public=True),
        asked(FAULT, BILL, text=""),
    ],
)
def test_what_does_not_fit_buttons_is_written(outgoing) -> None:
    sent = laid_out(outgoing, BUTTONS)
    assert sent.choices == ()
    for place, choice in enumerate(outgoing.choices, 1):
        assert f"{place}. {choice.title}" in sent.text


def test_a_page_has_the_lines_too_and_shows_their_signs_as_they_are() -> None:
    page = "<html><body><p>Scegli</p></body></html>"
    sent = laid_out(asked(Choice(id="a", title="A < B & C"), html=page), Capabilities())
    assert sent.html == "<html><body><p>Scegli</p><p>1. A &lt; B &amp; C</p></body></html>"


def test_a_template_says_what_the_network_approved_and_nothing_more() -> None:
    sent = laid_out(asked(FAULT, template={"name": "appointment"}), Capabilities())
    assert (sent.text, sent.choices) == ("Come possiamo aiutarti?", ())


def test_titles_become_shorter_until_everything_fits() -> None:
    long = [Choice(id=str(n), title="Non riesco a navigare da ieri " * 4, about="Altro") for n in range(3)]
    limits = Limits(max_length=160)
    text = written("Che cosa succede?", long, limits)
    assert len(text) <= 160
    assert [line[:3] for line in text.splitlines()[2:]] == ["1. ", "2. ", "3. "]
    assert "…" in text
    assert "Altro" not in text


def test_a_title_is_cut_at_a_word() -> None:
    assert one_line("Trasloco della linea", 12) == "Trasloco…"
    assert one_line("Guasto", 6) == "Guasto"
    assert one_line("Supercalifragilistico", 10) == "Supercali…"


def test_titles_that_are_twins_once_they_are_short_are_numbered() -> None:
    twins = [Choice(id=str(n), title=f"Voglio cambiare il contratto {n}") for n in range(2)]
    assert titles_of(twins, 20) == ["1. Voglio cambiare…", "2. Voglio cambiare…"]


def test_a_long_text_keeps_its_last_sentence_for_the_buttons() -> None:
    text = "Abbiamo trovato un guasto. " * 60 + "Vuoi un promemoria?"
    head, tail = last_sentence(text, 1024)
    assert tail == "Vuoi un promemoria?"
    assert f"{head} {tail}" == text
    assert last_sentence("Corto.", 1024) == ("", "Corto.")


def test_a_sentence_without_an_end_is_cut_at_a_word() -> None:
    text = "parola " * 500 + "fine"
    head, tail = last_sentence(text, 1024)
    assert len(tail) <= 1024
    assert tail.startswith("parola")
    assert f"{head} {tail}" == text


@pytest.mark.parametrize(
    "given",
    [
        [{"id": "", "title": "Vuoto"}],
        [{"id": "a\x00", "title": "NUL"}],
        [{"id": "a" * 201, "title": "Lungo"}],
        [{"id": "a", "title": "\u200b\u2060"}],
        [{"id": "a", "title": 7}],
        [{"id": "\ud800", "title": "Metà"}],
        [FAULT, FAULT],
        [{"id": str(n), "title": "x"} for n in range(MAX_CHOICES + 1)],
    ],
)
def test_what_nobody_could_choose_is_refused(given) -> None:
    with pytest.raises(BadChoice):
        read_choices(given)


def test_kept_choices_come_back_and_rubbish_is_left_out() -> None:
    kept = as_kept((FAULT, BILL))
    assert kept_choices([*kept, 7, None, {"id": 3}, {"id": "fault", "title": "Ancora"}]) == (FAULT, BILL)
    rubbish: object
    for rubbish in (None, {}, "x", 7, [[[]]]):
        assert kept_choices(rubbish) == ()


@pytest.mark.parametrize("counting", list(Counting))
@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_titles_are_short_and_in_no_time(title, counting) -> None:
    begun = time.process_time()
    lines = laid_out(asked(Choice(id="a", title=title), FAULT), Capabilities()).text.splitlines()
    titles = titles_of([Choice(id="a", title=title), FAULT], 20, counting)
    assert time.process_time() - begun < 2
    assert len(lines) == 4
    assert all(0 < measured_length(each, counting) <= 20 for each in titles)
    for each in titles:
        each.encode()
        assert not set(each) & set("\x00\n\u202e\u2028")


texts = st.text(max_size=400)
ids = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=20)
offers = st.lists(st.builds(Choice, id=ids, title=texts, about=texts), max_size=25)


@given(texts, offers, st.integers(20, 3000), st.sampled_from(list(Counting)))
@settings(max_examples=300, deadline=None)
def test_every_choice_is_a_button_or_a_line(text, choices, longest, counting) -> None:
    for sheet in (Capabilities(max_length=longest, counting=counting), BUTTONS):
        outgoing = asked(*choices, text=text)
        sent = laid_out(outgoing, sheet)
        if sent.choices:
            assert sent.choices == outgoing.choices
            assert sent.text == text
        else:
            lines = sent.text.split("\n")[-len(choices) :] if choices else []
            assert [line.partition(". ")[0] for line in lines] == [str(n + 1) for n in range(len(choices))]
            assert sent.text.startswith(text.rstrip())


@given(offers, st.integers(8, 60), st.sampled_from(list(Counting)))
@settings(max_examples=300, deadline=None)
def test_titles_fit_and_none_is_empty(choices, limit, counting) -> None:
    for title in titles_of(choices, limit, counting):
        assert title.strip()
        assert measured_length(title, counting) <= limit


@given(st.text(max_size=3000), st.integers(8, 1024), st.sampled_from([Counting.UTF16, Counting.CHARACTERS]))
@settings(max_examples=300, deadline=None)
def test_nothing_is_lost_between_the_text_and_its_last_sentence(text, limit, counting) -> None:
    head, tail = last_sentence(text, limit, counting)
    assert measured_length(tail, counting) <= limit
    assert "".join((head + tail).split()) == "".join(text.split())


@given(st.lists(st.builds(Choice, id=ids, title=texts, about=texts), max_size=10, unique_by=lambda c: c.id))
@settings(max_examples=200, deadline=None)
def test_what_is_kept_is_what_was_offered(choices) -> None:
    try:
        read = read_choices(choices)
    except BadChoice:
        return
    assert kept_choices(as_kept(read)) == read
    assert all(len(choice.title) <= MAX_TITLE for choice in read)
