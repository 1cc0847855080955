"""What the customer of a conversation already gave: here, in what came before it, and in what else is open with them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from ascolto.accounts.models import Agent
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.models import Author, Conversation, Direction, Message, Status, Visibility
from ascolto.understanding.engine.summary import Turn, summarise
from ascolto.understanding.engine.told import LOOKED_AT, Said, Told, gather
from ascolto.understanding.written import own_words

MOST_MESSAGES = 200
MOST_CONVERSATIONS = 50  # of one customer, the newest
MOST_TURNS = 200
SUMMARY_LINES = 6


def told_by(
    conversation: Conversation,
    agent: Agent | None = None,
    *,
    among: QuerySet[Conversation] | None = None,
) -> list[Told]:
    """What the customer gave, what was said last first, as far as this person may read it.

    Without an agent only this conversation and those that it goes on from. `among`: visible_conversations(agent), when the caller has
    it already. A constant number of queries.
    """
    rows = Message.objects.filter(
        Q(identity__customer=conversation.customer_id) | Q(identity=None),
        conversation__in=_around(conversation, agent, among),
        direction=Direction.IN,
        author_kind=Author.CUSTOMER,
        removed_at=None,
    )
    rows = rows.exclude(visibility=Visibility.NOTE).exclude(text="").order_by("-occurred_at", "-pk")
    columns = ("pk", "conversation_id", "occurred_at", "text", "extra")
    said = [
        Said(pk, at, own_words(text, extra or {})[:LOOKED_AT], where)
        for pk, where, at, text, extra in rows.values_list(*columns)[:MOST_MESSAGES]
    ]
    return gather(said)


def _around(
    conversation: Conversation, agent: Agent | None, among: QuerySet[Conversation] | None
) -> set[int]:
    """This conversation, those before it, and the customer's other open ones that the agent may see."""
    found = {conversation.pk}
    mine = Conversation.objects.all() if agent is None else among
    if mine is None:
        assert agent is not None
        mine = visible_conversations(agent)
    rows = mine.filter(customer=conversation.customer_id, is_spam=False).order_by("-last_message_at", "-pk")
    others = {
        pk: (previous, status)
        for pk, previous, status in rows.values_list("pk", "previous_id", "status")[:MOST_CONVERSATIONS]
    }
    if agent is not None:
        found |= {pk for pk, (_previous, status) in others.items() if status != Status.RESOLVED}
    place = conversation.previous_id
    while place in others and place not in found:
        found.add(place)
        place = others[place][0]
    return found


def summary_of(conversation: Conversation) -> list[str]:
    """A few sentences of the conversation, word for word, in the order in which they were said. Notes are not in it."""
    rows = Message.objects.filter(conversation=conversation, removed_at=None, is_automatic=False)
    rows = rows.exclude(visibility=Visibility.NOTE).exclude(author_kind=Author.SYSTEM).exclude(text="")
    newest = rows.order_by("-occurred_at", "-pk").values_list("direction", "author_kind", "text", "extra")
    return [line.sentence for line in summarise(_turns(reversed(newest[:MOST_TURNS])), at_most=SUMMARY_LINES)]


def _turns(rows: Iterable[tuple[str, str, str, dict[str, object] | None]]) -> list[Turn]:
    sides = {Author.BOT: "bot", Author.AGENT: "agent"}
    return [
        Turn(
            own_words(text, extra or {})[:LOOKED_AT],
            "customer" if direction == Direction.IN else sides.get(Author(author), "agent"),
        )
        for direction, author, text, extra in rows
    ]
