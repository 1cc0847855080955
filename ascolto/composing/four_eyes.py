"""Four eyes: whose answers somebody else approves. Asked at Gate.SEND of every answer, by whatever way it comes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.composing.models import ApprovalRule, Proposal
from ascolto.gates import Refused
from ascolto.kit.clock import now

NAME = "four-eyes"
NEEDS_APPROVAL = "needs_approval"
APPROVE = "conversations.approve"


def needs_approval(agent: Agent | None, account: ChannelAccount, visibility: str) -> bool:
    """Whether an answer of this person from this inbox is approved by somebody else first. What no person writes is not."""
    if agent is None or agent.may(APPROVE):
        return False
    rule = ApprovalRule.objects.filter(account=account, is_on=True).first()
    if rule is None or not rule.covers(visibility) or (rule.role and agent.role != rule.role):
        return False
    return rule.new_for is None or agent.created_at > now() - rule.new_for


def four_eyes(attempt: Any) -> None:
    """Raises Refused where somebody has to approve these very words first and nobody did."""
    if not needs_approval(attempt.agent, attempt.reach.account, attempt.visibility):
        return
    if is_approved(attempt):
        return
    raise Refused(
        NEEDS_APPROVAL,
        gettext_noop("Somebody has to approve this answer before it leaves."),
        fix=gettext_noop("Propose it: whoever may approve answers is told."),
    )


def is_approved(attempt: Any) -> bool:
    """Whether the approval that is named is one of exactly this answer, by somebody else who may approve."""
    told = attempt.approval or {}
    row = (
        Proposal.objects.select_related("settled_by")
        .filter(pk=told.get("proposal") or 0, state=Proposal.State.APPROVED)
        .first()
    )
    if row is None or row.settled_by is None:
        return False
    approved = (row.conversation_id, row.agent_id, row.mode, row.text.strip(), row.template)
    wanted = (attempt.conversation.pk, attempt.agent.pk, attempt.visibility, attempt.text, attempt.template)
    return (
        approved == wanted
        and row.account_id in {None, attempt.reach.account.pk}
        and row.settled_by_id != row.agent_id
        and {file.pk for file in attempt.files} <= set(row.files.values_list("pk", flat=True))
    )
