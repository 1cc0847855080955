"""Messages: read a thread, answer the customer, leave a note."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, json

from ascolto.api import answers, documents
from ascolto.api.bodies import Cursor, Id, Limit
from ascolto.api.endpoints.conversations import find_id
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import BASE, Answer, Call
from ascolto.api.selectors import read_message, thread_page
from ascolto.channels.models import ChannelAccount
from ascolto.conversations import actions
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.conversations.reach import reaches
from ascolto.conversations.selectors import access_conversation
from ascolto.delivery.actions import resend
from ascolto.generation.actions.used import note_used
from ascolto.generation.provenance import provenance_of

MAX_TEMPLATE_BYTES = 32 * 1024


class MessageQuery(Struct, frozen=True, forbid_unknown_fields=True):
    limit: Limit = 200
    cursor: Cursor = ""


class OfferedChoice(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer that a message offers: `title` is seen, and `about` where there is room; `id` comes back when it is chosen."""

    id: Annotated[str, Meta(min_length=1, max_length=200)]
    title: Annotated[str, Meta(min_length=1, max_length=500)]
    about: Annotated[str, Meta(max_length=500)] = ""


class NewMessage(Struct, frozen=True, forbid_unknown_fields=True):
    """`private` and `public` go to the customer, `note` only to colleagues.

    `channel`: a kind such as `email`, or a channel's id; without it the one the customer used last. `attachments`: ids of
    files uploaded with `POST /attachments`. `template`: what the network approved, for answers outside its window, such as
    `{"name": "line_repaired", "language": "it", "components": []}` for WhatsApp. `generated`: ids of texts from `GET /generated/{id}`
    that the answer is made of; what looks like one is recognised without it. `overrides`: reasons for setting guarantees
    of the Charter aside, where a refusal says that this is possible: `{"right-timing": "She asked for the price"}`; they are written down.
    `seen`: the id of the newest message that you had read; what a colleague answered after it is told first (`answered_meanwhile`).
    `in_reply_to`: the id of the message that is answered, where the channel can say so; without it the customer's last one.
    `hold_seconds`: so long an answer waits in the thread before it leaves, and can be taken back
    (`POST /conversations/{id}/messages/{message}/withdraw`). `choices`: answers that it offers, as buttons or, where the network has
    none, as numbered lines.
    """

    text: Annotated[str, Meta(max_length=200_000)] = ""
    visibility: documents.MessageVisibility = "private"
    channel: Id | Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    attachments: Annotated[list[Id], Meta(max_length=50)] | None = None
    template: dict[str, Any] | None = None
    generated: Annotated[list[Id], Meta(max_length=20)] | None = None
    overrides: dict[str, Annotated[str, Meta(max_length=500)]] = {}
    seen: Id | None = None
    in_reply_to: Id | None = None
    hold_seconds: Annotated[int, Meta(ge=0, le=60)] = 0
    choices: Annotated[list[OfferedChoice], Meta(max_length=20)] = []


class NewReply(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to the customer, as NewMessage has it."""

    text: Annotated[str, Meta(max_length=200_000)] = ""
    visibility: Literal["private", "public"] = "private"
    channel: Id | Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    attachments: Annotated[list[Id], Meta(max_length=50)] | None = None
    template: dict[str, Any] | None = None
    generated: Annotated[list[Id], Meta(max_length=20)] | None = None
    overrides: dict[str, Annotated[str, Meta(max_length=500)]] = {}
    seen: Id | None = None
    in_reply_to: Id | None = None


def list_messages(call: Call) -> Answer:
    """The messages of a conversation, oldest first."""
    conversation = access_conversation(call.agent, find_id(call))
    found, cursor = thread_page(conversation, call.query.cursor, call.query.limit)
    data = [answers.message(message, conversation.customer.name) for message in found]
    return Answer(documents.MessageList(data, documents.Meta(cursor or None)))


def add_message(call: Call) -> Answer:
    """Answer the customer or leave a note. The answer tells the delivery state; read the thread for what becomes of it."""
    is_note = call.body.visibility == "note"
    conversation = access_conversation(call.agent, find_id(call), to="note" if is_note else "reply")
    made = _note(call, conversation, _files(call)) if is_note else _reply(call, conversation)
    document = answers.message(read_message(made.pk), conversation.customer.name)
    return Answer(document, {"Location": f"{BASE}/conversations/{conversation.pk}/messages"})


def resend_message(call: Call) -> Answer:
    """Send an answer again that failed, or of which nobody knows whether it arrived."""
    conversation = access_conversation(call.agent, find_id(call), to="reply")
    text = call.path["message"]
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem("not-found")
    found = Message.objects.select_related("conversation").get(pk=int(text), conversation=conversation)
    resend(agent=call.agent, message=found)
    return Answer(answers.message(read_message(found.pk), conversation.customer.name))


def _files(call: Call) -> list[Attachment]:
    wanted = list(dict.fromkeys(call.body.attachments or ()))
    found = {
        file.pk: file
        for file in Attachment.objects.filter(pk__in=wanted, uploader=call.agent, message__isnull=True)
    }
    if missing := [str(pk) for pk in wanted if pk not in found]:
        raise invalid(
            "attachments", f"{', '.join(missing[:10])}: not a file that you uploaded and nobody sent yet."
        )
    return [found[pk] for pk in wanted]


def _note(call: Call, conversation: Conversation, files: list[Attachment]) -> Message:
    for name in ("channel", "template", "hold_seconds", "choices"):
        if getattr(call.body, name):
            raise invalid(name, "is not for notes: they stay in the house.")
    message = actions.add_note(
        agent=call.agent,
        conversation=conversation,
        text=call.body.text,
        attachments=files,
        provenance=provenance_of(call.agent, conversation, call.body.text, call.body.generated or ()),
    )
    note_used(message)
    return message


def _reply(call: Call, conversation: Conversation) -> Message:
    fields = answer_fields(call, conversation)
    message = actions.add_reply(
        agent=call.agent,
        conversation=conversation,
        attachments=fields.pop("files"),
        hold=timedelta(seconds=call.body.hold_seconds),
        choices=[{"id": one.id, "title": one.title, "about": one.about} for one in call.body.choices],
        **fields,
    )
    note_used(message)
    return message


def answer_fields(call: Call, conversation: Conversation) -> dict[str, Any]:
    """What a body says of an answer, checked: as `composing.reply.Reply` names it."""
    body, template = call.body, call.body.template
    if template is not None and len(json.encode(template)) > MAX_TEMPLATE_BYTES:
        raise invalid("template", f"has more than {MAX_TEMPLATE_BYTES} bytes.")
    return {
        "text": body.text,
        "visibility": body.visibility,
        "account": _account(call, conversation),
        "files": _files(call),
        "template": template,
        "overrides": body.overrides,
        "answers": body.in_reply_to and int(body.in_reply_to),
        "seen": body.seen,
        "provenance": provenance_of(call.agent, conversation, body.text, body.generated or ()),
    }


def _account(call: Call, conversation: Conversation) -> ChannelAccount | None:
    """The account that `channel` means, among those on which the customer has written in this conversation."""
    wanted = call.body.channel
    if wanted is None:
        return None
    ways = [way for way in reaches(conversation) if str(wanted) in {str(way.account.pk), way.account.kind}]
    fitting = [way for way in ways if way.visibility == call.body.visibility] or ways
    if not fitting:
        raise invalid("channel", f"the customer has not written on {wanted} in this conversation.")
    return fitting[0].account
