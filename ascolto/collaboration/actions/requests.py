"""Ask a department from inside a conversation, and answer. The agent keeps the customer all the while."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.collaboration.actions.following import follow
from ascolto.collaboration.models import OPEN, Department, DepartmentRequest, RequestMessage
from ascolto.collaboration.promise import due_of
from ascolto.collaboration.telling import tell
from ascolto.conversations.actions import add_note, change_status
from ascolto.conversations.models import Attachment, Conversation, Message, Status
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

QUESTION_AT_MOST = 5_000
SHARED_AT_MOST = 200  # messages
State = DepartmentRequest.State


@transaction.atomic
def ask(
    *,
    agent: Agent | None,
    conversation: Conversation,
    department: Department,
    question: str,
    shares: Iterable[int] = (),
    hold: bool = False,
    client_key: str | None = None,
) -> DepartmentRequest:
    """Ask. `shares`: ids of messages and notes of the conversation that the department may read beside the question; `hold`: the
    conversation waits for it. `client_key` makes it idempotent. Without an agent the product asks (a bot). Raises Refused."""
    if client_key and (earlier := DepartmentRequest.objects.filter(client_key=client_key).first()):
        return _same(earlier, agent, conversation)
    if agent is not None and not agent.may("departments.ask"):
        raise Refused("not_allowed", "You may not ask departments.", fix="Ask a colleague.")
    if department.is_archived:
        raise Refused(
            "archived", f"{department.name} is not asked any more.", fix="Choose another department."
        )
    at = now()
    due = due_of(department, at)
    made = DepartmentRequest.objects.create(
        conversation=conversation,
        department=department,
        asked_by=agent,
        question=_worded(question),
        asked_at=at,
        due_at=due.at,
        next_at=due.warn_at or due.at,
        client_key=client_key or None,
    )
    made.shares.set(_shared(conversation, shares))
    _tell(made, "asked", agent, due_at=due.at.isoformat() if due.at else None)
    if agent is not None:
        follow(agent=agent, conversation=conversation, person=agent)
    if hold:
        _hold(made, agent)
    return made


def _same(earlier: DepartmentRequest, agent: Agent | None, conversation: Conversation) -> DepartmentRequest:
    asked_by = agent.pk if agent is not None else None
    if (earlier.asked_by_id, earlier.conversation_id) != (asked_by, conversation.pk):
        raise Refused("key_in_use", "This request key belongs to another request.", fix="Use a new key.")
    return earlier


def _worded(question: str) -> str:
    found = clean(question, QUESTION_AT_MOST + 1).strip()
    if not found:
        raise Refused("empty", "The question is empty.", fix="Write what you need to know.")
    if len(found) > QUESTION_AT_MOST:
        raise Refused("too_long", "The question is too long.", fix="Shorten it, and share messages instead.")
    return found


def _shared(conversation: Conversation, shares: Iterable[int]) -> list[Message]:
    wanted = set(shares)
    found = list(Message.objects.filter(conversation=conversation, pk__in=list(wanted)[:SHARED_AT_MOST]))
    if len(found) != len(wanted):
        raise Refused(
            "not_shared", "Something of what is shared is not in this conversation.", fix="Choose again."
        )
    return found


def _hold(request: DepartmentRequest, agent: Agent | None) -> None:
    if request.conversation.status == Status.OPEN:
        change_status(agent=agent, conversation=request.conversation, status=Status.ON_HOLD)
        request.holds = True
        request.save(update_fields=["holds"])


@transaction.atomic
def share(*, agent: Agent, request: DepartmentRequest, shares: Iterable[int]) -> None:
    """Let the department read these messages too. Raises Refused."""
    current = _locked(request)
    current.shares.add(*_shared(current.conversation, shares))


@transaction.atomic
def take(*, agent: Agent, request: DepartmentRequest) -> DepartmentRequest:
    """Say that one is on it: the others of the department see it. Raises Refused."""
    current = _of_member(agent, request)
    _check_open(current)
    if current.taken_by_id != agent.pk:
        current.taken_by, current.taken_at = agent, now()
        current.save(update_fields=["taken_by", "taken_at"])
        _tell(current, "taken", agent)
    return current


@transaction.atomic
def answer(
    *,
    agent: Agent,
    request: DepartmentRequest,
    text: str,
    attachments: Sequence[Attachment] = (),
    client_key: str | None = None,
) -> Message:
    """Answer: it stands in the conversation as a note, and whoever asked hears of it. More can be added later. Raises Refused."""
    current = _of_member(agent, request)
    if client_key and (earlier := Message.objects.filter(client_key=client_key, agent=agent).first()):
        return earlier
    if current.state in {State.WITHDRAWN, State.RETURNED}:
        raise Refused("settled", "This question is not open any more.", fix="Write to whoever asked.")
    note = _note(current, agent, text, attachments, client_key, is_answer=True)
    if current.is_open:
        _settle(current, agent, State.ANSWERED)
    if current.taken_by_id is None:
        current.taken_by, current.taken_at = agent, now()
        current.save(update_fields=["taken_by", "taken_at"])
    _tell(current, "answered", agent, message=note.pk, late_by=current.late_by)
    return note


@transaction.atomic
def question_again(
    *, agent: Agent, request: DepartmentRequest, text: str, client_key: str | None = None
) -> Message:
    """Ask for more: the department's clock begins again when it had answered. Raises Refused."""
    current = _locked(request)
    if not agent.may("departments.ask"):
        raise Refused("not_allowed", "You may not ask departments.", fix="Ask a colleague.")
    if client_key and (earlier := Message.objects.filter(client_key=client_key, agent=agent).first()):
        return earlier
    if current.state == State.WITHDRAWN:
        raise Refused("settled", "This question is not open any more.", fix="Ask a new one.")
    note = _note(current, agent, _worded(text), (), client_key, is_answer=False)
    if not current.is_open:
        due = due_of(current.department, now())
        current.state, current.settled_at, current.settled_by = State.ASKED, None, None
        current.due_at, current.next_at = due.at, due.warn_at or due.at
        current.warned_at = current.overdue_at = None
        current.save()
    _tell(current, "questioned", agent, message=note.pk)
    return note


@transaction.atomic
def give_back(*, agent: Agent, request: DepartmentRequest, reason: str) -> DepartmentRequest:
    """The department cannot answer, and says why. Raises Refused without a reason."""
    current = _of_member(agent, request)
    _check_open(current)
    reason = clean(" ".join(reason.split()), 500)
    if not reason:
        raise Refused("no_reason", "Say why you cannot answer.", fix="Write who could.")
    current.reason = reason
    _settle(current, agent, State.RETURNED)
    _tell(current, "returned", agent, reason=reason)
    return current


@transaction.atomic
def withdraw(*, agent: Agent, request: DepartmentRequest) -> DepartmentRequest:
    """Ask no more. Raises Refused when it is settled."""
    current = _locked(request)
    if not agent.may("departments.ask"):
        raise Refused("not_allowed", "You may not ask departments.", fix="Ask a colleague.")
    _check_open(current)
    _settle(current, agent, State.WITHDRAWN)
    _tell(current, "withdrawn", agent)
    return current


def _locked(request: DepartmentRequest) -> DepartmentRequest:
    rows = DepartmentRequest.objects.select_for_update(of=("self",))
    return rows.select_related("conversation", "department").get(pk=request.pk)


def _of_member(agent: Agent, request: DepartmentRequest) -> DepartmentRequest:
    current = _locked(request)
    if not agent.is_active or not current.department.members.filter(pk=agent.pk).exists():
        raise Refused(
            "not_a_member",
            f"Only people of {current.department.name} answer this.",
            fix="Leave a note instead.",
        )
    return current


def _check_open(request: DepartmentRequest) -> None:
    if not request.is_open:
        raise Refused("settled", "This question is not open any more.", fix="Look at it again.")


def _note(
    request: DepartmentRequest,
    agent: Agent,
    text: str,
    attachments: Sequence[Attachment],
    client_key: str | None,
    *,
    is_answer: bool,
) -> Message:
    note = add_note(
        agent=agent,
        conversation=request.conversation,
        text=clean(text, 20_000),
        attachments=attachments,
        client_key=client_key,
    )
    RequestMessage.objects.create(request=request, message=note, is_answer=is_answer)
    return note


def _settle(request: DepartmentRequest, agent: Agent, state: str) -> None:
    request.state, request.settled_at, request.settled_by, request.next_at = state, now(), agent, None
    request.save(update_fields=["state", "settled_at", "settled_by", "next_at", "reason"])
    _release(request, agent)


def _release(request: DepartmentRequest, agent: Agent) -> None:
    """A conversation that waited for departments goes on when the last one has spoken."""
    current = request.conversation
    waiting = DepartmentRequest.objects.filter(conversation=current, holds=True, state__in=OPEN)
    if request.holds and not waiting.exists() and current.status == Status.ON_HOLD:
        change_status(agent=None, conversation=current, status=Status.OPEN)


def _tell(request: DepartmentRequest, verb: str, agent: Agent | None, **data: Any) -> None:
    named = {"request": request.pk, "department": request.department_id, "name": request.department.name}
    tell(f"department.{verb}", agent, request.conversation, **named, **data)


@transaction.atomic
def ring(request: DepartmentRequest) -> bool:
    """The clock has come to its next moment: warn, or say that the promise has passed. Whether it had something to say."""
    current = _locked(request)
    at = now()
    if not current.is_open or current.next_at is None or current.next_at > at:
        return False
    due_at = current.due_at.isoformat() if current.due_at else None
    if current.due_at is not None and current.due_at <= at:
        current.state, current.overdue_at, current.next_at = State.OVERDUE, at, None
        _tell(current, "overdue", None, due_at=due_at)
    else:
        current.warned_at, current.next_at = at, current.due_at
        _tell(current, "warned", None, due_at=due_at)
    current.save(update_fields=["state", "overdue_at", "warned_at", "next_at"])
    return True
