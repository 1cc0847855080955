"""Who may ask for what: somebody who may answer, about what they may see, where an administrator allowed it.

Everything else looks as if it were not there.
"""

from __future__ import annotations

from collections.abc import Collection

from ascolto.accounts.models import Agent
from ascolto.conversations.access import access_conversation
from ascolto.conversations.models import Conversation
from ascolto.generation.models import ASKED_FOR, Generated, InboxSwitch, Purpose


class NotAllowed(Exception):
    """Nobody allowed this purpose in this inbox, or everything is off."""


def allowed_purposes(account_id: int) -> frozenset[str]:
    """What people may have texts of an inbox leave the house for. Empty while the language model is off."""
    rows = InboxSwitch.objects.filter(account_id=account_id, server__is_enabled=True)
    found = rows.values_list("purpose", "server__purposes")
    return frozenset(purpose for purpose, on in found if purpose in on and purpose in ASKED_FOR)


def allowed_accounts(purpose: str) -> frozenset[int]:
    """The inboxes whose texts may leave for a purpose."""
    rows = InboxSwitch.objects.filter(purpose=purpose, server__is_enabled=True)
    return frozenset(
        account for account, on in rows.values_list("account_id", "server__purposes") if purpose in on
    )


def may_leave_for(purpose: str, accounts: Collection[int]) -> bool:
    """Whether texts of all these inboxes may leave for a purpose."""
    return bool(accounts) and allowed_accounts(purpose).issuperset(accounts)


def purposes_for(agent: Agent, conversation: Conversation) -> Collection[str]:
    """What this person may ask for in a conversation that they may see."""
    return () if agent.is_guest else allowed_purposes(conversation.account_id)


def access_to_ask(agent: Agent, pk: int, purpose: str) -> Conversation:
    """The conversation, when the person may ask for `purpose` in it. Raises Conversation.DoesNotExist, NotAllowed."""
    if agent.is_guest:
        raise Conversation.DoesNotExist
    conversation = access_conversation(agent, pk)
    if purpose not in allowed_purposes(conversation.account_id):
        raise NotAllowed(purpose)
    return conversation


def access_generated(agent: Agent, pk: int) -> Generated:
    """A text, when the person may see its conversation; a test only for who asked. Raises Generated.DoesNotExist."""
    found = Generated.objects.select_related("conversation__account", "agent", "message").get(pk=pk)
    if found.purpose == Purpose.TEST:
        if not agent.may("models.manage"):
            raise Generated.DoesNotExist
        return found
    try:
        if agent.is_guest or found.conversation_id is None:
            raise Conversation.DoesNotExist
        conversation = access_conversation(agent, found.conversation_id)
    except Conversation.DoesNotExist:
        raise Generated.DoesNotExist from None
    if found.purpose not in allowed_purposes(conversation.account_id):
        raise Generated.DoesNotExist
    found.conversation = conversation
    return found
