"""Ask a colleague, or a department's guest, into one conversation; and let them go."""

from __future__ import annotations

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.collaboration.actions.following import follow, unfollow
from ascolto.collaboration.actions.mentions import who_see
from ascolto.conversations.actions import add_participant, remove_participants
from ascolto.conversations.models import Conversation
from ascolto.gates import Refused


@transaction.atomic
def ask_in(*, agent: Agent, conversation: Conversation, person: Agent) -> bool:
    """Let them see this one conversation, and follow it: guests read and leave notes, colleagues answer too. Whether they are new.

    Raises Refused for an account that is closed, and for a guest who would ask others in.
    """
    if agent.is_guest:
        raise Refused("guest", "Guests may read and leave notes.", fix="Write a note to the agent.")
    if not person.is_active:
        raise Refused("closed_account", f"{person.name} has no open account.", fix="Choose somebody else.")
    if who_see(conversation, [person]):
        return False
    made = add_participant(agent=agent, conversation=conversation, person=person)
    follow(agent=agent, conversation=conversation, person=person)
    return made


@transaction.atomic
def let_go(*, agent: Agent, conversation: Conversation, person: Agent) -> bool:
    """They see it no more, unless for another reason. Whether they were asked in. Raises Refused as `ask_in`; oneself may always go."""
    if agent.is_guest and person != agent:
        raise Refused("guest", "Guests may read and leave notes.", fix="Write a note to the agent.")
    gone = remove_participants(agent=agent, conversation=conversation, people=[person])
    if gone and not who_see(conversation, [person]):
        unfollow(agent=agent, conversation=conversation, person=person)
    return gone > 0
