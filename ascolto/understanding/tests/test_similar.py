"""Was it answered already? What is found for a message, who may see it, and what nobody sees."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from ascolto.accounts.models import Role
from ascolto.conversations.actions import add_note, add_reply, change_status, mark_spam
from ascolto.conversations.models import Conversation, Message
from ascolto.events.log import emit
from ascolto.events.models import Cursor
from ascolto.testing.factories import Cast, make_agent, make_cast, make_customer, make_inbox, receive
from ascolto.understanding import following, worker
from ascolto.understanding.engine import retrieval
from ascolto.understanding.following import Following
from ascolto.understanding.models import Similar
from ascolto.understanding.selectors import similar as selectors
from ascolto.understanding.selectors.similar import similar_answers

pytestmark = pytest.mark.django_db(transaction=True)  # on PostgreSQL the log tells only of what is settled

ASKED = "Buongiorno, la luce del modem è rossa e internet non va, cosa posso fare?"
AGAIN = "Il mio modem ha la spia rossa e non naviga più: cosa faccio?"
ANSWER = (
    "Gentile Giulia Ferri,\nstacchi il modem dalla corrente per un minuto e poi lo riaccenda. Se la luce resta rossa ci scriva a"
    " tecnici@telvia.example o al 333 1234567.\n\nCordiali saluti\nMarco Villa\nTelvia"
)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def following_log(reader: Any) -> Following:
    return Following(reader.encoder)


def answered(
    cast: Cast, text: str = ASKED, answer: str = ANSWER, *, resolve: bool = True, **fields: Any
) -> Conversation:
    """Giulia asked, Marco answered, and it was resolved."""
    conversation = cast.writes(text, **fields)
    add_reply(agent=cast.marco, conversation=conversation, text=answer)
    if resolve:
        change_status(agent=cast.marco, conversation=conversation, status="resolved")
    return conversation


def asks(cast: Cast, text: str = AGAIN, name: str = "Paolo Conti", **fields: Any) -> Message:
    """Somebody else asks."""
    return receive(fields.pop("inbox", cast.inbox), text, customer=make_customer(name), **fields)


def catch_up(reader: Any, follower: Following) -> None:
    """Everything in the log is read and followed."""
    worker.read_waiting(reader)
    if not Cursor.objects.filter(name=following.CURSOR).exists():
        Cursor.objects.create(name=following.CURSOR)
    while follower.follow():
        continue


def test_what_marco_answered_is_found_for_the_next_who_asks(
    cast: Cast, reader: Any, following_log: Following
) -> None:
    past = answered(cast)
    answered(
        cast,
        "Vorrei sapere quanto costa il trasloco della linea",
        "Il trasloco della linea costa 40 euro una volta sola.",
    )
    message = asks(cast)
    catch_up(reader, following_log)
    best = similar_answers(cast.marco, message)[0]
    assert best.shown.target == past.pk
    assert best.shown.number == past.number
    assert best.shown.by == "Marco Villa"
    assert best.shown.inbox == cast.inbox.name
    assert {"modem", "rossa"} <= set(best.words)
    assert 0.2 <= best.score <= 1


def test_an_answer_shows_nothing_of_the_customer_it_was_given_to(
    cast: Cast, reader: Any, following_log: Following
) -> None:
    answered(cast, f"{ASKED} Sono Giulia Ferri, CF RSSMRA85T10A562S, tel. 347 1112223")
    message = asks(cast)
    catch_up(reader, following_log)
    shown = similar_answers(cast.marco, message)[0].shown
    told = f"{shown.title} {shown.question} {shown.text}"
    for secret in (
        "Giulia",
        "Ferri",
        "RSSMRA85T10A562S",
        "347",
        "333 1234567",
        "tecnici@",
        "Cordiali",
        "Gentile",
    ):
        assert secret not in told
    assert shown.text.startswith("stacchi il modem dalla corrente")


def test_viktor_and_guests_see_nothing_of_inboxes_that_are_not_theirs(
    cast: Cast, reader: Any, following_log: Following
) -> None:
    answered(cast)
    message = asks(cast)
    catch_up(reader, following_log)
    guest = make_agent("Gino Guest", Role.GUEST)
    assert similar_answers(cast.viktor, message) == []
    assert similar_answers(guest, message) == []
    assert len(similar_answers(cast.anna, message)) == len(similar_answers(cast.marco, message)) == 1


def test_who_sees_only_one_inbox_still_gets_its_answers(
    cast: Cast, reader: Any, following_log: Following
) -> None:
    other = make_inbox("webhook", "Warehouse", teams=[cast.viktor.teams.get()])
    mine = answered(cast, AGAIN, inbox=other, customer=make_customer("Vera Blu"))
    for name in ("Ada Uno", "Bea Due", "Cia Tre", "Dea Quattro", "Eva Cinque", "Fia Sei"):
        answered(cast, customer=make_customer(name))
    message = asks(cast, ASKED, inbox=other)
    catch_up(reader, following_log)
    assert [answer.shown.target for answer in similar_answers(cast.viktor, message)] == [mine.pk]
    assert len(similar_answers(cast.anna, message)) == selectors.MOST


def test_open_spam_unanswered_and_own_conversations_answer_nothing(
    cast: Cast, reader: Any, following_log: Following
) -> None:
    answered(cast, resolve=False, customer=make_customer("Ada Uno"))
    spam = answered(cast, customer=make_customer("Bea Due"))
    mark_spam(agent=cast.marco, conversation=spam, spam=True)
    silent = cast.writes(ASKED, customer=make_customer("Cia Tre"))
    change_status(agent=cast.marco, conversation=silent, status="resolved")
    automatic = answered(cast, customer=make_customer("Dea Quattro"))
    Message.objects.filter(conversation=automatic, direction="out").update(is_automatic=True)
    message = asks(cast)
    catch_up(reader, following_log)
    assert not Similar.objects.filter(message=message).exists()


def test_what_is_reopened_or_taken_back_is_not_found_any_more(
    cast: Cast, reader: Any, following_log: Following
) -> None:
    past = answered(cast)
    catch_up(reader, following_log)
    assert ("conversation", past.pk) in following_log.keeper.index
    change_status(agent=cast.marco, conversation=past, status="open")
    catch_up(reader, following_log)
    assert ("conversation", past.pk) not in following_log.keeper.index
    change_status(agent=cast.marco, conversation=past, status="resolved")
    catch_up(reader, following_log)
    assert ("conversation", past.pk) in following_log.keeper.index
    asked = past.messages.get(direction="in")
    Message.objects.filter(pk=asked.pk).update(removed_at=asked.created_at, text="")
    emit("message.removed", conversation=past.pk, account=cast.inbox.pk, message=asked.pk)
    catch_up(reader, following_log)
    assert ("conversation", past.pk) not in following_log.keeper.index


def test_rows_that_go_without_a_word_are_swept(cast: Cast, reader: Any, following_log: Following) -> None:
    past = answered(cast)
    catch_up(reader, following_log)
    Conversation.objects.filter(pk=past.pk).update(is_spam=True)
    assert following_log.keeper.sweep() == 1
    assert len(following_log.keeper.index) == 0


def test_a_reopened_conversation_is_not_shown_though_it_was_found(
    cast: Cast, reader: Any, following_log: Following
) -> None:
    past = answered(cast)
    message = asks(cast)
    catch_up(reader, following_log)
    change_status(agent=cast.marco, conversation=past, status="open")
    assert similar_answers(cast.marco, message) == []


def test_thanks_ask_nothing(cast: Cast, reader: Any, following_log: Following) -> None:
    answered(cast)
    message = asks(cast, "Grazie mille!")
    catch_up(reader, following_log)
    assert not Similar.objects.filter(message=message).exists()


def test_after_a_kill_the_same_events_leave_the_same_rows(
    cast: Cast, reader: Any, following_log: Following
) -> None:
    answered(cast)
    message = asks(cast)
    catch_up(reader, following_log)
    before = list(Similar.objects.filter(message=message).values_list("target", "score"))
    Cursor.objects.filter(name=following.CURSOR).update(xid=0, event_id=0)
    again = Following(reader.encoder)
    again.start()
    catch_up(reader, again)
    assert list(Similar.objects.filter(message=message).values_list("target", "score")) == before


def test_the_index_is_made_from_rows_at_the_start(cast: Cast, reader: Any) -> None:
    past = answered(cast)
    worker.read_waiting(reader)
    follower = Following(reader.encoder)
    follower.start()
    message = asks(cast)
    catch_up(reader, follower)
    assert [row.target for row in Similar.objects.filter(message=message)] == [past.pk]


def test_an_answer_in_another_language_is_found(cast: Cast, reader: Any, following_log: Following) -> None:
    past = answered(
        cast,
        "My card has not arrived yet, where is it?",
        "Cards take five working days; we have just sent yours again.",
    )
    message = asks(cast, "La mia carta non è ancora arrivata, dov'è?")
    catch_up(reader, following_log)
    assert [row.target for row in Similar.objects.filter(message=message)] == [past.pk]


@pytest.mark.parametrize(
    "text",
    [
        "\u202e\u200b" * 500 + " cosa?",
        "😱" * 10_000,
        "modem rosso " * 80_000,
        "a" * 1_000_000,
        "Z̷̨̛̘a̶l̷g̸o̵ modem " * 99,
    ],
)
def test_no_text_is_too_strange_to_be_followed(
    text: str, cast: Cast, reader: Any, following_log: Following
) -> None:
    answered(cast)
    asks(cast, text)
    catch_up(reader, following_log)


def test_a_note_is_no_answer(cast: Cast, reader: Any, following_log: Following) -> None:
    conversation = cast.writes(ASKED)
    add_note(agent=cast.marco, conversation=conversation, text=ANSWER)
    change_status(agent=cast.marco, conversation=conversation, status="resolved")
    catch_up(reader, following_log)
    assert len(following_log.keeper.index) == 0


def test_what_is_shown_costs_a_fixed_number_of_queries(
    cast: Cast, reader: Any, following_log: Following, django_assert_max_num_queries: Any
) -> None:
    for name in ("Ada Uno", "Bea Due", "Cia Tre", "Dea Quattro", "Eva Cinque", "Fia Sei"):
        answered(cast, customer=make_customer(name))
    message = asks(cast)
    catch_up(reader, following_log)
    with django_assert_max_num_queries(8):
        assert len(similar_answers(cast.marco, message)) == 5


def test_screens_and_engine_speak_of_the_same_thresholds() -> None:
    assert (selectors.CONFIDENT, selectors.SAME_MEANING) == (retrieval.CONFIDENT, retrieval.SAME_MEANING)


def test_a_failure_in_the_middle_leaves_nothing_half_done(
    cast: Cast, reader: Any, following_log: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(cast)
    message = asks(cast)
    worker.read_waiting(reader)
    Cursor.objects.create(name=following.CURSOR)

    def fails(*_args: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as broken, transaction.atomic():
        broken.setattr(following, "group_messages", fails)
        while following_log.follow():
            continue
    assert not Similar.objects.filter(message=message).exists()
    Cursor.objects.filter(name=following.CURSOR).update(xid=0, event_id=0)
    catch_up(reader, following_log)
    assert Similar.objects.filter(message=message).exists()
