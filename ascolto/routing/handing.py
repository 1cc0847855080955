"""How often a conversation changed hands, and who stands where when it is about to.

A bounce is what the customer notices: after a person answered, another person or another team has it. Going back to nobody is none by
itself; it becomes one when somebody else takes it. Counted from the log, for one opening of the conversation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from ascolto.accounts.models import Agent, Team
from ascolto.accounts.selectors import assignable_agents
from ascolto.conversations.actions import Handing
from ascolto.conversations.models import Author, Conversation, Direction, Message, Status, Visibility
from ascolto.events.models import Event
from ascolto.routing.models import HandOff, Presence, RoutingRules

_TYPES = ("conversation.assigned", "conversation.reopened", "conversation.status_changed", "message.added")
_MOST_EVENTS = 5_000  # the newest of a conversation that are looked at
OPEN_STATES = (HandOff.State.ASKED, HandOff.State.LIMIT)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a conversation, as far as it matters here."""

    type: str
    by_agent: bool
    data: Mapping[str, Any]


def count_bounces(events: Iterable[Happened]) -> int:
    """Changes of owner or team after the first answer of a person, in the last opening. `events` oldest first."""
    holder: int | None = None
    is_answered, count = False, 0
    for event in events:
        if _opens_again(event):
            is_answered, count = False, 0
        elif event.type == "message.added":
            is_answered = is_answered or (event.by_agent and event.data.get("visibility") != Visibility.NOTE)
        elif event.type == "conversation.assigned":
            is_bounce, holder = _moved(event.data, holder)
            count += is_bounce and is_answered
    return count


def _opens_again(event: Happened) -> bool:
    if event.type == "conversation.reopened":
        return True
    return event.type == "conversation.status_changed" and event.data.get("previous") == Status.RESOLVED


def _moved(data: Mapping[str, Any], holder: int | None) -> tuple[bool, int | None]:
    """Whether this change is a bounce, and who counts as the last holder from here on.

    A team that gives it to another team's queue is one bounce: whoever takes it there is not a second one.
    """
    assignee, team, previous_team = data.get("assignee"), data.get("team"), data.get("previous_team")
    another_team = previous_team is not None and team is not None and team != previous_team
    if assignee is None:
        return another_team, None if another_team else holder
    another_holder = holder is not None and assignee != holder
    return another_holder or another_team, assignee


def bounces_of(conversation: Conversation) -> int:
    """How often this conversation changed hands in its last opening. One query."""
    rows = Event.objects.filter(conversation_id=conversation.pk, type__in=_TYPES).order_by("-id")
    found = list(rows.values_list("type", "actor_kind", "data")[:_MOST_EVENTS])
    return count_bounces(Happened(kind, actor == "agent", data) for kind, actor, data in reversed(found))


def is_at_limit(conversation: Conversation) -> bool:
    """Whether one more change of hands is for a lead to decide."""
    return bounces_of(conversation) >= RoutingRules.current().hand_offs_at_most


def was_answered(conversation: Conversation) -> bool:
    """Whether a person has answered this customer here."""
    return answers_of(conversation).exists()


def answers_of(conversation: Conversation) -> QuerySet[Message]:
    """What people answered the customer in this conversation."""
    said = Message.objects.filter(
        conversation=conversation, direction=Direction.OUT, author_kind=Author.AGENT, is_automatic=False
    )
    return said.exclude(visibility=Visibility.NOTE).filter(removed_at=None)


def must_be_offered(agent: Agent, conversation: Conversation, to: Agent | None) -> bool:
    """Whether who transfers it has to offer it: somebody has it, and a person answered or a colleague shall have it. Leads need not."""
    if agent.is_lead or conversation.assignee_id is None:
        return False
    return (to is not None and to != agent) or was_answered(conversation)


def is_there(agent: Agent | None) -> bool:
    """Whether this person can be asked now: with an account, and neither away nor without a screen."""
    if agent is None or not agent.is_active:
        return False
    there = (Presence.State.AVAILABLE, Presence.State.BUSY)
    return Presence.objects.filter(agent=agent, state__in=there).exists()


def accepted_offer(handing: Handing) -> HandOff | None:
    """The offer by which this conversation changes hands, where somebody accepted one just now."""
    agent = handing.agent
    if handing.how != "accepted" or agent is None or handing.assignee != agent:
        return None
    found = HandOff.objects.filter(
        conversation=handing.conversation,
        state=HandOff.State.ACCEPTED,
        settled_by=agent,
        from_agent=handing.conversation.assignee_id,
    )
    return found.order_by("-settled_at", "-pk").first()


def open_offers() -> QuerySet[HandOff]:
    """Offers that still mean something: whoever made them still has the conversation, and it is not resolved."""
    alive = HandOff.objects.filter(state__in=OPEN_STATES, conversation__assignee=F("from_agent"))
    return alive.exclude(conversation__status=Status.RESOLVED)


def _for(agent: Agent) -> Q:
    """Offers that this person may accept: theirs, and those to a team of theirs that they did not make themselves."""
    mine = Team.members.through.objects.filter(agent=agent, team=OuterRef("to_team"))
    return Q(to_agent=agent) | (Q(to_agent=None) & Exists(mine) & ~Q(from_agent=agent))


def offers_to(agent: Agent) -> QuerySet[HandOff]:
    """What this person is asked to take, the oldest first."""
    if agent.is_guest:
        return HandOff.objects.none()
    return open_offers().filter(_for(agent), state=HandOff.State.ASKED).order_by("asked_at", "pk")


def offers_by(agent: Agent) -> QuerySet[HandOff]:
    """What this person offered to others and nobody has taken yet."""
    return open_offers().filter(from_agent=agent).order_by("asked_at", "pk")


def offers_to_decide(agent: Agent) -> QuerySet[HandOff]:
    """What was handed over too often and waits for a lead."""
    if not agent.is_lead:
        return HandOff.objects.none()
    return open_offers().filter(state=HandOff.State.LIMIT).order_by("asked_at", "pk")


def waiting_offers(agent: Agent) -> list[str]:
    """The states of the open offers that wait for this person, at most a hundred. One query."""
    if agent.is_guest:
        return []
    waits = Q(state=HandOff.State.ASKED) & _for(agent)
    if agent.is_lead:
        waits |= Q(state=HandOff.State.LIMIT)
    return list(open_offers().filter(waits).values_list("state", flat=True)[:100])


def offered_to(agent: Agent) -> Q:
    """The condition of the queue's view "offered": for list_conversations(among=…)."""
    return Q(pk__in=offers_to(agent).order_by().values("conversation"))


def offer_of(conversation: Conversation) -> HandOff | None:
    """The open offer of a conversation."""
    found = open_offers().filter(conversation=conversation)
    return found.select_related("from_agent", "to_agent", "to_team", "conversation").first()


def may_accept(agent: Agent, offer: HandOff) -> bool:
    """Whether this offer is for this person."""
    return not agent.is_guest and HandOff.objects.filter(_for(agent), pk=offer.pk).exists()


def hand_offs_seen_by(agent: Agent, *, to_me: bool = False, by_me: bool = False) -> QuerySet[HandOff]:
    """Hand-offs that this person made, got or settled; leads see all. `to_me`, `by_me`: of those alone."""
    if agent.is_guest or not agent.is_active:
        return HandOff.objects.none()
    rows = HandOff.objects.all()
    if not agent.is_lead:
        rows = rows.filter(_for(agent) | Q(from_agent=agent) | Q(settled_by=agent))
    if to_me:
        rows = rows.filter(_for(agent))
    return rows.filter(from_agent=agent) if by_me else rows


def access_hand_off(agent: Agent, pk: int) -> HandOff:
    """An offer that this person made, got, or may decide. Raises HandOff.DoesNotExist."""
    around = (
        "conversation",
        "from_agent",
        "to_agent",
        "to_team",
        "settled_by",
        "proposed_agent",
        "proposed_team",
    )
    return hand_offs_seen_by(agent).select_related(*around).get(pk=pk)


def receivers() -> QuerySet[Agent]:
    """Who can be handed a conversation."""
    return assignable_agents()
