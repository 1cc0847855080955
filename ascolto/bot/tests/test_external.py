"""An external bot is told, answers, hands over; when it is late, or a person steps in, people go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ascolto.accounts.models import Agent, Role
from ascolto.bot import posting
from ascolto.bot.actions import external as bots
from ascolto.bot.actions.external_bots import change_bot, create_bot, renew_token, rotate_bot_secret
from ascolto.bot.external import Errands, forget_old_errands
from ascolto.bot.models import BotErrand, ExternalBot
from ascolto.conversations.actions import add_reply, assign
from ascolto.conversations.models import Author, Conversation, Message
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_agent, make_cast, make_inbox
from ascolto.testing.systems import CompanySystem

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    posting.lately.forget()
    return make_cast()


@pytest.fixture
def sara() -> Agent:
    """She manages everything."""
    return make_agent("Sara Galli", Role.ADMINISTRATOR)


@pytest.fixture
def server() -> Iterator[CompanySystem]:
    with CompanySystem() as running, http.settings(allow_private=True):
        yield running
    posting.lately.forget()


@pytest.fixture
def bot(cast: Cast, sara: Agent, server: CompanySystem) -> ExternalBot:
    made, secret, _token = create_bot(
        by=sara, account=cast.inbox, name="Linea", url=f"{server.url}/hook", resolve=nowhere
    )
    server.secrets = (secret,)
    posting.lately.forget()
    return made


def nowhere(host: str) -> list[str]:
    return []


class Followed:
    """The follower, in this thread, fed with what happened since it was asked last."""

    def __init__(self) -> None:
        self.errands = Errands(start=lambda work: work())
        self.errands.pause.set()
        self._seen = 0

    def hears(self) -> None:
        events = list(Event.objects.filter(pk__gt=self._seen).order_by("pk"))
        self._seen = events[-1].pk if events else self._seen
        self.errands.follow(events)


@pytest.fixture
def followed() -> Followed:
    return Followed()


def said(conversation: Conversation) -> list[str]:
    rows = Message.objects.filter(conversation=conversation, author_kind=Author.BOT)
    return list(rows.order_by("pk").values_list("text", flat=True))


def notes(conversation: Conversation) -> str:
    rows = Message.objects.filter(conversation=conversation, visibility="note")
    return "\n".join(rows.order_by("pk").values_list("text", flat=True))


def outcomes() -> list[str]:
    return list(BotErrand.objects.order_by("pk").values_list("outcome", flat=True))


def test_the_bot_is_told_in_the_shape_of_agent_bots(
    cast: Cast, bot: ExternalBot, server: CompanySystem, followed: Followed
) -> None:
    conversation = cast.writes("Buongiorno, la linea è giù")
    assert conversation.with_bot
    followed.hears()
    (heard,) = server.heard
    told = heard.document
    assert heard.id == f"message-{told['id']}"
    assert (told["event"], told["message_type"], told["content"]) == (
        "message_created",
        "incoming",
        "Buongiorno, la linea è giù",
    )
    assert told["conversation"]["id"] == conversation.pk
    assert told["conversation"]["inbox_id"] == cast.inbox.pk
    assert told["conversation"]["status"] == "pending"
    assert told["account"]["id"] == 1
    assert told["sender"]["name"] == "Giulia Ferri"
    assert told["sender"]["email"] is None  # she did not write by e-mail
    assert outcomes() == [""]


def test_the_bot_answers_says_what_it_is_and_offers_choices(
    cast: Cast, bot: ExternalBot, followed: Followed
) -> None:
    conversation = cast.writes()
    followed.hears()
    choices = [{"id": "fault", "title": "Guasto"}, {"id": "bill", "title": "Fattura"}]
    message = bots.answer(bot=bot, conversation=conversation, text="Di cosa si tratta?", choices=choices)
    assert "write “agent” at any time" in message.text
    assert message.text.endswith("Di cosa si tratta?")
    assert message.author_kind == Author.BOT
    assert message.agent is None
    assert message.extra["provenance"][0]["bot"] == "Linea"
    assert [choice["id"] for choice in message.extra["choices"]] == ["fault", "bill"]
    assert bots.answer(bot=bot, conversation=conversation, text="Un attimo.").text == "Un attimo."
    assert outcomes() == ["answered"]
    conversation.refresh_from_db()
    assert conversation.with_bot
    assert conversation.waiting_since is not None  # nobody has answered yet: a machine did


def test_a_bot_that_says_so_itself_is_not_announced(cast: Cast, bot: ExternalBot) -> None:
    text = "Ciao! Sono l'assistente virtuale di Telvia."
    assert bots.answer(bot=bot, conversation=cast.writes(), text=text).text == text


def test_a_long_first_message_is_announced_by_one_of_its_own(cast: Cast, bot: ExternalBot) -> None:
    conversation = cast.writes()
    bots.answer(bot=bot, conversation=conversation, text="Grazie, controllo la linea. " * 40)
    assert [len(text) < 300 for text in said(conversation)] == [True, False]


def test_the_same_key_says_it_once(cast: Cast, bot: ExternalBot) -> None:
    conversation = cast.writes()
    first = bots.answer(bot=bot, conversation=conversation, text="Ciao", key="k1")
    assert bots.answer(bot=bot, conversation=conversation, text="Ciao", key="k1") == first
    assert len(said(conversation)) == 1


def test_a_late_bot_leaves_it_to_people_and_stays_silent(
    cast: Cast, bot: ExternalBot, server: CompanySystem, followed: Followed
) -> None:
    conversation = cast.writes()
    followed.hears()
    due = followed.errands.next_ring()
    assert due is not None
    assert now() + timedelta(seconds=25) < due < now() + timedelta(seconds=31)
    assert followed.errands.ring(due - timedelta(seconds=1)) == 0
    assert followed.errands.ring(due) == 1
    assert outcomes() == ["late"]
    conversation.refresh_from_db()
    assert not conversation.with_bot
    assert "Linea" in notes(conversation)
    assert said(conversation) == ["I am handing you over to a person."]
    with pytest.raises(Refused) as refused:
        bots.answer(bot=bot, conversation=conversation, text="Eccomi")
    assert refused.value.code == "not_bots"
    cast.writes("C'è qualcuno?")
    followed.hears()
    assert len(server.heard) == 1
    assert followed.errands.ring(due) == 0
    assert followed.errands.next_ring() is None


@pytest.mark.parametrize(("trouble", "tries"), [(500, 2), ("breaks off", 2), (404, 1), (429, 2)])
def test_a_bot_that_cannot_be_told_leaves_it_to_people(
    cast: Cast, bot: ExternalBot, server: CompanySystem, followed: Followed, trouble: Any, tries: int
) -> None:
    server.trouble = trouble
    conversation = cast.writes()
    followed.hears()
    assert len(server.heard) == tries
    assert len(server.acted) == 1  # the same webhook-id
    conversation.refresh_from_db()
    assert not conversation.with_bot
    assert outcomes() == ["failed"]


def test_what_the_bot_says_besides_is_not_needed(
    cast: Cast, bot: ExternalBot, server: CompanySystem, followed: Followed
) -> None:
    for trouble in ("huge", "garbage", "empty"):
        server.trouble = trouble
        cast.writes(f"Linea giù {trouble}")
        followed.hears()
    assert BotErrand.objects.filter(told_at__isnull=False).count() == 3


def test_after_a_kill_it_is_told_again_with_the_same_id(
    cast: Cast, bot: ExternalBot, server: CompanySystem
) -> None:
    cast.writes()
    killed = Errands(start=lambda work: None)  # nothing left before the end
    events = list(Event.objects.all())
    killed.follow(events)
    assert not server.heard
    next_one = Followed()
    next_one.errands.follow(events)  # the cursor had not moved
    assert len(server.heard) == 1
    again = Followed().errands
    BotErrand.objects.update(told_at=None)  # it left, and nobody could write that down
    due = again.next_ring()
    assert due is not None
    assert due <= now()
    assert again.ring(now()) == 1
    assert len(server.heard) == 2
    assert len(server.acted) == 1


def test_whoever_asks_for_a_person_gets_one(
    cast: Cast, bot: ExternalBot, server: CompanySystem, followed: Followed
) -> None:
    conversation = cast.writes("operatore")
    followed.hears()
    assert not server.heard
    conversation.refresh_from_db()
    assert not conversation.with_bot
    assert "asked for a person" in notes(conversation)


def test_when_a_person_steps_in_the_bot_is_refused(cast: Cast, bot: ExternalBot, followed: Followed) -> None:
    answered, taken = cast.writes("Linea giù"), cast.writes("Fattura", inbox=None or cast.inbox)
    followed.hears()
    add_reply(agent=cast.marco, conversation=answered, text="Eccomi")
    for conversation in {answered, taken}:
        with pytest.raises(Refused):
            bots.answer(bot=bot, conversation=conversation, text="Anche io")
        with pytest.raises(Refused):
            bots.leave_note(bot=bot, conversation=conversation, text="Nota")
        with pytest.raises(Refused):
            bots.resolve(bot=bot, conversation=conversation)
        assert not bots.hand_off(bot_id=bot.pk, conversation=conversation)
    followed.errands.ring(now() + timedelta(minutes=5))
    assert set(outcomes()) == {"taken"}
    assert said(answered) == []


def test_a_conversation_that_is_taken_is_not_the_bots(cast: Cast, bot: ExternalBot) -> None:
    conversation = cast.writes()
    assign(agent=cast.marco, conversation=conversation, assignee=cast.marco)
    with pytest.raises(Refused):
        bots.answer(bot=bot, conversation=conversation, text="Ciao")


def test_the_bot_hands_over_and_resolves(cast: Cast, bot: ExternalBot, followed: Followed) -> None:
    conversation = cast.writes()
    followed.hears()
    assert bots.hand_off(bot_id=bot.pk, conversation=conversation)
    assert outcomes() == ["handed"]
    conversation.refresh_from_db()
    assert not conversation.with_bot
    assert Event.objects.filter(type="conversation.left_by_bot", conversation_id=conversation.pk).count() == 1


def test_the_next_conversation_is_the_bots_again(
    cast: Cast, bot: ExternalBot, server: CompanySystem, followed: Followed
) -> None:
    conversation = cast.writes()
    followed.hears()
    bots.answer(bot=bot, conversation=conversation, text="Fatto")
    bots.resolve(bot=bot, conversation=conversation)
    again = cast.writes("Ancora giù")
    assert again.with_bot
    followed.hears()
    assert len(server.heard) == 2


def test_another_inbox_is_not_the_bots(cast: Cast, bot: ExternalBot, server: CompanySystem) -> None:
    other = cast.writes(inbox=make_inbox("email"))
    assert not other.with_bot
    with pytest.raises(Refused):
        bots.answer(bot=bot, conversation=other, text="Ciao")
    with pytest.raises(Conversation.DoesNotExist):
        bots.access(bot, other.pk)


def test_a_customer_who_moves_to_another_channel_is_peoples(
    cast: Cast, bot: ExternalBot, server: CompanySystem, followed: Followed
) -> None:
    conversation = cast.writes()
    followed.hears()
    assert cast.writes("E adesso per posta", inbox=make_inbox("email")) == conversation
    followed.hears()
    conversation.refresh_from_db()
    assert not conversation.with_bot
    assert outcomes() == ["moved"]
    assert len(server.heard) == 1


def test_a_bot_that_talks_without_end_is_stopped(cast: Cast, bot: ExternalBot) -> None:
    conversation = cast.writes()
    for number in range(bots.MOST_IN_A_ROW):
        bots.answer(bot=bot, conversation=conversation, text=f"{number}")
    with pytest.raises(Refused) as refused:
        bots.answer(bot=bot, conversation=conversation, text="Ancora")
    assert refused.value.code == "too_many"
    cast.writes("Basta!")
    bots.answer(bot=bot, conversation=conversation, text="Scusa")


def test_switched_off_what_it_held_goes_to_people(cast: Cast, sara: Agent, bot: ExternalBot) -> None:
    conversation = cast.writes()
    assert change_bot(by=sara, bot=bot, is_enabled=False) == ["is_enabled"]
    posting.lately.forget()
    conversation.refresh_from_db()
    assert not conversation.with_bot


def test_what_is_given_to_it_while_it_is_switched_off_goes_to_people(
    cast: Cast, sara: Agent, bot: ExternalBot, server: CompanySystem, followed: Followed
) -> None:
    change_bot(by=sara, bot=bot, is_enabled=False)
    conversation = cast.writes()
    Conversation.objects.filter(pk=conversation.pk).update(
        with_bot=True
    )  # by a process that did not know yet
    followed.hears()
    conversation.refresh_from_db()
    assert not conversation.with_bot
    assert not server.heard


def test_keys_are_sealed_and_renewed(
    cast: Cast, sara: Agent, bot: ExternalBot, server: CompanySystem
) -> None:
    before = ExternalBot.objects.get()
    token, secret = renew_token(by=sara, bot=bot), rotate_bot_secret(by=sara, bot=bot)
    after = ExternalBot.objects.get()
    assert after.token != before.token
    kept = f"{after.token} {after.secret} {list(Event.objects.values())}"
    for word in (token, secret, *server.secrets, "/hook"):
        assert word not in kept
    with pytest.raises(Refused):
        renew_token(by=cast.marco, bot=bot)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("name", {"name": " "}), ("url", {"url": "x"}), ("seconds", {"seconds": 1}), ("account", {})],
)
def test_what_cannot_be_used_is_said_by_field(
    cast: Cast, sara: Agent, bot: ExternalBot, field: str, wrong: dict[str, Any]
) -> None:
    account = cast.inbox if field == "account" else make_inbox("email")
    told = {"name": "Due", "url": "https://example.org/", "resolve": nowhere, **wrong}
    with pytest.raises(ValidationError) as refusal:
        create_bot(by=sara, account=account, **told)
    assert field in refusal.value.message_dict


def test_hostile_messages_are_told_in_bounded_size(
    cast: Cast, bot: ExternalBot, server: CompanySystem, followed: Followed
) -> None:
    for text in ("x" * 1_000_000, "😀" * 10_000, "\u202e\u200b\ufeff" * 5_000, "e" + "\u0301" * 9_000):
        cast.writes(text)
    followed.hears()
    assert len(server.heard) == 4
    assert all(len(heard.document["content"]) <= 20_000 for heard in server.heard)


def test_a_batch_takes_a_constant_number_of_queries(
    cast: Cast, bot: ExternalBot, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        cast.writes(f"Linea giù {number}")
    events = list(Event.objects.all())
    quiet = Errands(start=lambda work: None)
    with django_assert_max_num_queries(8):
        quiet.follow(events)
    assert BotErrand.objects.count() == 12


def test_while_nothing_happens_nothing_is_asked(
    cast: Cast, bot: ExternalBot, followed: Followed, django_assert_num_queries: Any
) -> None:
    cast.writes()
    followed.hears()
    due = followed.errands.next_ring()
    with django_assert_num_queries(0):
        assert followed.errands.next_ring() == due
        followed.errands.follow([])


def test_old_errands_are_forgotten(cast: Cast, bot: ExternalBot, followed: Followed) -> None:
    cast.writes()
    followed.hears()
    later = now() + timedelta(days=31)
    assert forget_old_errands(later) == 0  # nobody has settled it
    followed.errands.ring(now() + timedelta(minutes=5))
    assert forget_old_errands(later) == 1


@pytest.mark.django_db(transaction=True)
def test_threads_of_their_own_tell_it(cast: Cast, bot: ExternalBot, server: CompanySystem) -> None:
    from ascolto.testing.product import wait_for

    errands = Errands()
    cast.writes()
    cast.writes("E anche il telefono")
    errands.follow(list(Event.objects.order_by("pk")))
    wait_for(lambda: BotErrand.objects.filter(told_at__isnull=False).count() == 2)
    assert [heard.document["content"] for heard in server.heard][1] == "E anche il telefono"
