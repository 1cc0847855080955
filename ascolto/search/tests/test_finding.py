"""What is found: words in all their forms, codes and numbers however they are written, names, files, phrases, filters."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.channels.protocol import Media
from ascolto.conversations.actions import add_note, add_reply, assign, set_labels
from ascolto.conversations.models import Conversation
from ascolto.conversations.selectors import BadCursor
from ascolto.events.consumers import feed_all
from ascolto.kit.clock import now
from ascolto.search import finding, index
from ascolto.search.selectors import count, find, suggestion
from ascolto.testing.factories import Cast, make_cast, make_conversation, make_customer, make_inbox, receive

# a reader of the log takes only what is committed
pytestmark = pytest.mark.django_db(transaction=True)


def found(cast: Cast, text: str) -> list[int]:
    return [hit.row["id"] for hit in find(cast.marco, text).hits]


def said_by_paolo(cast: Cast, text: str) -> Conversation:
    return make_conversation(cast.inbox, text, customer=make_customer("Paolo Ricci"))


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Perché il router lampeggia rosso?", "perche"),
        ("Perché il router lampeggia rosso?", "ROSSO lampeggia"),
        ("Aspetto ancora il rimborso", "rimborsi"),
        ("Le spedizioni sono in ritardo", "spedizione"),
        ("When do I get my refunds?", "refund"),
        ("Die Straße nach Köln", "strasse koln"),
        ("Il telefono non funziona", "tele"),
        ("Il telefono non funziona", "fun* telefono"),
        ("Ordine AB-1234/56 mai arrivato", "AB-1234/56"),
        ("Ordine AB-1234/56 mai arrivato", "ab123456"),
        ("Ordine AB-1234/56 mai arrivato", "AB 1234 56"),
        ("Ordine AB123456 mai arrivato", "AB-1234/56"),
        ("Ordine AB123456 mai arrivato", "3456"),
        ("Ordine AB123456 mai arrivato", "ab1234"),
        ("Chiamatemi allo 06 1234 5678", "0612345678"),
        ("Chiamatemi allo 0612345678", "06 1234 5678"),
        ("Chiamatemi allo 06 12345678", "+39 06 1234 5678"),
        ("Chiamatemi allo +39 06 12345678", "0612345678"),
        ("Scrivete a giulia.rossi@mail.example", "giulia.rossi@mail.example"),
        ("Il numero verde non risponde", '"numero verde"'),
        ("😀 emoji ovunque 😀", "😀 emoji"),
        ("Ελληνικά και русский язык", "ελληνικα русский"),
    ],
)
def test_what_giulia_wrote_is_found_however_marco_asks(said: str, asked: str) -> None:
    cast = make_cast()
    wanted = cast.writes(said)
    said_by_paolo(cast, "Something else altogether, number 77 00 11")
    feed_all()
    assert found(cast, asked) == [wanted.pk]


@pytest.mark.parametrize(
    "asked", ['"verde numero"', "numero -verde", "verdi blu", "AB-9999", "+39 06 9999 5678"]
)
def test_what_is_not_there_is_not_found(asked: str) -> None:
    cast = make_cast()
    cast.writes("Il numero verde è 06 1234 5678, ordine AB-1234")
    feed_all()
    assert found(cast, asked) == []


@pytest.mark.parametrize(
    "asked", ["+393471234567", "393471234567", "0039 347 123-4567", "+39 (347) 1234567", "347 123 4567"]
)
def test_a_telephone_number_finds_its_customer_however_it_is_written(asked: str) -> None:
    cast = make_cast()
    wanted = make_conversation(cast.inbox, customer=make_customer("Giulia", ("phone", "+393471234567")))
    make_conversation(cast.inbox, customer=make_customer("Paolo", ("phone", "+393471234568")))
    feed_all()
    assert found(cast, asked) == [wanted.pk]
    assert found(cast, f'from:"{asked}"') == [wanted.pk]


@pytest.mark.parametrize(
    "asked",
    [
        "Ferri",
        "giulia@example.org",
        "from:giulia",
        "da:fer",
        'from:"Giulia Ferri"',
        "from:giulia@example.org",
    ],
)
def test_names_and_handles_find_the_customer(asked: str) -> None:
    cast = make_cast()
    giulia = make_customer("Giulia Ferri", ("email", "giulia@example.org"))
    wanted = make_conversation(cast.inbox, "Il router", customer=giulia)
    said_by_paolo(cast, "Il router")
    feed_all()
    assert found(cast, asked) == [wanted.pk]


def test_from_looks_at_the_customer_and_not_at_what_is_written() -> None:
    cast = make_cast()
    wanted = cast.writes("Buongiorno")
    said_by_paolo(cast, "Giulia mi ha detto di scrivere")
    feed_all()
    assert found(cast, "from:giulia") == [wanted.pk]
    assert len(found(cast, "giulia")) == 2


def test_the_reference_number_finds_it_at_once_and_a_mistyped_one_does_not() -> None:
    cast = make_cast()
    conversation = cast.writes()
    number = conversation.number
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert found(cast, number) == found(cast, f"#{number}") == [conversation.pk]
    assert found(cast, wrong) == []


def test_subjects_notes_answers_and_file_names_are_found() -> None:
    cast = make_cast()
    photo = Media(name="fattura_marzo.pdf", content_type="application/pdf", size=4, remote={"id": "1"})
    message = receive(cast.inbox, "Ecco", customer=cast.giulia, subject="Doppio addebito", files=[photo])
    add_reply(agent=cast.marco, conversation=message.conversation, text="Verifichiamo subito")
    add_note(agent=cast.marco, conversation=message.conversation, text="cliente importante")
    feed_all()
    for asked in (
        "addebito",
        "fattura",
        "marzo has:file",
        "verifichiamo",
        "importante",
        "is:note importante",
    ):
        assert found(cast, asked) == [message.conversation_id], asked
    assert found(cast, "verifichiamo is:note") == []
    assert "<mark>fattura</mark>_marzo.pdf" in find(cast.marco, "fattura").hits[0].file


def test_filters_narrow_alone_and_together_with_words() -> None:
    cast = make_cast()
    mail = make_inbox("email", teams=[cast.care])
    held = cast.writes("Il router è rotto")
    other = make_conversation(
        mail, "Il router è spento", customer=make_customer("Paolo Ricci"), visibility="public"
    )
    assign(agent=cast.anna, conversation=held, assignee=cast.marco, team=cast.care)
    set_labels(agent=cast.anna, conversation=held, names=["guasto"])
    Conversation.objects.filter(pk=other.pk).update(status="resolved")
    feed_all()
    for asked in (
        "assignee:me",
        "to:marco",
        "label:guasto",
        "team:care",
        "stato:aperto",
        "canale:webhook",
        "-is:public",
        "-channel:email",
    ):
        assert found(cast, asked) == found(cast, f"router {asked}") == [held.pk], asked
    for asked in (
        "assegnato:nessuno",
        "-label:guasto",
        "status:resolved",
        "channel:email",
        "is:public",
        "-to:me",
    ):
        assert found(cast, asked) == found(cast, f"{asked} router") == [other.pk], asked
    assert sorted(found(cast, "canale:email canale:webhook")) == sorted([held.pk, other.pk])
    assert found(cast, "rotto status:resolved") == []


def test_days_narrow_however_far_back_they_are() -> None:
    cast = make_cast()
    old = make_conversation(
        cast.inbox, "router", customer=make_customer("Paolo Ricci"), at=now() - timedelta(days=800)
    )
    new = cast.writes("router")
    feed_all()
    year = (now() - timedelta(days=800)).year
    assert found(cast, "router before:300d") == found(cast, f"router prima:{year + 1}-02") == [old.pk]
    assert found(cast, "router dopo:3d") == found(cast, "on:today") == [new.pk]
    assert found(cast, "router after:2d before:3d") == found(cast, "on:2001") == []


def test_a_filter_that_names_nothing_finds_nothing_and_says_so() -> None:
    cast = make_cast()
    cast.writes("router")
    feed_all()
    for asked in ("label:nope", "assignee:nobodyknown", "team:nope", "channel:nope"):
        page = find(cast.marco, f"router {asked}")
        assert page.hits == []
        assert [hint.said for hint in page.hints] == [asked]
    assert find(cast.marco, "router colour:red").hints[0].name == ""


def test_a_hit_shows_the_newest_message_that_was_found_once_for_each_conversation() -> None:
    cast = make_cast()
    conversation = cast.writes("Il router è rotto")
    receive(cast.inbox, "Il router <b>nuovo</b> è rotto", customer=cast.giulia)
    receive(cast.inbox, "Grazie", customer=cast.giulia)
    feed_all()
    (hit,) = find(cast.marco, "router nuovi").hits
    assert hit.row["id"] == conversation.pk
    assert hit.snippet == "Il <mark>router</mark> &lt;b&gt;<mark>nuovo</mark>&lt;/b&gt; è rotto"
    assert count(cast.marco, "router") == 1


def test_pages_follow_each_other_and_stay_as_they_are_while_messages_come() -> None:
    cast = make_cast()
    made = [
        make_conversation(cast.inbox, "router rotto", customer=make_customer(f"Cliente {n}"))
        for n in range(7)
    ]
    receive(cast.inbox, "ancora il router", customer=make_customer("Cliente 0"))
    feed_all()
    expected = [made[0].pk, *(c.pk for c in reversed(made[1:]))]
    seen, cursor = [], ""
    while True:
        page = find(cast.marco, "router", cursor=cursor, limit=2)
        seen += [hit.row["id"] for hit in page.hits]
        if not page.next_cursor:
            break
        cursor = page.next_cursor
        receive(cast.inbox, "il router di nuovo", customer=make_customer("Cliente 3"))
        feed_all()
    assert seen == expected
    assert count(cast.marco, "router") == 7


def test_a_misspelt_word_is_mended() -> None:
    cast = make_cast()
    cast.writes("Il router lampeggia")
    feed_all()
    assert suggestion(cast.marco, "ruoter lampegia -verde") == "router lampeggia -verde"
    assert suggestion(cast.marco, "router lampeggia") == suggestion(cast.marco, "xyzzyx") == ""
    assert (
        suggestion(cast.viktor, "ruoter") == ""
    )  # what he may not see must not be told by its spelling either


def test_a_search_that_ends_early_goes_on_from_there_and_finds_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finding, "LOOKED_AT", 3)
    monkeypatch.setattr(finding, "_PORTIONS", (2, 2, 2))
    cast = make_cast()
    hidden = make_inbox("email", teams=list(cast.viktor.teams.all()))
    first = cast.writes("router")
    for number in range(9):
        make_conversation(hidden, "router", customer=make_customer(f"Cliente {number}"))
    last = said_by_paolo(cast, "router")
    feed_all()
    seen, cursor, cut = [], "", 0
    while True:
        page = find(cast.marco, "router", cursor=cursor, limit=1)
        seen += [hit.row["id"] for hit in page.hits]
        cut += page.is_cut
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == [last.pk, first.pk]
    assert cut


def test_common_words_are_read_block_by_block_and_nothing_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(index, "BLOCKS", (1, 2))
    monkeypatch.setattr("ascolto.search.meaning.RARE", 0)
    cast = make_cast()
    made = [
        make_conversation(cast.inbox, "router", customer=make_customer(f"Cliente {n}")) for n in range(12)
    ]
    feed_all()
    expected = [conversation.pk for conversation in reversed(made)]
    assert found(cast, "router") == expected
    seen, cursor = [], ""
    while True:
        page = find(cast.marco, "router", cursor=cursor, limit=5)
        seen += [hit.row["id"] for hit in page.hits]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == expected


@pytest.mark.parametrize(
    "cursor", ["x", "MS4z", "LTEuMQ", "é" * 50, "a" * 5000, "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5LjE"]
)
def test_a_cursor_of_somebody_else_is_refused(cursor: str) -> None:
    cast = make_cast()
    with pytest.raises(BadCursor):
        find(cast.marco, "router", cursor=cursor)
