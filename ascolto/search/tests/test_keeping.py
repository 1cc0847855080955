"""The index keeps up: what is edited, taken back, renamed or old. And what nobody should be able to do to it."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection

from ascolto.conversations.actions import mark_spam, rename
from ascolto.conversations.models import Conversation, Message
from ascolto.customers.actions import Claim, change_customer, change_handle
from ascolto.events.consumers import feed_all
from ascolto.events.log import emit
from ascolto.search import consumers, index, reindexing
from ascolto.search.models import Reindexing, Stale
from ascolto.search.selectors import count, find
from ascolto.testing.factories import Cast, make_cast, make_conversation, make_customer, receive

pytestmark = pytest.mark.django_db(transaction=True)


def found(cast: Cast, text: str) -> list[int]:
    return [hit.row["id"] for hit in find(cast.marco, text).hits]


def catch_up() -> None:
    feed_all()
    while reindexing.renew_stale() or reindexing.renew_old():
        pass


def in_index() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_index")
        return int(cursor.fetchone()[0])


def test_what_was_edited_is_found_by_its_new_words_only() -> None:
    cast = make_cast()
    message = receive(cast.inbox, "Il modem lampeggia", customer=cast.giulia)
    catch_up()
    Message.objects.filter(pk=message.pk).update(text="Il router lampeggia")
    emit("message.edited", conversation=message.conversation_id, message=message.pk)
    catch_up()
    assert found(cast, "router") == [message.conversation_id]
    assert found(cast, "modem") == []


def test_what_was_taken_back_or_deleted_leaves_the_index() -> None:
    cast = make_cast()
    gone, erased = (receive(cast.inbox, text, customer=cast.giulia) for text in ("segreto", "riservato"))
    catch_up()
    Message.objects.filter(pk=gone.pk).update(text="", removed_at=datetime(2026, 1, 1, tzinfo=UTC))
    Message.objects.filter(pk=erased.pk).delete()
    for message in (gone, erased):
        emit("message.removed", conversation=message.conversation_id, message=message.pk)
    catch_up()
    assert found(cast, "segreto") == found(cast, "riservato") == []
    assert in_index() == 0


def test_a_customer_who_has_another_name_or_number_is_found_by_it() -> None:
    cast = make_cast()
    giulia = make_customer("Giulia Ferri", ("phone", "+393330000001"))
    conversation = make_conversation(cast.inbox, "Buongiorno", customer=giulia)
    catch_up()
    change_customer(agent=cast.marco, customer=giulia, name="Giulia Conti")
    change_handle(old=Claim("phone", "+393330000001"), new=Claim("phone", "+393330000009"))
    catch_up()
    assert found(cast, "from:conti") == found(cast, "from:+393330000009") == [conversation.pk]
    assert found(cast, "from:ferri") == found(cast, "+393330000001") == []


def test_conversations_that_came_to_another_customer_are_found_by_that_one() -> None:
    cast = make_cast()
    conversation = cast.writes("Buongiorno")
    catch_up()
    other = make_customer("Paolo Ricci")
    Conversation.objects.filter(pk=conversation.pk).update(customer=other)
    emit("customer.changed", customer=other.pk, fields=["name"])
    catch_up()
    assert found(cast, "from:paolo") == [conversation.pk]
    assert found(cast, "from:giulia") == []


def test_a_new_subject_finds_every_message_and_spam_is_known() -> None:
    cast = make_cast()
    conversation = cast.writes("Il router")
    receive(cast.inbox, "Il modem", customer=cast.giulia)
    rename(agent=cast.marco, conversation=conversation, subject="Guasto in via Roma")
    mark_spam(agent=cast.marco, conversation=conversation)
    catch_up()
    assert (
        found(cast, "guasto router")
        == found(cast, "guasto modem")
        == found(cast, "is:spam")
        == [conversation.pk]
    )
    assert found(cast, "-is:spam router") == []


def test_a_long_conversation_is_renewed_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reindexing, "PORTION", 2)
    cast = make_cast()
    conversation = cast.writes("uno")
    for text in ("due", "tre", "quattro", "cinque"):
        receive(cast.inbox, text, customer=cast.giulia)
    feed_all()
    change_customer(agent=cast.marco, customer=cast.giulia, name="Giulia Conti")
    feed_all()
    assert reindexing.renew_stale() == 2
    assert Stale.objects.get().after
    catch_up()
    assert all(found(cast, f"conti {text}") == [conversation.pk] for text in ("uno", "tre", "cinque"))
    assert not Stale.objects.exists()


def test_an_installation_that_grew_before_is_indexed_newest_first_while_search_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reindexing, "PORTION", 2)
    cast = make_cast()
    old, middle, new = (
        make_conversation(cast.inbox, "router", customer=make_customer(f"Cliente {n}")) for n in range(3)
    )
    feed_all()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_index")
    reindexing.begin_anew()
    assert found(cast, "router") == []
    reindexing.renew_old()
    assert found(cast, "router") == [new.pk, middle.pk]
    assert 0 < reindexing.progress().share < 1
    reindexing.work_a_while()
    assert found(cast, "router") == [new.pk, middle.pk, old.pk]
    assert reindexing.progress().share == 1


def test_the_command_indexes_everything_and_drops_what_is_gone() -> None:
    cast = make_cast()
    kept, gone = (
        cast.writes("router"),
        make_conversation(cast.inbox, "modem", customer=make_customer("Paolo")),
    )
    feed_all()
    Message.objects.filter(conversation=gone).delete()
    told = io.StringIO()
    call_command("search", "reindex", stdout=told, stderr=io.StringIO())
    assert told.getvalue() == "Every message is indexed.\n"
    assert found(cast, "router") == [kept.pk]
    assert in_index() == 1
    Reindexing.objects.update(below=51, newest=100)
    told = io.StringIO()
    call_command("search", stdout=told)
    assert told.getvalue() == "50% of the messages are indexed.\n"


def test_events_that_come_twice_or_late_change_nothing() -> None:
    cast = make_cast()
    cast.writes("router")
    feed_all()
    consumers.renew({Message.objects.get().pk, 999_999})
    consumers.renew(set())
    assert in_index() == 1
    assert count(cast.marco, "router") == 1


HOSTILE = [
    '"',
    "AND OR NOT NEAR(a b)",
    "a* -b",
    "')--",
    "'; DROP TABLE search_index; --",
    ":*&|!()<->",
    "words:router marks:router",
    "rowid:1 ^router {words}:x",
    "a\x00b",
    "\x00",
    "\ue000a1 \ue000in \ue002",
    "x" * 10_000,
    "parola " * 2_000,
    "-" * 5_000,
    '"' * 5_000,
    "*" * 300 + "a" + "*" * 300,
    "😀" * 3_000,
    "\ud800 \udfff",
    "\u200b\u200d\u202e\u2066router",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "ͺ ² ½ ﷺ",
    "%_\\ \\' $1 {} %s %%",
    "from: from:\"\" after: after:99/99/9999 before:0000 on:9999y",
    "from:" + "9" * 400,
    " ".join(f"from:{n} label:{n} status:open channel:x{n}" for n in range(50)),
    " ".join(f"-w{n}" for n in range(100)),
    "12 34 56 78 90 12 34 56 78 90",
    "  ",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_questions_break_nothing_and_open_no_door(text: str) -> None:
    cast = make_cast()
    cast.writes("router")
    feed_all()
    assert find(cast.viktor, text).hits == []
    find(cast.marco, text)
    count(cast.marco, text)
    assert in_index() == 1


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\x00" not in text and "\ud800" not in text])
def test_hostile_messages_are_indexed_like_others(text: str) -> None:
    cast = make_cast()
    conversation = cast.writes(f"{text[:30_000]} findeme")
    feed_all()
    assert index.newest_id()
    if len(text) < 5_000:
        assert found(cast, "findeme") == [conversation.pk]
