"""The expected wait, told to customers: once, in their language, never when it would be made up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.accounts.models import Company
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message
from ascolto.events.consumers import feed_all
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.routing.expected import Lines, truth_of
from ascolto.routing.models import Presence, WaitTold
from ascolto.routing.telling import is_told_in_words, span_words, wait_text
from ascolto.routing.waiting import METHOD
from ascolto.sla.actions.choices import change_settings
from ascolto.sla.actions.notices import set_text
from ascolto.sla.models import SlaClock
from ascolto.testing.factories import Cast, make_cast, make_customer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chat() -> Cast:
    """A chat where Marco is there and answers were given lately, each after four minutes."""
    cast = make_cast("chat")
    change_settings(by=None, tell_wait=True)
    Presence.objects.update_or_create(agent=cast.marco, defaults={"state": Presence.State.AVAILABLE})
    return cast


def lately_answered(cast: Cast, many: int = 8) -> None:
    earlier = cast.writes("An earlier question.", customer=make_customer("Sara Riva"))
    add_reply(agent=cast.marco, conversation=earlier, text="Done.")
    moment = now()
    SlaClock.objects.filter(conversation=earlier).delete()
    for number in range(many):
        answered = moment - timedelta(minutes=2 * number + 1)
        SlaClock.objects.create(
            conversation=earlier, kind="first_response", channel="chat", state="met", answered_by=cast.marco,
            started_at=answered - timedelta(minutes=4), stopped_at=answered,
        )  # fmt: skip
    feed_all()
    WaitTold.objects.all().delete()


def told_texts() -> list[str]:
    rows = Message.objects.filter(client_key__startswith="wait-").order_by("pk")
    return list(rows.values_list("text", flat=True))


def test_giulia_is_told_once_and_still_waits(chat: Cast) -> None:
    lately_answered(chat)
    talk = chat.writes("My line is dead.")
    feed_all()
    chat.writes("Hello?")
    feed_all()
    (text,) = told_texts()
    assert "1" in text
    told = WaitTold.objects.get(conversation=talk)
    assert (told.position, told.method) == (1, METHOD)
    assert told.seconds is not None
    assert 60 <= told.seconds <= 1800
    talk.refresh_from_db()
    assert talk.waiting_since is not None
    assert Event.objects.filter(type="conversation.wait_told", conversation_id=talk.pk).count() == 1


def test_nothing_is_told_when_the_company_did_not_ask_for_it(chat: Cast) -> None:
    lately_answered(chat)
    change_settings(by=None, tell_wait=False)
    chat.writes("My line is dead.")
    feed_all()
    assert told_texts() == []
    assert not WaitTold.objects.exists()


@pytest.mark.parametrize("why", ["nobody is there", "too few were answered"])
def test_nothing_is_made_up(chat: Cast, why: str) -> None:
    lately_answered(chat, 8 if why == "nobody is there" else 2)
    if why == "nobody is there":
        Presence.objects.update(state=Presence.State.OFFLINE)
    talk = chat.writes("My line is dead.")
    feed_all()
    assert told_texts() == []
    assert WaitTold.objects.get(conversation=talk).seconds is None


def test_the_company_has_its_own_words_for_it(chat: Cast) -> None:
    lately_answered(chat)
    language = Company.current().language
    set_text(by=None, kind="wait", language=language, text="You are {position}., about {wait}.")
    chat.writes("My line is dead.")
    feed_all()
    (text,) = told_texts()
    assert text.startswith("You are 1., about ")


def test_who_wrote_long_ago_is_not_surprised_with_it(chat: Cast) -> None:
    lately_answered(chat)
    chat.writes("My line is dead.")
    Message.objects.update(occurred_at=now() - timedelta(minutes=10))
    feed_all()
    assert told_texts() == []


def test_who_already_has_an_answer_is_told_nothing(chat: Cast) -> None:
    lately_answered(chat)
    talk = chat.writes("My line is dead.")
    add_reply(agent=chat.marco, conversation=talk, text="I am here.")
    feed_all()
    assert told_texts() == []


def test_what_was_told_is_compared_with_what_it_took(chat: Cast) -> None:
    lately_answered(chat)
    talk = chat.writes("My line is dead.")
    feed_all()
    told = WaitTold.objects.get(conversation=talk)
    SlaClock.objects.update_or_create(
        conversation=talk, kind="first_response", started_at=told.asked_at,
        defaults={"channel": "chat", "state": "met", "answered_by": chat.marco,
                  "stopped_at": told.asked_at + timedelta(seconds=(told.seconds or 0) - 30)},
    )  # fmt: skip
    truth = truth_of(told.told_at - timedelta(hours=1), told.told_at + timedelta(hours=1))
    assert (truth.told, truth.answered, truth.kept) == (1, 1, 1)
    assert truth.median_error == timedelta(seconds=30)


def test_those_who_are_due_before_stand_before(chat: Cast) -> None:
    talks = [chat.writes("My line is dead.")]
    moment = now()
    assert (found := Lines(moment).wait_of(Conversation.objects.get(pk=talks[0].pk))) is not None
    assert found.position == 1
    assert found.estimate is None


@pytest.mark.parametrize(
    ("kind", "told"),
    [("chat", True), ("whatsapp", True), ("email", False), ("google_reviews", False), ("asterisk", False), ("no", False)],
)  # fmt: skip
def test_mail_reviews_and_calls_are_not_told_in_words(kind: str, told: bool) -> None:
    assert is_told_in_words(kind) is told


def test_a_span_is_said_as_people_say_it() -> None:
    assert span_words(timedelta(minutes=1), "en") == "1 minute"
    assert span_words(timedelta(minutes=75), "it") == "1 ora e 15 minuti"
    assert span_words(timedelta(minutes=120), "en") == "2 hours"
    assert span_words(timedelta(minutes=75), "de") == "1:15 h"


def test_while_the_company_is_closed_the_opening_is_told(chat: Cast) -> None:
    talk = chat.writes("My line is dead.")
    lines = Lines(now())
    lines.opens_at = now() + timedelta(hours=2)
    wait = lines.wait_of(Conversation.objects.get(pk=talk.pk))
    assert wait is not None
    assert wait.opens_at == lines.opens_at
    text = wait_text("it", wait, lines.at, {})
    assert "riapriamo alle" in text
