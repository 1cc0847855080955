"""Hand-offs: offer a conversation, accept, refuse, take back; and what its customer already said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from ascolto.accounts.models import Agent, Team
from ascolto.api import documents
from ascolto.api import hand_off_documents as hd
from ascolto.api.bodies import Cursor, Id, Limit
from ascolto.api.endpoints.conversations import find_id
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import BASE, Answer, Call
from ascolto.conversations.access import access_conversation, visible_conversations
from ascolto.conversations.selectors import BadCursor
from ascolto.kit.ids import reference_number
from ascolto.routing.actions import hand_offs as actions
from ascolto.routing.handing import access_hand_off, hand_offs_seen_by
from ascolto.routing.models import HandOff
from ascolto.understanding.selectors.told import told_by

_AROUND = (
    "conversation",
    "from_agent",
    "to_agent",
    "to_team",
    "settled_by",
    "proposed_agent",
    "proposed_team",
)


class NewHandOff(Struct, frozen=True, forbid_unknown_fields=True):
    """To whom: the id of an `agent` or of a `team`, one of them. `note`: what is asked of them."""

    agent: Id | None = None
    team: Id | None = None
    note: Annotated[str, Meta(max_length=2_000)] = ""


class Refusal(Struct, frozen=True, forbid_unknown_fields=True):
    """`reason`: why not. Who should have it instead: an `agent` or a `team`. Both are needed."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    agent: Id | None = None
    team: Id | None = None


class HandOffQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`to`: only what you may accept; `by`: only what you offered. `conversation`: of this one alone."""

    state: Literal["asked", "accepted", "refused", "withdrawn", "limit"] | None = None
    to: Literal["me"] | None = None
    by: Literal["me"] | None = None
    conversation: Id | None = None
    limit: Limit = 50
    cursor: Cursor = ""


def offer_conversation(call: Call) -> Answer:
    """Hand a conversation over: it is offered to a colleague or to a team, with what happened so far. You have it until somebody accepts.

    Where the customer was handed over as often as the rules allow, the answer is the problem `refused` with the code `hand_off_limit`;
    the wish is kept for a lead.
    """
    conversation = access_conversation(call.agent, find_id(call), to="manage")
    body: NewHandOff = call.body
    offer = actions.ask(
        agent=call.agent,
        conversation=conversation,
        to_agent=_agent(body.agent),
        to_team=_team(body.team),
        note=body.note,
    )
    return _answer(offer, {"Location": f"{BASE}/hand-offs/{offer.pk}"})


def list_hand_offs(call: Call) -> Answer:
    """Hand-offs that you made or got, the newest first; leads see all."""
    query: HandOffQuery = call.query
    rows = hand_offs_seen_by(call.agent, to_me=query.to == "me", by_me=query.by == "me")
    if query.state is not None:
        rows = rows.filter(state=query.state)
    if query.conversation is not None:
        rows = rows.filter(conversation=query.conversation)
    if query.cursor:
        rows = rows.filter(pk__lt=_after(query.cursor))
    found = list(rows.select_related(*_AROUND).order_by("-pk")[: query.limit + 1])
    more = str(found[query.limit - 1].pk) if len(found) > query.limit else None
    return Answer(hd.HandOffList([_document(one) for one in found[: query.limit]], documents.Meta(more)))


def _after(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise BadCursor("This cursor was not made here: begin again without one.")
    return int(cursor)


def get_hand_off(call: Call) -> Answer:
    """One hand-off that you made or got."""
    return _answer(_find(call))


def accept_hand_off(call: Call) -> Answer:
    """Take what is offered. Of a team the first who accepts has it; the others get the code `offer_settled`."""
    return _settled(call, lambda offer: actions.accept(agent=call.agent, hand_off=offer))


def refuse_hand_off(call: Call) -> Answer:
    """Say no, why, and who should have it instead. Whoever offered it keeps it."""
    body: Refusal = call.body
    return _settled(
        call,
        lambda offer: actions.refuse(
            agent=call.agent,
            hand_off=offer,
            reason=body.reason,
            proposed_agent=_agent(body.agent),
            proposed_team=_team(body.team),
        ),
    )


def withdraw_hand_off(call: Call) -> Answer:
    """Take an offer back, before somebody accepts it. Leads may take back any."""
    return _settled(call, lambda offer: actions.withdraw(agent=call.agent, hand_off=offer))


def allow_hand_off(call: Call) -> Answer:
    """For leads: offer once more than the rules allow. The receiver still has to accept."""
    return _settled(call, lambda offer: actions.allow(agent=call.agent, hand_off=offer))


def list_told(call: Call) -> Answer:
    """What the customer already gave, so that nobody asks again: in this conversation, in those it goes on from, and in their other open
    ones that you may see. What was said last comes first; in one page."""
    among = visible_conversations(call.agent)
    conversation = access_conversation(call.agent, find_id(call), among=among)
    data = [
        hd.Told(
            kind=one.kind,
            about=one.about,
            value=one.shown,
            words=one.words,
            conversation_id=one.conversation,
            message_id=one.message,
            start=one.start,
            end=one.end,
            said_at=one.at,
            is_current=one.is_current,
        )
        for one in told_by(conversation, call.agent, among=among)
    ]
    return Answer(hd.ToldList(data, documents.Meta(None)))


def _settled(call: Call, act: Callable[[HandOff], Any]) -> Answer:
    offer = _find(call)
    act(offer)
    return _answer(HandOff.objects.select_related(*_AROUND).get(pk=offer.pk))


def _find(call: Call) -> HandOff:
    text = call.path["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem("not-found")
    return access_hand_off(call.agent, int(text))


def _agent(pk: int | None) -> Agent | None:
    found = Agent.objects.filter(pk=pk).first() if pk is not None else None
    if pk is not None and found is None:
        raise invalid("agent", f"there is no agent with the id {pk}.")
    return found


def _team(pk: int | None) -> Team | None:
    found = Team.objects.filter(pk=pk).first() if pk is not None else None
    if pk is not None and found is None:
        raise invalid("team", f"there is no team with the id {pk}.")
    return found


def _answer(offer: HandOff, headers: dict[str, str] | None = None) -> Answer:
    return Answer(_document(offer), headers or {})


def _reference(named: Agent | Team | None) -> documents.Reference | None:
    return documents.Reference(named.pk, named.name) if named is not None else None


def _document(offer: HandOff) -> hd.HandOff:
    return hd.HandOff(
        id=offer.pk,
        conversation_id=offer.conversation_id,
        number=reference_number(offer.conversation_id),
        state=offer.state,  # type: ignore[arg-type]
        from_agent=_reference(offer.from_agent),
        to_agent=_reference(offer.to_agent),
        to_team=_reference(offer.to_team),
        note=offer.note,
        summary=offer.summary.splitlines(),
        facts=[_fact(fact) for fact in offer.facts],
        asked_at=offer.asked_at,
        settled_at=offer.settled_at,
        settled_by=_reference(offer.settled_by),
        reason=offer.reason,
        proposed_agent=_reference(offer.proposed_agent),
        proposed_team=_reference(offer.proposed_team),
    )


def _fact(fact: dict[str, Any]) -> hd.GivenFact:
    at = datetime.fromisoformat(fact["at"])
    return hd.GivenFact(fact["kind"], fact["about"], fact["shown"], fact["message"], at)
