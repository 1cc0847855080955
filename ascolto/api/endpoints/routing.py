"""Who is there, who has what and why, and taking the next one."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import fields

from ascolto.accounts.models import Agent
from ascolto.api import assignment_documents as d
from ascolto.api.documents import Meta, Reference
from ascolto.api.endpoints.conversations import find_id
from ascolto.api.problems import Problem
from ascolto.api.routing import Answer, Call
from ascolto.conversations.access import access_conversation
from ascolto.kit.clock import now
from ascolto.routing import words
from ascolto.routing.actions.presence import choose_presence
from ascolto.routing.actions.taking import take_next
from ascolto.routing.models import Presence
from ascolto.routing.selectors import Held, crew, holders
from ascolto.routing.why import why_waiting


class PresenceBody(Struct, frozen=True, forbid_unknown_fields=True):
    """`state`: what you say of yourself."""

    state: Literal["available", "busy", "away"]


def get_presence(call: Call) -> Answer:
    """How you stand yourself."""
    return Answer(_presence(call.agent))


def put_presence(call: Call) -> Answer:
    """Say how you stand. It counts as a sign of life: who gives none for some minutes (see the settings) is away."""
    choose_presence(agent=call.agent, state=call.body.state)
    return Answer(_presence(call.agent))


def _presence(agent: Agent) -> d.Presence:
    row = Presence.objects.filter(agent=agent).first()
    return d.Presence(row.state, row.since, row.seen_at) if row else d.Presence("offline", None, None)  # type: ignore[arg-type]


def list_routed_agents(call: Call) -> Answer:
    """Everybody who can answer, with their load, in one page. For leads."""
    if not call.agent.is_lead:
        raise Problem("not-allowed", "Only leads see what others have in hand.")
    names = [field.name for field in fields(d.RoutedAgent)]
    rows = [{name: getattr(person, name) for name in names} for person in crew(now())]
    return Answer(
        d.RoutedAgentList([d.RoutedAgent(**{**row, "teams": list(row["teams"])}) for row in rows], Meta(None))
    )


def list_assignments(call: Call) -> Answer:
    """Who had a conversation, and why they and nobody else."""
    conversation = access_conversation(call.agent, find_id(call))
    held = holders(conversation)
    waits = [] if conversation.assignee_id else words.in_words(why_waiting(conversation))
    return Answer(d.AssignmentList([_assignment(one) for one in held], waits))


def _assignment(held: Held) -> d.Assignment:
    return d.Assignment(
        agent=Reference(held.agent, held.name),
        how=held.how,
        by=held.by,
        began_at=held.began_at,
        ended_at=held.ended_at,
        reasons=words.in_words(held.why),
        why=[dict(reason) for reason in held.why],
    )


def take_next_one(call: Call) -> Answer:
    """Take the conversation whose promise is due first, of those that you may see and can do. Give it back by `assign` with null."""
    taken = take_next(agent=call.agent)
    if taken is None:
        return Answer(d.Taken(None, None, []))
    return Answer(d.Taken(taken.conversation.pk, taken.conversation.number, words.in_words(taken.why)))
