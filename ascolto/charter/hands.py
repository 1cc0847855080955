"""Who may put a conversation into whose hands, and who may speak in public: the refusals of guarantees 2 and 8.

The product itself (no agent) and leads decide freely; what they do stands in the log. Everybody else asks first.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from ascolto.accounts.models import Agent
from ascolto.conversations.actions import Handing
from ascolto.conversations.actions.reply import Attempt
from ascolto.conversations.models import Conversation, Delivery, Message, Visibility
from ascolto.gates import Refused
from ascolto.kit.text import excerpt
from ascolto.routing.actions.hand_offs import LIMIT_CODE, over_the_limit
from ascolto.routing.handing import accepted_offer, answers_of, is_at_limit, is_there, was_answered

_ASK_FIRST = _("Hand it over: they have to accept.")


def check_handing(handing: Handing) -> None:
    """Nobody pushes what somebody holds, and nothing goes round: raises Refused (`ask_first`, `hand_off_limit`, `no_offer`)."""
    agent = handing.agent
    if agent is None:
        return
    if agent.is_guest:
        raise Refused("guest", _("Guests may read and leave notes."), fix=_("Write a note to the agent."))
    if handing.how == "accepted":
        _check_accepted(handing)
    elif not agent.is_lead:
        _check_push(handing, agent)


def _check_accepted(handing: Handing) -> None:
    offer = accepted_offer(handing)
    if offer is None:
        raise Refused("no_offer", _("Nobody offered this conversation."), fix=_ASK_FIRST)
    if offer.decided_by_id is None and is_at_limit(handing.conversation):
        raise over_the_limit()


def _check_push(handing: Handing, agent: Agent) -> None:
    """What a person who leads nobody may do at once: take what is free or left alone, give back their own, sort what nobody answered."""
    current = handing.conversation
    holder, to = current.assignee, handing.assignee
    if holder is None:
        if to not in (None, agent) and is_at_limit(current):
            raise Refused(LIMIT_CODE, over_the_limit().args[0], fix=_("Take it yourself, or ask a lead."))
        return
    if holder == agent:
        _check_giving(handing, agent)
    elif is_there(holder):
        raise Refused(
            "ask_first",
            f"{holder.name} has this conversation and is there.",
            fix=_("Ask them to hand it over."),
        )
    elif to not in (None, agent):
        raise Refused(
            "ask_first",
            f"{holder.name} has this conversation.",
            fix=_("Take it yourself, then hand it over."),
        )


def _check_giving(handing: Handing, agent: Agent) -> None:
    current, to = handing.conversation, handing.assignee
    if to is not None and to != agent:
        raise Refused("ask_first", _("A conversation is not pushed to a colleague."), fix=_ASK_FIRST)
    another_team = handing.team is not None and handing.team.pk != current.team_id
    if another_team and was_answered(current):
        raise Refused(
            "ask_first", _("A conversation that was answered is not pushed to a team."), fix=_ASK_FIRST
        )


def check_silent_change(handing: Handing) -> None:
    """A public conversation in which somebody answered is not given to a third person without a word. Raises Refused."""
    agent, to, current = handing.agent, handing.assignee, handing.conversation
    if agent is None or agent.is_lead or not current.has_public or handing.how != "assigned":
        return
    if to is None or to == agent or to.pk == current.assignee_id:
        return
    spoke = answers_of(current).filter(visibility=Visibility.PUBLIC).exclude(agent=to).exclude(agent=None)
    if spoke.exists():
        raise Refused(
            "silent_change",
            _("Somebody answered here in public: it does not change hands without a word."),
            fix=_("Take it yourself, then hand it over with a note."),
        )


def check_voice(attempt: Attempt) -> None:
    """In public only the owner speaks, and nobody twice: raises Refused (`not_owner`, `answered_meanwhile`)."""
    agent = attempt.agent
    if agent is None:
        return
    current = attempt.conversation
    owner = current.assignee
    if attempt.visibility == Visibility.PUBLIC and owner is not None and owner != agent:
        raise _not_owner(owner, agent)
    if attempt.seen is not None:
        _check_meanwhile(current, agent, attempt.seen)


def _not_owner(owner: Agent, agent: Agent) -> Refused:
    there = is_there(owner)
    return Refused(
        "not_owner",
        f"{owner.name} speaks for the company in this public conversation.",
        fix=_("Ask them to hand it over, or leave them a note.")
        if there
        else _("They are away: take it, then answer."),
        may_override=agent.is_lead,
    )


def _check_meanwhile(current: Conversation, agent: Agent, seen: int) -> None:
    """Under the lock of the conversation that add_reply holds: of two who send at the same time one is told of the other."""
    others = answers_of(current).filter(pk__gt=seen).exclude(agent=agent)
    other = others.exclude(delivery=Delivery.FAILED).select_related("agent").order_by("-pk").first()
    if other is not None:
        raise _meanwhile(other)


def _meanwhile(other: Message) -> Refused:
    who = other.agent.name if other.agent else "Somebody"
    return Refused(
        "answered_meanwhile",
        f"{who} answered while you were writing.",
        fix=_("Read their answer first."),
        may_override=True,
        place={"message": other.pk, "said": excerpt(other.text, 160), "at": other.occurred_at.isoformat()},
    )
