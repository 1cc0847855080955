"""Answers that leave later, answers that somebody approves first, and answers taken back before they leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from django.db.models import QuerySet
from msgspec import Meta, Struct

from ascolto.api import documents
from ascolto.api import outgoing_documents as od
from ascolto.api.bodies import Cursor, Id, Limit
from ascolto.api.endpoints import messages as m
from ascolto.api.endpoints.conversations import find_id
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import BASE, Answer, Call
from ascolto.composing.actions import planned as planning
from ascolto.composing.actions import proposals as proposing
from ascolto.composing.models import Outgoing, PlannedReply, Proposal
from ascolto.composing.reply import Reply
from ascolto.conversations.access import access_conversation, visible_conversations
from ascolto.conversations.actions import withdraw_reply
from ascolto.conversations.models import Conversation, Message
from ascolto.conversations.selectors import BadCursor
from ascolto.kit.ids import reference_number

_AROUND = ("agent", "account")
Row = TypeVar("Row", bound=Outgoing)
Then = Literal["", "resolved", "pending"]


class NewPlannedReply(m.NewReply, frozen=True, forbid_unknown_fields=True):
    """As an answer, but that it leaves at `leave_at`. `if_customer_writes`: what happens when the customer writes first: its author is
    asked again, or it is cancelled. `then`: the status that the conversation is given after it left."""

    leave_at: datetime | None = None
    if_customer_writes: Literal["ask", "cancel"] = "ask"
    then: Then = ""


class NewProposal(m.NewReply, frozen=True, forbid_unknown_fields=True):
    """As an answer. With `leave_at` it leaves then, once it is approved."""

    leave_at: datetime | None = None
    if_customer_writes: Literal["ask", "cancel"] = "ask"
    then: Then = ""


class PlannedChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays."""

    leave_at: datetime | None = None
    text: Annotated[str, Meta(max_length=200_000)] | None = None
    if_customer_writes: Literal["ask", "cancel"] | None = None


class PlannedQuery(Struct, frozen=True, forbid_unknown_fields=True):
    state: Literal["planned", "asking", "sent", "withdrawn", "failed"] | None = None
    conversation: Id | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class ProposalQuery(Struct, frozen=True, forbid_unknown_fields=True):
    state: Literal["waiting", "approved", "returned", "withdrawn"] | None = None
    conversation: Id | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class Approval(Struct, frozen=True, forbid_unknown_fields=True):
    """`text`: the answer as it shall leave, where it is changed. `seen`: the newest message that the approver had read."""

    text: Annotated[str, Meta(max_length=200_000)] | None = None
    seen: Id | None = None


class Return(Struct, frozen=True, forbid_unknown_fields=True):
    comment: Annotated[str, Meta(min_length=1, max_length=1000)]


def withdraw_message(call: Call) -> Answer:
    """Take an answer of your own back that has not begun to leave: one that was sent with `hold_seconds`. It is gone; its words are your
    draft again. Too late is the problem `refused` with the code `left_already`."""
    conversation = access_conversation(call.agent, find_id(call), to="reply")
    found = Message.objects.select_related("conversation").get(
        pk=_number(call.path["message"]), conversation=conversation
    )
    gone = withdraw_reply(agent=call.agent, message=found)
    files = [file.pk for file in gone.files]
    return Answer(od.Withdrawn(gone.message, gone.conversation.pk, gone.text, files))


def plan_reply(call: Call) -> Answer:
    """Let an answer leave later. Everything that stops answers is asked again when it leaves."""
    if call.body.leave_at is None:
        raise invalid("leave_at", "is required: when it shall leave.")
    conversation = access_conversation(call.agent, find_id(call), to="reply")
    row = planning.plan_reply(agent=call.agent, conversation=conversation, reply=_reply(call, conversation))
    return Answer(_planned(row), {"Location": f"{BASE}/planned-replies/{row.pk}"})


def list_planned(call: Call) -> Answer:
    """Planned answers in conversations that you see, the newest first."""
    rows = PlannedReply.objects.filter(conversation__in=visible_conversations(call.agent))
    if not call.agent.may("conversations.reply"):
        rows = rows.none()
    found, more = _page(rows, call.query)
    return Answer(od.PlannedReplyList([_planned(row) for row in found], documents.Meta(more)))


def get_planned(call: Call) -> Answer:
    """One planned answer."""
    return Answer(_planned(_find_planned(call)))


def change_planned(call: Call) -> Answer:
    """Another time, other words, or something else when the customer writes first. One that asks is planned again."""
    row, body = _find_planned(call), call.body
    planning.change_planned(
        agent=call.agent,
        planned=row,
        leave_at=body.leave_at,
        text=body.text,
        if_customer_writes=body.if_customer_writes,
    )
    return Answer(_planned(_find_planned(call)))


def send_planned(call: Call) -> Answer:
    """Send it now, in your name."""
    planning.send_planned_now(agent=call.agent, planned=_find_planned(call))
    return Answer(_planned(_find_planned(call)))


def cancel_planned(call: Call) -> Answer:
    """It does not leave. Its words are a draft of its author."""
    planning.cancel_planned(agent=call.agent, planned=_find_planned(call))
    return Answer(_planned(_find_planned(call)))


def propose_reply(call: Call) -> Answer:
    """Ask for an answer to be approved by somebody else. Where a rule of the inbox asks for four eyes, this is the only way: an answer
    that is sent there is the problem `refused` with the code `needs_approval`."""
    conversation = access_conversation(call.agent, find_id(call), to="reply")
    row = proposing.propose(agent=call.agent, conversation=conversation, reply=_reply(call, conversation))
    return Answer(_proposal(row), {"Location": f"{BASE}/proposals/{row.pk}"})


def list_proposals(call: Call) -> Answer:
    """Your own proposals, and all of those you see when you may approve answers; the newest first."""
    found, more = _page(proposing.proposals_seen_by(call.agent), call.query)
    return Answer(od.ProposalList([_proposal(row) for row in found], documents.Meta(more)))


def get_proposal(call: Call) -> Answer:
    """One proposal that concerns you."""
    return Answer(_proposal(_find_proposal(call)))


def approve_proposal(call: Call) -> Answer:
    """Let it leave, as it is or with a change. Nobody approves their own answers (`own_answer`)."""
    return _settled(
        call,
        lambda row: proposing.approve(by=call.agent, proposal=row, text=call.body.text, seen=call.body.seen),
    )


def return_proposal(call: Call) -> Answer:
    """Return it to its author with a comment."""
    return _settled(
        call, lambda row: proposing.give_comment(by=call.agent, proposal=row, comment=call.body.comment)
    )


def withdraw_proposal(call: Call) -> Answer:
    """Take your own proposal back."""
    return _settled(call, lambda row: proposing.withdraw_proposal(agent=call.agent, proposal=row))


def _settled(call: Call, act: Callable[[Proposal], Any]) -> Answer:
    act(_find_proposal(call))
    return Answer(_proposal(_find_proposal(call)))


def _reply(call: Call, conversation: Conversation) -> Reply:
    body = call.body
    if body.leave_at is not None and body.leave_at.tzinfo is None:
        raise invalid("leave_at", "needs a time zone, such as 2026-05-04T07:00:00Z.")
    return Reply(
        **m.answer_fields(call, conversation),
        leave_at=body.leave_at,
        if_customer_writes=body.if_customer_writes,
        then=body.then,
    )


def _find_planned(call: Call) -> PlannedReply:
    return planning.access_planned(call.agent, _number(call.path["id"]))


def _find_proposal(call: Call) -> Proposal:
    return proposing.access_proposal(call.agent, _number(call.path["id"]))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem("not-found")
    return int(text)


def _page(rows: QuerySet[Row], query: Any) -> tuple[list[Row], str | None]:
    if query.state is not None:
        rows = rows.filter(state=query.state)
    if query.conversation is not None:
        rows = rows.filter(conversation=query.conversation)
    if query.cursor:
        if not (query.cursor.isascii() and query.cursor.isdigit() and len(query.cursor) < 19):
            raise BadCursor("This cursor was not made here: begin again without one.")
        rows = rows.filter(pk__lt=int(query.cursor))
    rows = rows.select_related(*_AROUND).prefetch_related("files").order_by("-pk")
    found = list(rows[: query.limit + 1])
    more = str(found[query.limit - 1].pk) if len(found) > query.limit else None
    return found[: query.limit], more


def _fields(row: Outgoing) -> dict[str, Any]:
    return {
        "id": row.pk,
        "conversation_id": row.conversation_id,
        "number": reference_number(row.conversation_id),
        "author": documents.Reference(row.agent_id, row.agent.name),
        "visibility": row.mode,
        "channel_id": row.account_id,
        "text": row.text,
        "attachments": [file.pk for file in row.files.all()],
        "leave_at": row.leave_at,
        "made_at": row.made_at,
        "settled_at": row.settled_at,
        "message_id": row.message_id,
    }


def _planned(row: PlannedReply) -> od.PlannedReply:
    return od.PlannedReply(
        **_fields(row),
        state=row.state,  # type: ignore[arg-type]
        if_customer_writes=row.if_customer_writes,  # type: ignore[arg-type]
        reason=row.reason,
    )


def _proposal(row: Proposal) -> od.Proposal:
    by = row.settled_by
    return od.Proposal(
        **_fields(row),
        state=row.state,  # type: ignore[arg-type]
        original=row.original,
        comment=row.comment,
        settled_by=documents.Reference(by.pk, by.name) if by is not None else None,
    )
