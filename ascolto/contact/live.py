"""What a visitor sees of their conversation. Used by the widget's own requests and by the live stream.

Only messages on this chat, written by this visitor or addressed to them: never a note, never another channel.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.signing import BadSignature, TimestampSigner
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse

from ascolto.channels.adapters.chat.adapter import client_id_of
from ascolto.channels.choosing import as_kept, kept_choices
from ascolto.contact.doors import open_door
from ascolto.contact.visitors import Visitor, read_key, with_customer
from ascolto.conversations.files import SHOWN_INLINE
from ascolto.conversations.models import Attachment, Author, Delivery, Direction, Message, Visibility
from ascolto.conversations.rating import is_ratable, rating_of
from ascolto.customers.models import Identity
from ascolto.kit.clock import now

AT_ONCE = 200
SETTLES_WITHIN = timedelta(
    minutes=2
)  # what changed this lately is told again, so that a stream misses no change
FILE_LINK_AGE = timedelta(hours=24)
_FROM = {Author.AGENT: "agent", Author.BOT: "bot", Author.SYSTEM: "system"}


def visitor_of(token: str, visitor_key: str) -> Visitor | None:
    """The visitor with this key at this chat; None when the key or the chat is not (any more) valid."""
    try:
        account, config = open_door("chat", token)
    except Http404:
        return None
    visitor = read_key(account, config, visitor_key)
    return with_customer(visitor, customer_of(visitor)) if visitor else None


def customer_of(visitor: Visitor) -> int | None:
    """The customer behind a visitor, once something of theirs was received."""
    return _identities(visitor).values_list("customer_id", flat=True).first()


def messages_after(visitor: Visitor, message_id: int) -> list[dict[str, Any]]:
    """Rows later than a message, oldest first, and those before it that changed a moment ago; JSON-ready."""
    lately = now() - SETTLES_WITHIN
    changed = Q(edited_at__gt=lately) | Q(removed_at__gt=lately)
    fresh = Q(pk__gt=message_id) | changed | Q(direction=Direction.OUT, created_at__gt=lately)
    return _rows(visitor, _visible(visitor).filter(fresh).order_by("id")[:AT_ONCE])


def latest_messages(visitor: Visitor, before: int | None = None) -> list[dict[str, Any]]:
    """The newest rows (of those before a message), oldest first."""
    found = _visible(visitor)
    if before is not None:
        found = found.filter(pk__lt=before)
    return _rows(visitor, reversed(found.order_by("-id")[:AT_ONCE]))


def visible_message_ids(visitor: Visitor, pks: Iterable[int]) -> list[str]:
    """The network ids of answers among these messages that the visitor may see."""
    found = _visible(visitor).filter(pk__in=list(pks), direction=Direction.OUT, external_id__isnull=False)
    return [external for external in found.values_list("external_id", flat=True) if external]


def may_read(visitor: Visitor, pk: int) -> bool:
    """Whether this is an answer that the visitor sees."""
    return _visible(visitor).filter(pk=pk, direction=Direction.OUT).exists()


def linked_file(account_id: int, pk: int, key: str) -> Attachment:
    """The file behind an address that `messages_after` gave out. Raises Attachment.DoesNotExist."""
    try:
        told = file_signer().unsign_object(key[:1000], max_age=FILE_LINK_AGE)
    except (BadSignature, ValueError, UnicodeError):
        raise Attachment.DoesNotExist from None
    if told != {"f": pk, "a": account_id, "m": told.get("m")}:
        raise Attachment.DoesNotExist
    return Attachment.objects.get(
        pk=pk,
        message_id=told["m"],
        message__account_id=account_id,
        message__visibility__in=[Visibility.PRIVATE, Visibility.PUBLIC],
        message__removed_at__isnull=True,
    )


def _identities(visitor: Visitor) -> QuerySet[Identity]:
    wanted = Q()
    for namespace, value in visitor.identity_values:
        wanted |= Q(namespace=namespace, value=value, scope="")
    return Identity.objects.filter(wanted)


def _visible(visitor: Visitor) -> QuerySet[Message]:
    answered = Q(direction=Direction.IN) | Q(delivery__in=[Delivery.SENT, Delivery.DELIVERED, Delivery.READ])
    return Message.objects.select_related("agent").filter(
        answered,
        account_id=visitor.account_id,
        identity_id__in=list(_identities(visitor).values_list("pk", flat=True)),
        visibility__in=[Visibility.PRIVATE, Visibility.PUBLIC],
    )


def _rows(visitor: Visitor, messages: Any) -> list[dict[str, Any]]:
    found = list(messages)
    files: dict[int, list[Attachment]] = {}
    for file in Attachment.objects.filter(message_id__in=[m.pk for m in found]).exclude(state="failed"):
        files.setdefault(file.message_id or 0, []).append(file)
    return [_row(visitor, message, files.get(message.pk, [])) for message in found]


def _row(visitor: Visitor, message: Message, files: list[Attachment]) -> dict[str, Any]:
    mine, gone = message.direction == Direction.IN, message.removed_at is not None
    return {
        "id": message.pk,
        "from": "me" if mine else _FROM.get(Author(message.author_kind), "agent"),
        "author": message.agent.name if message.agent and not mine else "",
        "text": "" if gone else message.text,
        "files": [] if gone else [_file(visitor, file) for file in files],
        "at": message.occurred_at.isoformat(),
        "client": client_id_of(message.external_id) if mine else "",
        "delivery": message.delivery,
        "edited": message.edited_at is not None,
        "removed": gone,
        "choices": [] if mine or gone else as_kept(kept_choices(message.extra.get("choices"))),
        "ratable": is_ratable(message),
        "helped": None if mine else rating_of(message),
    }


def _file(visitor: Visitor, file: Attachment) -> dict[str, Any]:
    key = file_signer().sign_object({"f": file.pk, "a": visitor.account_id, "m": file.message_id})
    return {
        "id": file.pk,
        "name": file.name,
        "type": file.content_type,
        "size": file.size,
        "image": file.content_type in SHOWN_INLINE and file.content_type.startswith("image/"),
        "ready": file.state == Attachment.State.READY,
        "url": f"{reverse('contact:chat-file', args=[visitor.token, file.pk])}?key={key}",
    }


def file_signer() -> TimestampSigner:
    """Signs the address of one file: it opens nothing else, and says nothing of the visitor."""
    return TimestampSigner(salt="chat-file")
