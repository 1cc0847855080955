"""Hand a conversation over: offer it, accept it, refuse it, take the offer back.

Whoever has the conversation keeps it, with its clocks, until somebody accepts. A refusal says why and who should have it instead. What
was handed over as often as the rules allow waits for a lead.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from ascolto.accounts.models import Agent, Team
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.actions import add_participant, assign, remove_participants
from ascolto.conversations.models import Conversation, Participant, Status
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.routing.handing import OPEN_STATES, bounces_of, is_at_limit, may_accept, receivers
from ascolto.routing.models import HandOff
from ascolto.understanding.selectors.told import summary_of, told_by

State = HandOff.State
LIMIT_CODE = "hand_off_limit"
_MOST_FACTS = 40


def over_the_limit() -> Refused:
    """What is said where a conversation was handed over as often as it may be."""
    return Refused(
        LIMIT_CODE,
        _("This customer was handed over as often as the rules allow."),
        fix=_("A lead decides: they have been told."),
        guarantee="no-rubber-wall",
    )


def ask(
    *,
    agent: Agent,
    conversation: Conversation,
    to_agent: Agent | None = None,
    to_team: Team | None = None,
    note: str = "",
) -> HandOff:
    """Offer the conversation to a person or to a team, with what happened so far and what the customer already gave.

    Where it was handed over as often as the rules allow, the wish is kept for a lead and Refused is raised (`hand_off_limit`). Raises
    Refused also for who does not have it, and for a receiver who cannot take it.
    """
    with transaction.atomic():
        current = _locked(conversation)
        _check_offer(agent, current, to_agent, to_team)
        _settle_what_is_left(agent, current)
        waits = not agent.is_lead and is_at_limit(current)
        offer = _offer(agent, current, to_agent, to_team, note, waits)
        if waits:
            _tell("conversation.hand_off_limit", agent, current, count=bounces_of(current))
        else:
            _let_in(offer, current, agent)
            _tell("conversation.hand_off_asked", agent, current, **_whom(offer))
    if waits:
        raise over_the_limit()
    return offer


def offer_or_wait(
    *, agent: Agent, conversation: Conversation, to_agent: Agent | None, to_team: Team | None, note: str
) -> Refused | None:
    """As `ask`, inside of another transaction: where the wish waits for a lead the refusal is returned, so that nothing is rolled back."""
    try:
        ask(agent=agent, conversation=conversation, to_agent=to_agent, to_team=to_team, note=note)
    except Refused as refused:
        if refused.code != LIMIT_CODE:
            raise
        return refused
    return None


def _locked(conversation: Conversation) -> Conversation:
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("assignee", "team", "customer")
    return rows.get(pk=conversation.pk)


def _check_offer(agent: Agent, current: Conversation, to_agent: Agent | None, to_team: Team | None) -> None:
    if agent.is_guest:
        raise Refused("guest", _("Guests may read and leave notes."), fix=_("Write a note to the agent."))
    if (to_agent is None) == (to_team is None):
        raise Refused("whom", _("Choose a colleague or a team."))
    if current.status == Status.RESOLVED:
        raise Refused("resolved", _("This conversation is resolved."), fix=_("Open it again first."))
    if current.assignee_id is None:
        raise Refused("nobody_holds", _("Nobody has this conversation."), fix=_("Give it to them at once."))
    if current.assignee_id != agent.pk and not agent.is_lead:
        raise Refused(
            "not_yours",
            _("Only who has it hands it over."),
            fix=_("Ask them, or take it when they are away."),
        )
    _check_receiver(current, to_agent, to_team)


def _check_receiver(current: Conversation, to_agent: Agent | None, to_team: Team | None) -> None:
    if to_agent is not None and not receivers().filter(pk=to_agent.pk).exists():
        raise Refused("cannot_hold", f"{to_agent.name} cannot answer customers.", fix=_("Choose an agent."))
    if to_agent is not None and to_agent.pk == current.assignee_id:
        raise Refused("has_it", _("They have it already."), fix=_("Choose somebody else."))
    if to_team is not None:
        others = receivers().filter(teams=to_team).exclude(pk=current.assignee_id or 0)
        if not others.exists():
            raise Refused(
                "team_empty",
                f"There is nobody else in {to_team.name} who could take it.",
                fix=_("Choose somebody else."),
            )


def _settle_what_is_left(agent: Agent, current: Conversation) -> None:
    """An offer of somebody who does not have it any more means nothing; one that is open is in the way."""
    for offer in HandOff.objects.filter(conversation=current, state__in=OPEN_STATES):
        if offer.from_agent_id == current.assignee_id and offer.state == State.ASKED:
            raise Refused(
                "already_offered", _("It is offered to somebody already."), fix=_("Withdraw that first.")
            )
        _settle(offer, State.WITHDRAWN, agent)
        _let_out(offer, agent)
        _tell("conversation.hand_off_withdrawn", agent, current, hand_off=offer.pk)


def _offer(
    agent: Agent,
    current: Conversation,
    to_agent: Agent | None,
    to_team: Team | None,
    note: str,
    waits: bool,
) -> HandOff:
    told = [one for one in told_by(current, agent) if one.is_current][:_MOST_FACTS]
    return HandOff.objects.create(
        conversation=current,
        from_agent=current.assignee,
        to_agent=to_agent,
        to_team=to_team,
        note=clean(note, 2000).strip(),
        summary="\n".join(summary_of(current)),
        facts=[_plain(one) for one in told],
        state=State.LIMIT if waits else State.ASKED,
        decided_by=agent if agent.is_lead else None,
        asked_at=now(),
    )


def _plain(told: Any) -> dict[str, Any]:
    fields = asdict(told)
    return {name: fields[name] for name in ("kind", "about", "shown", "message")} | {
        "at": told.at.isoformat()
    }


def _let_in(offer: HandOff, current: Conversation, agent: Agent) -> None:
    """Who is asked may read the conversation while they decide."""
    to = offer.to_team
    asked = receivers().filter(teams=to) if to is not None else receivers().filter(pk=offer.to_agent_id or 0)
    for person in asked:
        if not visible_conversations(person).filter(pk=current.pk).exists():
            add_participant(agent=agent, conversation=current, person=person, at=offer.asked_at)


def _let_out(offer: HandOff, agent: Agent | None, *, keep: Agent | None = None) -> None:
    """Who was let in by an offer has no business there any more: they are known by the moment at which they were."""
    let_in = Participant.objects.filter(conversation=offer.conversation_id, added_at=offer.asked_at)
    people = [row.agent for row in let_in.select_related("agent") if row.agent != keep]
    if people:
        remove_participants(agent=agent, conversation=offer.conversation, people=people)


def accept(*, agent: Agent, hand_off: HandOff) -> HandOff:
    """Take what is offered. Of several members of a team the first has it. Raises Refused: settled already, not for them."""
    with transaction.atomic():
        current, offer = _open(hand_off, State.ASKED)
        if not may_accept(agent, offer):
            raise Refused("not_for_you", _("This is offered to somebody else."))
        _settle(offer, State.ACCEPTED, agent)
        team = offer.to_team if offer.to_team_id else current.team
        assign(agent=agent, conversation=current, assignee=agent, team=team, how="accepted")
        _let_out(offer, agent)
        _tell(
            "conversation.handed_off",
            agent,
            current,
            hand_off=offer.pk,
            from_agent=offer.from_agent_id,
            to_agent=agent.pk,
            to_team=offer.to_team_id,
            count=bounces_of(current),
        )
    return offer


def refuse(
    *,
    agent: Agent,
    hand_off: HandOff,
    reason: str,
    proposed_agent: Agent | None = None,
    proposed_team: Team | None = None,
) -> HandOff:
    """Say no, why, and who should have it instead. Whoever offered it keeps it. Raises Refused without reason or proposal."""
    reason = clean(reason, 500).strip()
    if not reason:
        raise Refused("reason_missing", _("Say why you do not take it."))
    if (proposed_agent is None) == (proposed_team is None):
        raise Refused(
            "proposal_missing", _("Say who should have it instead."), fix=_("Choose a colleague or a team.")
        )
    if proposed_agent is not None and (
        proposed_agent == agent or not receivers().filter(pk=proposed_agent.pk).exists()
    ):
        raise Refused(
            "cannot_hold", f"{proposed_agent.name} cannot answer customers.", fix=_("Choose somebody else.")
        )
    with transaction.atomic():
        current, offer = _open(hand_off, State.ASKED)
        if not may_accept(agent, offer):
            raise Refused("not_for_you", _("This is offered to somebody else."))
        offer.reason, offer.proposed_agent, offer.proposed_team = reason, proposed_agent, proposed_team
        _settle(offer, State.REFUSED, agent, "reason", "proposed_agent", "proposed_team")
        _let_out(offer, agent)
        _tell(
            "conversation.hand_off_refused",
            agent,
            current,
            hand_off=offer.pk,
            by=agent.pk,
            reason=reason,
            proposed_agent=offer.proposed_agent_id,
            proposed_team=offer.proposed_team_id,
        )
    return offer


@transaction.atomic
def withdraw(*, agent: Agent, hand_off: HandOff) -> HandOff:
    """Take an offer (or the wish for one) back: who made it, or a lead. Raises Refused."""
    current, offer = _open(hand_off, *OPEN_STATES)
    if offer.from_agent_id != agent.pk and not agent.is_lead:
        raise Refused("not_yours", _("Only who offered it takes the offer back."))
    _settle(offer, State.WITHDRAWN, agent)
    _let_out(offer, agent)
    _tell("conversation.hand_off_withdrawn", agent, current, hand_off=offer.pk)
    return offer


@transaction.atomic
def allow(*, agent: Agent, hand_off: HandOff) -> HandOff:
    """A lead lets the customer be handed over once more: now it is offered. Raises Refused."""
    if not agent.is_lead:
        raise Refused("lead_decides", _("A lead decides this."))
    current, offer = _open(hand_off, State.LIMIT)
    offer.state, offer.decided_by, offer.asked_at = State.ASKED, agent, now()
    offer.save(update_fields=["state", "decided_by", "asked_at"])
    _let_in(offer, current, agent)
    _tell("conversation.hand_off_asked", agent, current, **_whom(offer))
    return offer


def _open(hand_off: HandOff, *states: str) -> tuple[Conversation, HandOff]:
    """The conversation, locked, and its offer as it is now. Raises Refused where it means nothing any more."""
    current = _locked(hand_off.conversation)
    offer = _offers().get(pk=hand_off.pk)
    is_stale = offer.from_agent_id != current.assignee_id or current.status == Status.RESOLVED
    if offer.state not in states or is_stale:
        raise Refused(
            "offer_settled",
            _("This offer is over: somebody was quicker, or it was taken back."),
            fix=_("Look again."),
        )
    offer.conversation = current
    return current, offer


def _offers() -> QuerySet[HandOff]:
    return HandOff.objects.select_for_update(of=("self",)).select_related("to_team", "to_agent", "from_agent")


def _settle(offer: HandOff, state: str, agent: Agent | None, *fields: str) -> None:
    offer.state, offer.settled_at, offer.settled_by = state, now(), agent
    offer.save(update_fields=["state", "settled_at", "settled_by", *fields])


def _whom(offer: HandOff) -> dict[str, int | None]:
    return {"hand_off": offer.pk, "to_agent": offer.to_agent_id, "to_team": offer.to_team_id}


def _tell(event_type: str, agent: Agent | None, conversation: Conversation, **data: Any) -> None:
    emit(
        event_type,
        actor=actor_of(agent),
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        **data,
    )
