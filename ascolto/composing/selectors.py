"""Reads: drafts, planned answers and proposals, for the thread and for lists."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from ascolto.accounts.models import Agent
from ascolto.composing.actions.proposals import proposals_seen_by
from ascolto.composing.four_eyes import APPROVE
from ascolto.composing.models import Draft, PlannedReply, Proposal
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.models import Conversation, Visibility

OPEN = (PlannedReply.State.PLANNED, PlannedReply.State.ASKING, PlannedReply.State.FAILED)
LISTED = 200
_THERE = {"conversation__merged_into": None}  # a draft that waits in the source of a merge: see merging
_AROUND = ("conversation__customer", "agent", "account")


def draft_in(conversation: Conversation, agent: Agent) -> Draft | None:
    """What this person had begun to write there."""
    rows = Draft.objects.filter(agent=agent, conversation=conversation).select_related("conversation")
    return rows.prefetch_related("files", "others").first()


def shared_drafts(conversation: Conversation, agent: Agent) -> list[Draft]:
    """What colleagues had begun and share. A guest sees none: what is meant for customers is not theirs."""
    if not agent.may("conversations.reply"):
        return []
    rows = Draft.objects.filter(conversation=conversation, is_shared=True).exclude(agent=agent)
    return list(rows.select_related("agent", "conversation").prefetch_related("files").order_by("updated_at"))


def drafts_of(agent: Agent) -> list[Draft]:
    """Everything a person has begun and may still see, the newest first."""
    rows = Draft.objects.filter(agent=agent, conversation__in=visible_conversations(agent), **_THERE)
    return list(rows.select_related("conversation__customer").order_by("-updated_at")[:LISTED])


def count_begun(agent: Agent) -> int:
    """How many texts and answers of a person did not leave yet."""
    seen = visible_conversations(agent)
    drafts = Draft.objects.filter(agent=agent, conversation__in=seen, **_THERE).count()
    return drafts + PlannedReply.objects.filter(agent=agent, state__in=OPEN, conversation__in=seen).count()


def _here(conversation: Conversation) -> Q:
    """What was planned here, or in a conversation that became part of this one."""
    return Q(conversation=conversation) | Q(conversation__merged_into=conversation)


def planned_in(conversation: Conversation) -> list[PlannedReply]:
    """What is to leave later, asks or failed, the earliest first."""
    rows = PlannedReply.objects.filter(_here(conversation), state__in=OPEN)
    return list(rows.select_related("agent", "account").prefetch_related("files").order_by("leave_at", "id"))


def planned_of(agent: Agent) -> list[PlannedReply]:
    """What a person has planned, and what asks about or failed."""
    rows = PlannedReply.objects.filter(
        agent=agent, state__in=OPEN, conversation__in=visible_conversations(agent)
    )
    return list(rows.select_related(*_AROUND).order_by("leave_at", "id")[:LISTED])


def proposals_in(conversation: Conversation, agent: Agent) -> list[Proposal]:
    """What waits for approval there, for its author and for those who may approve; and what came back to its author last."""
    rows = Proposal.objects.filter(_here(conversation), state=Proposal.State.WAITING)
    if not agent.may(APPROVE):
        rows = rows.filter(agent=agent)
    return list(rows.select_related("agent", "account").prefetch_related("files").order_by("made_at", "id"))


def returned_in(conversation: Conversation, agent: Agent) -> Proposal | None:
    """What an approver said to this person's last proposal there, as long as they go on writing at it."""
    last = Proposal.objects.filter(conversation=conversation, agent=agent).select_related("settled_by")
    found = last.order_by("-id").first()
    return found if found is not None and found.state == Proposal.State.RETURNED else None


def waiting_proposals(agent: Agent) -> list[Proposal]:
    """What this person may approve or return, the oldest first."""
    if not agent.may(APPROVE):
        return []
    rows = proposals_seen_by(agent).filter(state=Proposal.State.WAITING).exclude(agent=agent)
    return list(rows.select_related(*_AROUND).order_by("made_at", "id")[:LISTED])


def own_proposals(agent: Agent) -> Sequence[Proposal]:
    """What this person proposed and waits for."""
    rows = proposals_seen_by(agent).filter(state=Proposal.State.WAITING, agent=agent)
    return list(rows.select_related(*_AROUND).order_by("made_at", "id")[:LISTED])


def count_waiting(agent: Agent) -> int:
    """How many answers wait for this person's approval."""
    if not agent.may(APPROVE):
        return 0
    return proposals_seen_by(agent).filter(state=Proposal.State.WAITING).exclude(agent=agent).count()


def is_for_customer(mode: str) -> bool:
    """Whether the customer would read it."""
    return mode != Visibility.NOTE
