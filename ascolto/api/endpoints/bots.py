"""What external bots do: answer, leave a note, hand over, resolve. Also at the addresses and in the shape of Chatwoot's API."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NoReturn

from msgspec import Meta, Struct

from ascolto.api import answers
from ascolto.api import bot_documents as d
from ascolto.api.endpoints.messages import NewMessage
from ascolto.api.idempotency import read_key
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import BASE, Answer, BotCall, Call
from ascolto.api.selectors import read_message
from ascolto.bot.actions import external
from ascolto.bot.external_events import ACCOUNT, chatwoot_status
from ascolto.channels.choosing import kept_choices
from ascolto.conversations.models import Conversation, Message
from ascolto.gates import Refused

PEOPLE = "This address is for external bots: people's tokens use /conversations."
_NOT_FOR_BOTS = (
    "channel", "attachments", "template", "generated", "overrides", "seen", "in_reply_to", "hold_seconds",
)  # fmt: skip


class AgentBotItem(Struct, frozen=True):
    """An answer to choose: `value` comes back when it is chosen."""

    title: Annotated[str, Meta(min_length=1, max_length=500)]
    value: Annotated[str, Meta(min_length=1, max_length=200)]


class AgentBotAttributes(Struct, frozen=True):
    """What goes with a content type: the `items` of an `input_select`."""

    items: Annotated[list[AgentBotItem], Meta(max_length=20)] = []


class NewAgentBotMessage(Struct, frozen=True):
    """`private` leaves a note for colleagues. Members that are not known here are passed over, as bots written elsewhere send some."""

    content: Annotated[str, Meta(max_length=200_000)] = ""
    message_type: Literal["outgoing"] = "outgoing"
    private: bool = False
    content_type: Literal["text", "input_select"] = "text"
    content_attributes: AgentBotAttributes = AgentBotAttributes()


class NewStatus(Struct, frozen=True):
    """`open` hands over to a person, `resolved` ends it, `pending` leaves it with the bot."""

    status: Literal["open", "resolved", "pending"] = "open"


def add_agent_bot_message(call: Call) -> NoReturn:
    """An external bot answers the customer, or leaves a note (`private`), in a conversation that it holds. Takes the bot's token, in
    the header `api_access_token`; people's tokens are refused. `account` is always 1."""
    raise Problem("not-allowed", PEOPLE)


def toggle_agent_bot_status(call: Call) -> NoReturn:
    """An external bot hands a conversation over to people (`open`), or resolves it. Takes the bot's token, in the header
    `api_access_token`; people's tokens are refused. `account` is always 1."""
    raise Problem("not-allowed", PEOPLE)


def message_of_bot(call: BotCall) -> Answer:
    """The same address as people's, with a bot's token."""
    body: NewMessage = call.body
    if wrong := [name for name in _NOT_FOR_BOTS if getattr(body, name)]:
        raise invalid(wrong[0], "is not for external bots.")
    if body.visibility == "public":
        raise invalid(
            "visibility", "an external bot writes `private` answers and leaves a `note`, never in public."
        )
    conversation = _conversation(call)
    choices = [{"id": one.id, "title": one.title, "about": one.about} for one in body.choices]
    message = _say(call, conversation, body.text, is_note=body.visibility == "note", choices=choices)
    document = answers.message(read_message(message.pk), conversation.customer.name)
    return Answer(document, {"Location": f"{BASE}/conversations/{conversation.pk}/messages"})


def agent_bot_message(call: BotCall) -> Answer:
    """In Chatwoot's shape."""
    body: NewAgentBotMessage = call.body
    conversation = _conversation(call)
    items = body.content_attributes.items if body.content_type == "input_select" else []
    choices = [{"id": item.value, "title": item.title} for item in items]
    message = _say(call, conversation, body.content, is_note=body.private, choices=choices)
    return Answer(_agent_bot_document(call, message, body.private))


def agent_bot_status(call: BotCall) -> Answer:
    """In Chatwoot's shape."""
    conversation = _conversation(call)
    wanted = call.body.status
    if wanted == "open":
        external.hand_off(bot_id=call.bot.pk, conversation=conversation)
    elif wanted == "resolved":
        external.resolve(bot=call.bot, conversation=conversation)
    elif not conversation.with_bot:
        raise Refused("not_bots", "A person has this conversation: the bot does not get it back.")
    conversation.refresh_from_db()
    now = chatwoot_status(conversation)
    told = d.ToggledStatus(True, conversation.pk, now)  # type: ignore[arg-type]
    return Answer(d.Toggled({}, told))


def _conversation(call: BotCall) -> Conversation:
    """One of the bot's inbox; everything else is not found."""
    account = call.path.get("account", str(ACCOUNT))
    text = call.path["id"]
    if account != str(ACCOUNT) or not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem("not-found")
    return external.access(call.bot, int(text))


def _say(
    call: BotCall, conversation: Conversation, text: str, *, is_note: bool, choices: list[dict[str, Any]]
) -> Message:
    key = call.request.META.get("HTTP_IDEMPOTENCY_KEY")
    own_key = f"{conversation.pk} {read_key(key)}" if key is not None else ""
    if not is_note:
        return external.answer(
            bot=call.bot, conversation=conversation, text=text, choices=choices, key=own_key
        )
    if choices:
        raise invalid("choices", "are not for notes: they stay in the house.")
    return external.leave_note(bot=call.bot, conversation=conversation, text=text, key=own_key)


def _agent_bot_document(call: BotCall, message: Message, is_private: bool) -> d.AgentBotMessage:
    choices = kept_choices(message.extra.get("choices"))
    items = [{"title": choice.title, "value": choice.id} for choice in choices]
    return d.AgentBotMessage(
        id=message.pk,
        content=message.text,
        inbox_id=call.bot.account_id,
        conversation_id=message.conversation_id,
        message_type=1,
        content_type="input_select" if items else "text",
        status="sent",
        content_attributes={"items": items} if items else {},
        created_at=int(message.occurred_at.timestamp()),
        private=is_private,
        source_id=message.external_id,
        sender=d.AgentBotSender(call.bot.pk, call.bot.name),
    )
