"""What becomes of an answer that somebody sends: it leaves, it is planned, or somebody has to approve it first."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.composing.actions.drafts import forget_draft
from ascolto.composing.actions.planned import plan_reply
from ascolto.composing.actions.proposals import propose
from ascolto.composing.four_eyes import NEEDS_APPROVAL, needs_approval
from ascolto.composing.models import PlannedReply, Proposal
from ascolto.composing.reply import Reply, send
from ascolto.conversations.models import Conversation, Message
from ascolto.conversations.reach import reach_of
from ascolto.gates import Refused


def dispatch_reply(
    *, agent: Agent, conversation: Conversation, reply: Reply, hold: timedelta = timedelta(0)
) -> Message | PlannedReply | Proposal:
    """Send it, plan it where it has a time, or propose it where a rule asks for four eyes. The writer's draft is done with.

    Raises Refused.
    """
    if reply.leave_at is not None:
        if _needs_approval(agent, conversation, reply.account, reply.visibility):
            return propose(agent=agent, conversation=conversation, reply=reply)
        return plan_reply(agent=agent, conversation=conversation, reply=reply)
    try:
        with transaction.atomic():
            message = send(
                agent=agent, conversation=conversation, reply=reply, hold=hold, client_key=reply.client_key
            )
            forget_draft(agent=agent, conversation=conversation)
            return message
    except Refused as refused:
        if refused.code != NEEDS_APPROVAL:
            raise
    return propose(agent=agent, conversation=conversation, reply=reply)


def _needs_approval(
    agent: Agent, conversation: Conversation, account: ChannelAccount | None, visibility: str
) -> bool:
    reach = reach_of(conversation, visibility=visibility, account=account)
    return needs_approval(agent, reach.account, visibility)
