from ascolto.understanding.engine.text import LOOKED_AT, READ_BY_ENCODER, for_encoder, prepare


def test_links_addresses_and_handles_become_signs_of_themselves() -> None:
    prepared = prepare(
        "Ciao @Acme guarda https://example.com/a?b=c o scrivi a giulia.rossi@example.com #schifo"
    )

    assert prepared.shown == "Ciao @ guarda ⇗ o scrivi a ✉ #schifo"


def test_drawn_out_letters_are_cut_to_two_and_counted() -> None:
    prepared = prepare("Bastaaaaa nooooo")

    assert (prepared.shown, prepared.elongations) == ("Bastaa noo", 2)


def test_what_hides_in_a_text_is_taken_out() -> None:
    assert prepare("ci\u200bao\u202e mon\0do\ud800").shown == "ciao mon do"
    assert len(prepare("e" + "\u0301" * 500).shown) <= 3


def test_of_a_long_text_its_beginning_and_its_end_are_looked_at() -> None:
    prepared = prepare("inizio " + "x" * 1_000_000 + " fine")

    assert prepared.is_cut
    assert len(prepared.shown) <= LOOKED_AT + 1
    assert prepared.shown.startswith("inizio")
    assert prepared.shown.endswith("fine")


def test_the_encoder_reads_a_bounded_part_that_ends_at_words() -> None:
    read = for_encoder(prepare("prima " + "parola " * 200 + "ultima"))

    assert len(read) <= READ_BY_ENCODER
    assert read.startswith("prima")
    assert read.endswith("ultima")
    assert "parol " not in read


def test_a_row_of_the_same_sign_says_no_more_than_three_of_it() -> None:
    assert for_encoder(prepare("no" + "!" * 50 + "😡" * 900)) == "no!!!😡😡😡"
