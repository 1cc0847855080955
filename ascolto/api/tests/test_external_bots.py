"""External bots over the API: at our address and at Chatwoot's, with their own token, and nowhere else."""

from __future__ import annotations

import pytest

from ascolto.accounts.models import Role
from ascolto.api.tests.conftest import Caller
from ascolto.bot import posting
from ascolto.bot.actions.external_bots import change_bot, create_bot, renew_token
from ascolto.bot.models import ExternalBot
from ascolto.conversations.actions import add_reply, assign
from ascolto.conversations.models import Author, Conversation, Message
from ascolto.testing.factories import Cast, make_agent, make_customer, make_inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(cast: Cast) -> tuple[ExternalBot, str]:
    posting.lately.forget()
    sara = make_agent("Sara Galli", Role.ADMINISTRATOR)
    made, _secret, token = create_bot(
        by=sara, account=cast.inbox, name="Linea", url="https://bot.example/hook", resolve=lambda host: []
    )
    posting.lately.forget()
    return made, token


@pytest.fixture
def bot(keys: tuple[ExternalBot, str]) -> Caller:
    return Caller(keys[1])


@pytest.fixture
def talk(cast: Cast, keys: tuple[ExternalBot, str]) -> Conversation:
    found = cast.writes()
    assert found.with_bot
    return found


def chatwoot(conversation: Conversation, what: str = "messages", account: int | str = 1) -> str:
    return f"/accounts/{account}/conversations/{conversation.pk}/{what}"


def test_it_answers_as_an_agent_bot_does(bot: Caller, talk: Conversation) -> None:
    items = [{"title": "Guasto", "value": "fault"}, {"title": "Fattura", "value": "bill"}]
    body = {
        "content": "Sono il bot di Telvia. Di cosa si tratta?",
        "message_type": "outgoing",
        "private": False,
        "content_type": "input_select",
        "content_attributes": {"items": items},
        "echo_id": "unknown members are passed over",
    }
    told = bot.post(chatwoot(talk), body)
    assert told["message_type"] == 1
    assert told["conversation_id"] == talk.pk
    assert told["sender"] == {"id": told["sender"]["id"], "name": "Linea", "type": "agent_bot"}
    assert told["content_attributes"] == {"items": items}
    message = Message.objects.get(pk=told["id"])
    assert message.author_kind == Author.BOT
    assert [choice["id"] for choice in message.extra["choices"]] == ["fault", "bill"]


def test_its_token_may_be_in_either_header(keys: tuple[ExternalBot, str], talk: Conversation) -> None:
    plain = Caller("")
    response = plain("POST", chatwoot(talk), {"content": "Ciao"}, api_access_token=keys[1])
    assert response.status_code == 200


def test_it_leaves_a_note(bot: Caller, talk: Conversation) -> None:
    told = bot.post(chatwoot(talk), {"content": "Cliente TV123456", "private": True})
    assert told["private"]
    assert Message.objects.get(pk=told["id"]).visibility == "note"


def test_it_hands_over_by_opening(bot: Caller, talk: Conversation) -> None:
    told = bot.post(chatwoot(talk, "toggle_status"), {"status": "open"})
    assert told["payload"] == {
        "success": True,
        "conversation_id": talk.pk,
        "current_status": "open",
        "snoozed_until": None,
    }
    talk.refresh_from_db()
    assert not talk.with_bot
    problem = bot.problem("POST", chatwoot(talk), {"content": "Ancora io"})
    assert (problem.status, problem.code) == (422, "not_bots")
    assert bot.problem("POST", chatwoot(talk, "toggle_status"), {"status": "pending"}).code == "not_bots"


def test_it_resolves(bot: Caller, talk: Conversation) -> None:
    assert bot.post(chatwoot(talk, "toggle_status"), {"status": "resolved"})["payload"]["current_status"] == (
        "resolved"
    )


def test_it_answers_at_our_address(bot: Caller, talk: Conversation) -> None:
    where = f"/conversations/{talk.pk}/messages"
    choices = [{"id": "fault", "title": "Guasto"}]
    told = bot.post(where, {"text": "Di cosa si tratta?", "choices": choices}, status=201)
    assert told["author"]["kind"] == "bot"
    assert told["is_automatic"]
    assert bot.post(where, {"text": "Da vedere", "visibility": "note"}, status=201)["visibility"] == "note"
    for wrong in ({"text": "x", "visibility": "public"}, {"text": "x", "hold_seconds": 5}):
        assert bot.problem("POST", where, wrong).type == "/api/problems/invalid"


def test_the_same_key_acts_once(bot: Caller, talk: Conversation) -> None:
    first = bot.post(chatwoot(talk), {"content": "Ciao"}, Idempotency_Key="k-1")
    assert bot.post(chatwoot(talk), {"content": "Ciao"}, Idempotency_Key="k-1")["id"] == first["id"]


def test_when_a_person_answers_or_takes_it_the_bot_is_refused(
    bot: Caller, cast: Cast, talk: Conversation
) -> None:
    assign(agent=cast.marco, conversation=talk, assignee=cast.marco)
    assert bot.problem("POST", chatwoot(talk), {"content": "Ciao"}).code == "not_bots"
    add_reply(agent=cast.marco, conversation=talk, text="Eccomi")
    problem = bot.problem("POST", f"/conversations/{talk.pk}/messages", {"text": "Ciao"})
    assert problem.detail == "A person has this conversation: the bot stays silent."


def test_other_inboxes_and_accounts_are_not_found(bot: Caller, cast: Cast, talk: Conversation) -> None:
    other = cast.writes(inbox=make_inbox("email"), customer=make_customer("Bruno Costa"))
    for path in (chatwoot(other), chatwoot(talk, account=2), "/accounts/1/conversations/x/messages"):
        assert bot.problem("POST", path, {"content": "Ciao"}).status == 404


def test_nothing_else_is_open_to_it(bot: Caller, talk: Conversation) -> None:
    for method, path in (
        ("GET", "/conversations"),
        ("GET", f"/conversations/{talk.pk}/messages"),
        ("GET", "/me"),
        ("POST", f"/conversations/{talk.pk}/assign"),
        ("GET", "/customers"),
        ("POST", "/flows"),
    ):
        assert bot.problem(method, path).type == "/api/problems/not-allowed", path


def test_people_do_not_come_in_by_its_door(administrator: Caller, talk: Conversation) -> None:
    for what in ("messages", "toggle_status"):
        assert administrator.problem("POST", chatwoot(talk, what), {}).type == "/api/problems/not-allowed"


def test_a_renewed_token_and_a_bot_that_is_off_are_unknown(
    keys: tuple[ExternalBot, str], talk: Conversation
) -> None:
    made, old = keys
    sara = make_agent("Rita Sala", Role.ADMINISTRATOR)
    new = renew_token(by=sara, bot=made)
    assert Caller(old).problem("POST", chatwoot(talk), {"content": "x"}).status == 401
    assert Caller("ascbot_" + "x" * 500).problem("POST", chatwoot(talk), {"content": "x"}).status == 401
    assert Caller(new)("POST", chatwoot(talk), {"content": "Ciao"}).status_code == 200
    change_bot(by=sara, bot=made, is_enabled=False)
    assert Caller(new).problem("POST", chatwoot(talk), {"content": "x"}).status == 401


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x", "content_type": "cards"},
        {"content": "x", "message_type": "incoming"},
        {"content": "x", "content_type": "input_select", "content_attributes": {"items": [{"title": ""}]}},
        {"content": 1},
        {"content": "x" * 200_001},
    ],
)
def test_what_cannot_be_said_is_invalid(bot: Caller, talk: Conversation, body: dict[str, object]) -> None:
    assert bot.problem("POST", chatwoot(talk), body).type == "/api/problems/invalid"


def test_people_offer_choices_as_well(cast: Cast, administrator: Caller) -> None:
    conversation = cast.writes()
    body = {"text": "Di cosa si tratta?", "choices": [{"id": "a", "title": "Guasto"}]}
    told = administrator.post(f"/conversations/{conversation.pk}/messages", body, status=201)
    assert told["extra"]["choices"] == [{"id": "a", "title": "Guasto", "about": ""}]
