"""Hear what happens in a conversation, whoever holds it."""

from __future__ import annotations

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.collaboration.telling import tell
from ascolto.conversations.models import Conversation, Follower


@transaction.atomic
def follow(*, agent: Agent | None, conversation: Conversation, person: Agent) -> bool:
    """Let `person` follow it; whether they did not yet. The caller has seen to it that they may see it."""
    _, made = Follower.objects.get_or_create(conversation=conversation, agent=person)
    if made:
        tell("conversation.followed", agent, conversation, person=person.pk)
    return made


@transaction.atomic
def unfollow(*, agent: Agent | None, conversation: Conversation, person: Agent) -> bool:
    """Let them follow it no more; whether they did."""
    gone, _ = Follower.objects.filter(conversation=conversation, agent=person).delete()
    if gone:
        tell("conversation.unfollowed", agent, conversation, person=person.pk)
    return gone > 0
