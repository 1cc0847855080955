"""Part of a conversation becomes one of its own; conversations that belong together are linked and stay apart."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from ascolto.accounts.models import Agent
from ascolto.conversations.access import refuse_merged, refuse_unless, visible_conversations
from ascolto.conversations.actions.merge import TOLD, lock
from ascolto.conversations.actions.merged_rows import derive
from ascolto.conversations.merging import Moving, move_all
from ascolto.conversations.models import Conversation, ConversationLink, Message, Status, Visibility
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

SPLIT = "split"  # why a conversation is linked to the one from which it was taken


@transaction.atomic
def split(*, agent: Agent | None, conversation: Conversation, messages: Iterable[int]) -> Conversation:
    """A new conversation of these messages, of the same customer and the same people, linked to the old one.

    Merging it back undoes it. Raises Refused when nothing, nothing but notes, or everything would go, or the agent may not.
    """
    if agent is not None:
        refuse_unless(agent, "conversations.merge")
    old = lock(conversation.pk)[conversation.pk]
    refuse_merged(old)
    chosen = list(_chosen(old, messages))
    fresh = _begin(old, chosen)
    ids = [message.pk for message in chosen]
    Message.objects.filter(pk__in=ids).update(conversation=fresh)
    for one in (old, fresh):
        derive(one)
        one.version += 1
        one.save()
    link(agent=agent, conversation=fresh, other=old, why=SPLIT)
    told = {"source": old.pk, "target": fresh.pk, "messages": ids[:TOLD]}
    _tell("conversation.created", agent, fresh, channel=fresh.channels.split(",")[0], previous=None)
    for one in (old, fresh):
        _tell("conversation.split", agent, one, **told)
    move_all(Moving(old, fresh, ids, is_part=True))
    conversation.refresh_from_db()
    fresh.refresh_from_db()
    return fresh


def _chosen(old: Conversation, messages: Iterable[int]) -> QuerySet[Message]:
    wanted = set(messages)
    rows = Message.objects.filter(conversation=old)
    chosen = rows.filter(pk__in=wanted).select_related("account").order_by("occurred_at", "pk")
    said = chosen.exclude(visibility=Visibility.NOTE)
    if not said:
        raise Refused("nothing_chosen", "Choose at least one message that is not a note.")
    if not rows.exclude(pk__in=wanted).exclude(visibility=Visibility.NOTE).exists():
        raise Refused("everything_chosen", "Nothing would be left here.", fix="Leave at least one message.")
    return chosen


def _begin(old: Conversation, chosen: list[Message]) -> Conversation:
    first = next(message for message in chosen if message.visibility != Visibility.NOTE)
    return Conversation.objects.create(
        customer_id=old.customer_id,
        account_id=first.account_id or old.account_id,
        subject=first.subject or old.subject,
        assignee_id=old.assignee_id,
        team_id=old.team_id,
        priority=old.priority,
        status=Status.OPEN,
        created_at=now(),
        version=0,
    )


@transaction.atomic
def link(*, agent: Agent | None, conversation: Conversation, other: Conversation, why: str = "") -> bool:
    """Say that two conversations belong together. Whether it is new. Raises Refused for one and the same, or one unseen."""
    _may_link(agent, conversation, other)
    if conversation.pk == other.pk:
        raise Refused("same_conversation", "A conversation cannot be linked to itself.")
    words = clean(" ".join(why.split()), 200)
    one, two = sorted((conversation.pk, other.pk))
    _row, made = ConversationLink.objects.get_or_create(
        one_id=one, other_id=two, defaults={"why": words, "by": agent}
    )
    if made:
        _tell("conversation.linked", agent, conversation, other=other.pk, why=words)
        _tell("conversation.linked", agent, other, other=conversation.pk, why=words)
    return made


@transaction.atomic
def unlink(*, agent: Agent | None, conversation: Conversation, other: Conversation) -> str | None:
    """They do not belong together after all. Returns why they did, None when they were not linked."""
    _may_link(agent, conversation, other)
    one, two = sorted((conversation.pk, other.pk))
    row = ConversationLink.objects.filter(one_id=one, other_id=two).first()
    if row is None:
        return None
    row.delete()
    _tell("conversation.unlinked", agent, conversation, other=other.pk, why=row.why)
    _tell("conversation.unlinked", agent, other, other=conversation.pk, why=row.why)
    return row.why


def links_of(conversation: int) -> dict[int, str]:
    """The conversations linked to this one, and why."""
    rows = ConversationLink.objects.filter(Q(one_id=conversation) | Q(other_id=conversation)).order_by("-at")
    return {
        other if one == conversation else one: why
        for one, other, why in rows.values_list("one_id", "other_id", "why")
    }


def _may_link(agent: Agent | None, *conversations: Conversation) -> None:
    if agent is None:
        return
    refuse_unless(agent, "conversations.manage")
    wanted = {one.pk for one in conversations}
    if visible_conversations(agent).filter(pk__in=wanted).count() != len(wanted):
        raise Refused("not_visible", "You do not see both conversations.", fix="Ask somebody who does.")


def _tell(name: str, agent: Agent | None, conversation: Conversation, **data: object) -> None:
    emit(
        name,
        actor=actor_of(agent),
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        **data,
    )
