"""Answers that leave later: planned, changed, sent now, cancelled by people. What they do by themselves: `leaving`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.composing.actions.drafts import Content, forget_draft, give_back
from ascolto.composing.four_eyes import NAME as FOUR_EYES
from ascolto.composing.models import Outgoing, PlannedReply, Proposal
from ascolto.composing.reply import Reply, reply_of, send
from ascolto.conversations.access import access_conversation
from ascolto.conversations.actions.reply import refused_now
from ascolto.conversations.actions.withdrawing import pass_files_on
from ascolto.conversations.models import Author, Conversation, Direction, Message
from ascolto.conversations.reach import reach_of
from ascolto.events.log import SYSTEM, Actor, actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

State = PlannedReply.State
OPEN = (State.PLANNED, State.ASKING)
CANCELLED = "cancelled"  # the reason, where a person did it
LONGEST = timedelta(days=366)
AT_MOST = 20  # of one conversation at a time
LATER_IS_FINE = frozenset(
    {FOUR_EYES, "right-timing"}
)  # asked when it leaves; approvals have a way of their own


@transaction.atomic
def plan_reply(
    *, agent: Agent, conversation: Conversation, reply: Reply, approval: Proposal | None = None
) -> PlannedReply:
    """Let an answer leave by itself at `reply.leave_at`. The same client_key again is the same plan.

    What would be refused now is refused now; everything is asked again when it leaves. Raises Refused, also for a time that has passed
    and where the channel's window is shut by then.
    """
    if reply.client_key and (known := _known(agent, conversation, reply.client_key)):
        return known
    check_time(reply.leave_at)
    current = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
    if PlannedReply.objects.filter(conversation=current, state__in=OPEN).count() >= AT_MOST:
        raise Refused("too_many", gettext_noop("Too many answers are planned here already."))
    if refused := would_refuse(agent, current, reply):
        raise refused
    _check_window(current, reply)
    check_files(agent, reply)
    row = PlannedReply.objects.create(
        conversation=current,
        agent=agent,
        heard=newest_heard(current.pk),
        approval=approval,
        **{**reply.for_row(), "text": clean(reply.text).strip()},
    )
    row.files.set(reply.files)
    forget_draft(agent=agent, conversation=current)
    tell("planned_reply.planned", row, actor_of(agent), leave_at=_iso(row.leave_at))
    return row


def _known(agent: Agent, conversation: Conversation, key: str) -> PlannedReply | None:
    row = PlannedReply.objects.filter(client_key=key).first()
    if row is not None and (row.agent_id, row.conversation_id) != (agent.pk, conversation.pk):
        raise Refused(
            "key_in_use",
            gettext_noop("This request key belongs to another message."),
            fix=gettext_noop("Use a new key."),
        )
    return row


def would_refuse(agent: Agent, conversation: Conversation, reply: Reply) -> Refused | None:
    """What a guarantee or the channel would say to this answer, but for what is asked in its own time."""
    return refused_now(
        agent=agent,
        conversation=conversation,
        text=reply.text,
        visibility=reply.visibility,
        account=reply.account,
        but=LATER_IS_FINE,
        files=reply.files,
        template=reply.template,
        provenance=reply.provenance,
        overrides=reply.overrides,
        seen=reply.seen,
        answers=reply.answers,
    )


def check_files(agent: Agent, reply: Reply) -> None:
    """Raise Refused unless every file is an upload of this person that nobody sent yet."""
    if any(file.uploader_id != agent.pk or file.message_id is not None for file in reply.files):
        raise Refused(
            "file_taken",
            gettext_noop("A file is not available any more."),
            fix=gettext_noop("Attach it again."),
        )


def check_time(at: datetime | None) -> None:
    """Raise Refused for a time that has passed, or is too far away."""
    if at is None or at.tzinfo is None or at <= now():
        raise Refused(
            "in_the_past",
            gettext_noop("This time has passed."),
            fix=gettext_noop("Choose a time in the future."),
        )
    if at > now() + LONGEST:
        raise Refused(
            "too_far",
            gettext_noop("This is more than a year away."),
            fix=gettext_noop("Choose an earlier time."),
        )


def _check_window(conversation: Conversation, reply: Reply) -> None:
    reach = reach_of(conversation, visibility=reply.visibility, account=reply.account)
    ends = reach.window_ends_at
    if reply.template or ends is None or reply.leave_at is None or reply.leave_at < ends:
        return
    raise Refused(
        "window_closes",
        gettext_noop("The time to answer on this channel is over by then."),
        fix=gettext_noop("Choose an earlier time, or a template."),
    )


def newest_heard(conversation: int) -> int:
    """The customer's newest message of a conversation; 0 where they never wrote."""
    rows = Message.objects.filter(
        conversation=conversation,
        direction=Direction.IN,
        author_kind=Author.CUSTOMER,
        is_automatic=False,
    )
    return rows.order_by("-id").values_list("pk", flat=True).first() or 0


def access_planned(agent: Agent, pk: int, *, to: str = "reply") -> PlannedReply:
    """A planned answer in a conversation that the agent may answer. Raises DoesNotExist, Refused."""
    row = PlannedReply.objects.select_related("conversation", "agent", "account").get(pk=pk)
    try:
        row.conversation = access_conversation(agent, row.conversation_id, to=to)
    except Conversation.DoesNotExist:
        raise PlannedReply.DoesNotExist from None
    return row


@transaction.atomic
def change_planned(
    *,
    agent: Agent,
    planned: PlannedReply,
    leave_at: datetime | None = None,
    text: str | None = None,
    if_customer_writes: str | None = None,
) -> bool:
    """Let it leave at another time, say something else, or behave otherwise. One that asked is planned again. Whether it changed.

    Words that were approved stay as they are. Raises Refused.
    """
    row = open_row(planned)
    before = row.leave_at
    _own_it(row, agent)
    if leave_at is not None:
        check_time(leave_at)
        row.leave_at = leave_at
    elif row.state == State.ASKING:
        check_time(row.leave_at)
    if text is not None and clean(text).strip() != row.text:
        _change_text(row, text)
    if if_customer_writes in Outgoing.IfCustomerWrites.values:
        row.if_customer_writes = if_customer_writes
    if refused := would_refuse(agent, row.conversation, reply_of(row)):
        raise refused
    _check_window(row.conversation, reply_of(row))
    row.state, row.reason, row.heard = State.PLANNED, "", newest_heard(row.conversation_id)
    row.save()
    tell("planned_reply.changed", row, actor_of(agent), leave_at=_iso(row.leave_at), previous=_iso(before))
    return True


def _change_text(row: PlannedReply, text: str) -> None:
    if row.approval_id is not None:
        raise Refused(
            "approved",
            gettext_noop("These words were approved: they stay as they are."),
            fix=gettext_noop("Cancel it and propose another answer."),
        )
    row.text = clean(text).strip()


@transaction.atomic
def send_planned_now(*, agent: Agent, planned: PlannedReply, seen: int | None = None) -> Message:
    """Send it at once, in the name of whoever says so. Raises Refused when a guarantee or the channel says no."""
    row = open_row(planned)
    _own_it(row, agent)
    message = leave(row, seen=seen)
    row.state, row.reason, row.settled_at, row.message = State.SENT, "", now(), message
    row.save()
    tell("planned_reply.sent", row, actor_of(agent), message=message.pk)
    return message


def leave(row: PlannedReply, *, seen: int | None = None) -> Message:
    """Put it on its way under a key of its own: however often this is begun, it leaves once. Raises Refused."""
    reply = reply_of(row)
    if seen is not None:
        reply = Reply(**{**{name: getattr(reply, name) for name in reply.__slots__}, "seen": seen})
    return send(
        agent=row.agent,
        conversation=row.conversation,
        reply=reply,
        client_key=f"planned-{row.pk}",
        approval=approval_of(row.approval),
    )


def approval_of(proposal: Proposal | None) -> dict[str, Any] | None:
    """What a message says of who approved it."""
    if proposal is None or proposal.settled_by is None:
        return None
    return {
        "proposal": proposal.pk,
        "by": proposal.settled_by.pk,
        "name": proposal.settled_by.name,
        "changed": proposal.is_changed,
    }


@transaction.atomic
def cancel_planned(*, agent: Agent, planned: PlannedReply) -> bool:
    """It does not leave; its words are a draft of its author again. Whether it was still to leave. Raises Refused."""
    row = _locked_row(planned)
    if row.state == State.WITHDRAWN:
        return False
    row = open_row(planned)
    withdraw_row(row, actor_of(agent), CANCELLED)
    return True


def withdraw_row(row: PlannedReply, actor: Actor, reason: str) -> None:
    """Withdraw a locked row and give its words back."""
    row.state, row.reason, row.settled_at = State.WITHDRAWN, reason, now()
    row.save(update_fields=["state", "reason", "settled_at"])
    content = Content(
        mode=row.mode, text=row.text, files=list(row.files.all()), template=row.template, seen=row.seen
    )
    give_back(
        agent=row.agent,
        conversation=row.conversation,
        content=content,
        way=f"{row.mode}:{row.account_id}" if row.account_id else "",
    )
    tell("planned_reply.withdrawn", row, actor, owner=row.agent_id, reason=reason)


def open_row(planned: PlannedReply) -> PlannedReply:
    """The row, locked after its conversation as everything does. Raises Refused when it is settled."""
    row = _locked_row(planned)
    if row.state not in OPEN and row.state != State.FAILED:
        raise Refused("settled", gettext_noop("It has left, or was cancelled, already."))
    return row


def _locked_row(planned: PlannedReply) -> PlannedReply:
    conversation = Conversation.objects.select_for_update(of=("self",)).get(pk=planned.conversation_id)
    rows = PlannedReply.objects.select_for_update(of=("self",)).select_related("agent", "account", "approval")
    row = rows.get(pk=planned.pk)
    row.conversation = merged_into(conversation)
    return row


def merged_into(conversation: Conversation) -> Conversation:
    """Where what is said in a conversation goes on."""
    known = {conversation.pk}
    while conversation.merged_into is not None and conversation.merged_into_id not in known:
        conversation = conversation.merged_into
        known.add(conversation.pk)
    return conversation


def _own_it(row: PlannedReply, agent: Agent) -> None:
    """Whoever decides about it signs it; what was approved is its author's."""
    if row.agent_id == agent.pk:
        return
    if row.approval_id is not None:
        raise Refused(
            "not_yours",
            gettext_noop("Only its author can send what was approved."),
            fix=gettext_noop("Cancel it and answer yourself."),
        )
    pass_files_on(files=row.files.all(), to=agent)
    row.agent = agent


def tell(event_type: str, row: Outgoing, actor: Actor = SYSTEM, **data: Any) -> None:
    """Say what became of a planned answer."""
    conversation = row.conversation
    emit(
        event_type,
        actor=actor,
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        planned=row.pk,
        **data,
    )


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""
