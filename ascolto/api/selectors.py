"""Reads that only the API needs. What an agent may see is decided in conversations.access, here as everywhere."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.channels.selectors import all_accounts
from ascolto.conversations.access import sees_every_account, sight_of, visible_conversations
from ascolto.conversations.models import Conversation, Message
from ascolto.conversations.selectors import BadCursor
from ascolto.customers.models import Customer, Identity


def _messages() -> QuerySet[Message]:
    return Message.objects.select_related(
        "agent", "identity", "account", "reading__topic", "reading__lookalike"
    ).prefetch_related("attachments", "reactions")


def read_message(pk: int) -> Message:
    """One message with everything its document tells."""
    return _messages().get(pk=pk)


def thread_page(conversation: Conversation, cursor: str, limit: int) -> tuple[list[Message], str]:
    """Messages of a conversation, oldest first, and the cursor of the next page. Raises BadCursor."""
    rows = _messages().filter(conversation=conversation).order_by("occurred_at", "id")
    if cursor:
        moment, pk = _place(cursor)
        rows = rows.filter(occurred_at__gte=moment).filter(
            Q(occurred_at__gt=moment) | Q(occurred_at=moment, id__gt=pk)
        )
    found = list(rows[: limit + 1])
    if len(found) <= limit:
        return found, ""
    last = found[limit - 1]
    text = f"{last.occurred_at.isoformat()}|{last.pk}"
    return found[:limit], base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, int]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moment, _, pk = text.partition("|")
        parsed = datetime.fromisoformat(moment)
        if parsed.tzinfo is None or not 0 < int(pk) < 2**63:
            raise ValueError
        return parsed, int(pk)
    except (ValueError, OverflowError) as error:
        raise BadCursor("This cursor was not made here: begin again without one.") from error


def newest_messages(conversations: Sequence[int]) -> dict[int, Message]:
    """The newest message of each conversation, by the conversation's id."""
    newest = (
        Message.objects.filter(conversation_id__in=conversations)
        .values("conversation_id")
        .annotate(newest=Max("id"))
        .values("newest")
    )
    return {message.conversation_id: message for message in _messages().filter(pk__in=newest)}


def visible_customers(agent: Agent) -> QuerySet[Customer]:
    """The customers of the conversations that the agent may see; everybody for those who see every inbox."""
    customers = Customer.objects.select_related("group").prefetch_related("identities")
    if sees_every_account(sight_of(agent)):
        return customers
    return customers.filter(Exists(visible_conversations(agent).filter(customer=OuterRef("pk"))))


def customers_page(agent: Agent, query: str, cursor: str, limit: int) -> tuple[list[Customer], str]:
    """Customers, the newest first, and the cursor of the next page. Raises BadCursor.

    `query`: every word is in the name, or the beginning of a handle.
    """
    rows = visible_customers(agent).order_by("-id")
    if words := query.split()[:8]:
        named = Q()
        for word in words:
            named &= Q(name__icontains=word)
        handles = Identity.objects.filter(value__istartswith=query.strip()).values("customer_id")
        rows = rows.filter(named | Q(pk__in=handles))
    if cursor:
        rows = rows.filter(pk__lt=_number(cursor))
    found = list(rows[: limit + 1])
    return found[:limit], str(found[limit - 1].pk) if len(found) > limit else ""


def _number(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise BadCursor("This cursor was not made here: begin again without one.")
    return int(cursor)


def visible_channels(agent: Agent) -> QuerySet[ChannelAccount]:
    """The inboxes whose conversations the agent may see."""
    sight = sight_of(agent)
    return all_accounts() if sight.everything else all_accounts().filter(pk__in=sight.accounts)


def channels_page(agent: Agent, cursor: str, limit: int) -> tuple[list[ChannelAccount], str]:
    """Inboxes in the order in which they were connected. Raises BadCursor."""
    rows = visible_channels(agent).order_by("id")
    if cursor:
        rows = rows.filter(pk__gt=_number(cursor))
    found = list(rows[: limit + 1])
    return found[:limit], str(found[limit - 1].pk) if len(found) > limit else ""
