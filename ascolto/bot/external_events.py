"""What an external bot is told, in the shape of Chatwoot's agent bots, so that bots written for those understand it as it is.

Of the customer it gets the name and the handle by which they wrote here, not what else is known.
"""

from __future__ import annotations

import json
from typing import Any

from ascolto.accounts.models import Company
from ascolto.bot.models import ExternalBot
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.kit.text import clean

ACCOUNT = 1  # there is one company in an installation
LONGEST_CONTENT = 20_000  # characters of a message that are told
MOST_FILES = 20
_NAMES = {"email": "email", "phone": "phone_number"}
_FILES = {"image": "image", "audio": "audio", "video": "video"}


def message_created(bot: ExternalBot, message: Message) -> bytes:
    """The body of `message_created` for a customer's message, read with its conversation, customer, identity and files."""
    conversation = message.conversation
    sender = _sender(message)
    document = {
        "event": "message_created",
        "id": message.pk,
        "content": clean(message.text, LONGEST_CONTENT),
        "content_type": "text",
        "content_attributes": _chosen(message),
        "message_type": "incoming",
        "created_at": message.occurred_at.isoformat(),
        "private": False,
        "source_id": message.external_id,
        "sender": sender,
        "attachments": [_file(file) for file in message.attachments.all()[:MOST_FILES]],
        "inbox": {"id": bot.account_id, "name": bot.account.name},
        "account": {"id": ACCOUNT, "name": Company.current().name or "Ascolto"},
        "conversation": _conversation(bot, conversation, sender),
    }
    return json.dumps(document, ensure_ascii=True).encode()


def _sender(message: Message) -> dict[str, Any]:
    customer, identity = message.conversation.customer, message.identity
    told = {"id": customer.pk, "name": customer.name, "type": "contact", "email": None, "phone_number": None}
    if identity is not None:
        told["identifier"] = identity.value
        if identity.namespace in _NAMES:
            told[_NAMES[identity.namespace]] = identity.value
    return told


def _chosen(message: Message) -> dict[str, Any]:
    """The choice that was pressed, where the network says which."""
    payload = (message.extra or {}).get("payload")
    if not isinstance(payload, str) or not payload:
        return {}
    return {"submitted_values": [{"title": clean(message.text, 200), "value": clean(payload, 200)}]}


def _file(file: Attachment) -> dict[str, Any]:
    """What is known of a file; its content stays here."""
    kind = _FILES.get(file.content_type.partition("/")[0], "file")
    return {"id": file.pk, "file_type": kind, "file_name": file.name, "file_size": file.size}


def _conversation(bot: ExternalBot, conversation: Conversation, sender: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": conversation.pk,
        "display_id": conversation.pk,
        "account_id": ACCOUNT,
        "inbox_id": bot.account_id,
        "status": chatwoot_status(conversation),
        "channel": conversation.channels.split(",")[0],
        "can_reply": True,
        "labels": [label.name for label in conversation.labels.all()],
        "meta": {"sender": sender, "assignee": None, "team": None},
        "additional_attributes": {},
        "custom_attributes": {},
        "contact_inbox": {"source_id": sender.get("identifier"), "inbox_id": bot.account_id},
        "messages": [],
        "created_at": int(conversation.created_at.timestamp()),
        "last_activity_at": int(conversation.last_message_at.timestamp()),
        "timestamp": int(conversation.last_message_at.timestamp()),
    }


def chatwoot_status(conversation: Conversation) -> str:
    """The status in Chatwoot's words: `pending` is what a bot holds."""
    if conversation.status == "resolved":
        return "resolved"
    return "pending" if conversation.with_bot else "open"
