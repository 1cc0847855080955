"""Four eyes: an answer is proposed, approved (with a change or without), returned with a comment, or withdrawn by its author.

The customer's clocks run on meanwhile: nobody has answered yet.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.composing.actions.drafts import Content, forget_draft, give_back
from ascolto.composing.actions.planned import (
    approval_of,
    check_files,
    check_time,
    merged_into,
    plan_reply,
    would_refuse,
)
from ascolto.composing.four_eyes import APPROVE
from ascolto.composing.models import PlannedReply, Proposal
from ascolto.composing.reply import Reply, reply_of, send
from ascolto.conversations.access import access_conversation, visible_conversations
from ascolto.conversations.models import Conversation, Message
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

State = Proposal.State
AT_MOST = 20  # of one conversation at a time
COMMENT_AT_MOST = 1000


@transaction.atomic
def propose(*, agent: Agent, conversation: Conversation, reply: Reply) -> Proposal:
    """Ask for an answer to be approved. The same client_key again is the same proposal.

    Raises Refused for what could not leave even with an approval.
    """
    if reply.client_key:
        known = Proposal.objects.filter(client_key=reply.client_key).first()
        if known is not None:
            return _same(known, agent, conversation)
    current = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
    if Proposal.objects.filter(conversation=current, state=State.WAITING).count() >= AT_MOST:
        raise Refused("too_many", gettext_noop("Too many answers wait for approval here already."))
    if reply.leave_at is not None:
        check_time(reply.leave_at)
    if refused := would_refuse(agent, current, reply):
        raise refused
    check_files(agent, reply)
    columns = {**reply.for_row(), "text": clean(reply.text).strip()}
    row = Proposal.objects.create(conversation=current, agent=agent, **columns)
    row.files.set(reply.files)
    forget_draft(agent=agent, conversation=current)
    _tell("proposal.made", row, agent)
    return row


def _same(known: Proposal, agent: Agent, conversation: Conversation) -> Proposal:
    if (known.agent_id, known.conversation_id) != (agent.pk, conversation.pk):
        raise Refused(
            "key_in_use",
            gettext_noop("This request key belongs to another message."),
            fix=gettext_noop("Use a new key."),
        )
    return known


def may_settle(agent: Agent, row: Proposal) -> bool:
    """Whether this person may approve it or return it: somebody else who may approve answers."""
    return row.agent_id != agent.pk and agent.may(APPROVE)


def access_proposal(agent: Agent, pk: int) -> Proposal:
    """A proposal that concerns the agent: their own, or one that they may settle. Raises DoesNotExist."""
    row = Proposal.objects.select_related("conversation", "agent", "account", "settled_by").get(pk=pk)
    if row.agent_id != agent.pk and not agent.may(APPROVE):
        raise Proposal.DoesNotExist
    try:
        row.conversation = access_conversation(agent, row.conversation_id)
    except Conversation.DoesNotExist:
        raise Proposal.DoesNotExist from None
    return row


def proposals_seen_by(agent: Agent) -> QuerySet[Proposal]:
    """One's own, and all that one may settle, in conversations that one sees."""
    rows = Proposal.objects.filter(conversation__in=visible_conversations(agent))
    return rows if agent.may(APPROVE) else rows.filter(agent=agent)


@transaction.atomic
def approve(
    *, by: Agent, proposal: Proposal, text: str | None = None, seen: int | None = None
) -> Message | PlannedReply:
    """Let it leave, with a change of its words or without: at once, or at the time it was planned for. Both names stay with it.

    `seen`: the newest message that the approver had read. Raises Refused.
    """
    row = _waiting(proposal)
    _check_may_settle(by, row)
    if not row.agent.is_active:
        raise Refused(
            "author_gone",
            gettext_noop("Its author has no account any more."),
            fix=gettext_noop("Return it and answer yourself."),
        )
    if text is not None and clean(text).strip() != row.text:
        row.original, row.text, row.is_changed = row.text, clean(text).strip(), True
    row.state, row.settled_by, row.settled_at = State.APPROVED, by, now()
    if seen is not None:
        row.seen = seen
    row.save()
    left = _let_leave(row)
    if isinstance(left, Message):
        row.message = left
        row.save(update_fields=["message"])
    told = {"message": left.pk} if isinstance(left, Message) else {}
    _tell("proposal.approved", row, by, author=row.agent_id, changed=row.is_changed, **told)
    return left


def _let_leave(row: Proposal) -> Message | PlannedReply:
    reply = reply_of(row)
    if row.leave_at is not None and row.leave_at > now():
        return plan_reply(agent=row.agent, conversation=row.conversation, reply=reply, approval=row)
    return send(
        agent=row.agent,
        conversation=row.conversation,
        reply=reply,
        client_key=f"proposal-{row.pk}",
        approval=approval_of(row),
    )


@transaction.atomic
def give_comment(*, by: Agent, proposal: Proposal, comment: str) -> Proposal:
    """Return it to its author with a comment; the words are their draft again. Raises Refused without a comment."""
    row = _waiting(proposal)
    _check_may_settle(by, row)
    comment = clean(comment, COMMENT_AT_MOST).strip()
    if not comment:
        raise Refused(
            "comment_missing",
            gettext_noop("Say what should be different."),
            fix=gettext_noop("Write it in a few words."),
        )
    row.state, row.comment, row.settled_by, row.settled_at = State.RETURNED, comment, by, now()
    row.save()
    _give_back(row)
    _tell("proposal.returned", row, by, author=row.agent_id, comment=comment[:200])
    return row


@transaction.atomic
def withdraw_proposal(*, agent: Agent, proposal: Proposal) -> bool:
    """The author takes it back; the words are their draft again. Whether it was waiting still. Raises Refused."""
    row = _locked(proposal)
    if row.agent_id != agent.pk:
        raise Refused("not_yours", gettext_noop("Only its author can take it back."))
    if row.state != State.WAITING:
        return False
    row.state, row.settled_at = State.WITHDRAWN, now()
    row.save()
    _give_back(row)
    _tell("proposal.withdrawn", row, agent)
    return True


def _give_back(row: Proposal) -> None:
    content = Content(
        mode=row.mode, text=row.text, files=list(row.files.all()), template=row.template, seen=row.seen
    )
    way = f"{row.mode}:{row.account_id}" if row.account_id else ""
    give_back(agent=row.agent, conversation=row.conversation, content=content, way=way)


def _waiting(proposal: Proposal) -> Proposal:
    row = _locked(proposal)
    if row.state != State.WAITING:
        raise Refused("settled", gettext_noop("It was approved, returned or taken back already."))
    return row


def _locked(proposal: Proposal) -> Proposal:
    conversation = Conversation.objects.select_for_update(of=("self",)).get(pk=proposal.conversation_id)
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("agent", "account", "settled_by")
    row = rows.get(pk=proposal.pk)
    row.conversation = merged_into(conversation)
    return row


def _check_may_settle(by: Agent, row: Proposal) -> None:
    if row.agent_id == by.pk:
        raise Refused("own_answer", gettext_noop("Somebody else approves one's own answers."))
    if not by.may(APPROVE):
        raise Refused("not_allowed", gettext_noop("Your role does not approve answers."))


def _tell(event_type: str, row: Proposal, agent: Agent, **data: Any) -> None:
    conversation = row.conversation
    emit(
        event_type,
        actor=actor_of(agent),
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        proposal=row.pk,
        **data,
    )
