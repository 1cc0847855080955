"""Dated promises of people: list them, make one, confirm, move and withdraw it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from ascolto.api import documents
from ascolto.api.bodies import Cursor, Id, Limit
from ascolto.api.commitment_documents import CommitmentList, CommitmentState, commitment
from ascolto.api.endpoints.conversations import find_id
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import BASE, Answer, Call
from ascolto.conversations.access import access_conversation
from ascolto.conversations.models import Message
from ascolto.sla.actions import commitments as actions
from ascolto.sla.commitments import Asked, BadCursor, access_commitment
from ascolto.sla.commitments import list_commitments as read_page
from ascolto.sla.models import Commitment

Words = Annotated[str, Meta(min_length=1, max_length=300)]


class CommitmentQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`owner`: an agent's id or `me`. `due_before`: a time with its zone. `conversation`: the id of one."""

    state: CommitmentState | None = None
    owner: Annotated[str, Meta(pattern="^(me|[1-9][0-9]{0,17})$")] | None = None
    due_before: datetime | None = None
    conversation: Id | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class NewCommitment(Struct, frozen=True, forbid_unknown_fields=True):
    """`words`: what was promised. `message`: the id of the answer in which it stands; without it, it was promised elsewhere."""

    due_at: datetime
    words: Words
    message: Id | None = None


class NewDate(Struct, frozen=True, forbid_unknown_fields=True):
    """The new time, and why."""

    due_at: datetime
    reason: Words


class CommitmentReason(Struct, frozen=True, forbid_unknown_fields=True):
    """Why it does not hold any more."""

    reason: Words


def list_commitments(call: Call) -> Answer:
    """Dated promises in conversations that the token's agent may see, by when they are due."""
    query: CommitmentQuery = call.query
    asked = Asked(
        states=[query.state] if query.state else [],
        owner=call.agent.pk if query.owner == "me" else int(query.owner) if query.owner else None,
        due_before=_zoned(query.due_before, "?due_before"),
        conversation=query.conversation,
    )
    try:
        rows, cursor = read_page(call.agent, asked, query.cursor, query.limit)
    except BadCursor:
        raise invalid("?cursor", "take it from meta.next_cursor of the page before.") from None
    return Answer(CommitmentList([commitment(row) for row in rows], documents.Meta(cursor or None)))


def make_commitment(call: Call) -> Answer:
    """Promise the customer of a conversation to write by a time. It shows in the queue at once."""
    conversation = access_conversation(call.agent, find_id(call), to="reply")
    body: NewCommitment = call.body
    message = None
    if body.message is not None:
        message = (
            Message.objects.select_related("agent").filter(pk=body.message, conversation=conversation).first()
        )
        if message is None:
            raise invalid("message", "is no message of this conversation.")
    made = actions.make(
        agent=call.agent,
        conversation=conversation,
        due_at=_zoned(body.due_at, "due_at") or body.due_at,
        words=body.words,
        message=message,
    )
    return Answer(
        _document(call, made.pk), {"Location": f"{BASE}/commitments?conversation={conversation.pk}"}
    )


def confirm_commitment(call: Call) -> Answer:
    """Say that what was found in a text is a promise."""
    found = _access(call)
    actions.confirm(agent=call.agent, commitment=found)
    return Answer(_document(call, found.pk))


def decline_commitment(call: Call) -> Answer:
    """Say that what was found in a text is no promise."""
    found = _access(call)
    actions.decline(agent=call.agent, commitment=found)
    return Answer(_document(call, found.pk))


def withdraw_commitment(call: Call) -> Answer:
    """Take an open promise back, with the reason."""
    found = _access(call)
    actions.withdraw(agent=call.agent, commitment=found, reason=call.body.reason)
    return Answer(_document(call, found.pk))


def change_commitment(call: Call) -> Answer:
    """Promise another time instead, with the reason. Kept and broken promises stay what they are."""
    found = _access(call)
    due_at = _zoned(call.body.due_at, "due_at") or call.body.due_at
    actions.change_date(agent=call.agent, commitment=found, due_at=due_at, reason=call.body.reason)
    return Answer(_document(call, found.pk))


def _access(call: Call) -> Commitment:
    """The promise of the path. Raises the problem `not-found`, Refused for guests."""
    text = call.path["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem("not-found")
    try:
        found = access_commitment(call.agent, int(text))
    except Commitment.DoesNotExist:
        raise Problem("not-found") from None
    access_conversation(call.agent, found.conversation_id, to="reply")
    return found


def _document(call: Call, pk: int) -> object:
    return commitment(access_commitment(call.agent, pk))


def _zoned(moment: datetime | None, field: str) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise invalid(field, "add the time zone, for example 2026-11-22T18:00:00Z.")
    return moment
