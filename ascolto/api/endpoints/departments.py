"""Departments: who can be asked, questions to them from inside a conversation, and their answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from ascolto.api import collaboration_documents as cd
from ascolto.api import documents
from ascolto.api.bodies import Cursor, Id, Limit
from ascolto.api.endpoints.conversations import find_id
from ascolto.api.endpoints.people_around import id_of, reference
from ascolto.api.problems import invalid
from ascolto.api.routing import BASE, Answer, Call
from ascolto.collaboration.actions import requests as actions
from ascolto.collaboration.models import Department, DepartmentRequest
from ascolto.collaboration.selectors.requests import (
    access_request,
    departments,
    requests_seen_by,
    said_in,
)
from ascolto.conversations.access import access_conversation, visible_conversations
from ascolto.conversations.models import Attachment
from ascolto.conversations.selectors import BadCursor

Question = Annotated[str, Meta(min_length=1, max_length=5_000)]


class NewRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`shares`: ids of messages of the conversation that the department may read beside the question. `hold`: the conversation waits."""

    department: Id
    question: Question
    shares: Annotated[list[Id], Meta(max_length=200)] = []
    hold: bool = False


class NewAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """`attachments`: ids of files that you uploaded."""

    text: Annotated[str, Meta(max_length=20_000)]
    attachments: Annotated[list[Id], Meta(max_length=10)] = []


class GivenBack(Struct, frozen=True, forbid_unknown_fields=True):
    """Why the department cannot answer."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class MoreAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """What else is needed."""

    text: Question


class RequestQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`to`: only what your departments were asked; `by`: only what you asked. `conversation`: of this one alone."""

    state: cd.RequestState | None = None
    to: Literal["me"] | None = None
    by: Literal["me"] | None = None
    conversation: Id | None = None
    limit: Limit = 50
    cursor: Cursor = ""


def list_departments(call: Call) -> Answer:
    """The departments that can be asked; in one page."""
    rows = departments() if not call.agent.is_guest else departments().filter(members=call.agent)
    data = [cd.Department(row.pk, row.name, row.about, row.minutes) for row in rows]
    return Answer(cd.DepartmentList(data, documents.Meta(None)))


def ask_department(call: Call) -> Answer:
    """Ask a department. You keep the customer; the department sees the question and what you share, nothing else."""
    conversation = access_conversation(call.agent, find_id(call), to="manage")
    body: NewRequest = call.body
    department = Department.objects.filter(pk=body.department).first()
    if department is None:
        raise invalid("department", f"there is no department with the id {body.department}.")
    made = actions.ask(
        agent=call.agent,
        conversation=conversation,
        department=department,
        question=body.question,
        shares=body.shares,
        hold=body.hold,
    )
    return _answer(call, made.pk, {"Location": f"{BASE}/requests/{made.pk}"})


def list_requests(call: Call) -> Answer:
    """Questions to departments that you may see: of your departments, and of your conversations; the newest first."""
    query: RequestQuery = call.query
    rows = requests_seen_by(call.agent)
    if query.state is not None:
        rows = rows.filter(state=query.state)
    if query.to is not None:
        rows = rows.filter(department__members=call.agent)
    if query.by is not None:
        rows = rows.filter(asked_by=call.agent)
    if query.conversation is not None:
        seen = visible_conversations(call.agent).filter(pk=query.conversation)
        rows = rows.filter(conversation__in=seen)
    if query.cursor:
        rows = rows.filter(pk__lt=after(query.cursor))
    found = list(rows.order_by("-pk").prefetch_related("shares")[: query.limit + 1])
    more = str(found[query.limit - 1].pk) if len(found) > query.limit else None
    page = found[: query.limit]
    seen_ids = visible_conversations(call.agent).filter(pk__in=[one.conversation_id for one in page])
    visible = set(seen_ids.values_list("pk", flat=True))
    data = [_document(one, one.conversation_id in visible) for one in page]
    return Answer(cd.DepartmentRequestList(data, documents.Meta(more)))


def after(cursor: str) -> int:
    """The id behind a cursor. Raises BadCursor."""
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise BadCursor("This cursor was not made here: begin again without one.")
    return int(cursor)


def get_request(call: Call) -> Answer:
    """One question with everything that was said since."""
    return _answer(call, id_of(call))


def take_request(call: Call) -> Answer:
    """For people of the department: say that you are on it."""
    return _settled(call, lambda request: actions.take(agent=call.agent, request=request))


def answer_request(call: Call) -> Answer:
    """For people of the department: answer. It stands in the conversation as a note, and who asked hears of it."""
    body: NewAnswer = call.body
    files = _files(call, body.attachments)
    return _settled(
        call,
        lambda request: actions.answer(agent=call.agent, request=request, text=body.text, attachments=files),
    )


def return_request(call: Call) -> Answer:
    """For people of the department: say why you cannot answer."""
    body: GivenBack = call.body
    return _settled(
        call, lambda request: actions.give_back(agent=call.agent, request=request, reason=body.reason)
    )


def question_request(call: Call) -> Answer:
    """Ask for more: the department's clock begins again where it had answered."""
    body: MoreAsked = call.body
    return _settled_by_asker(
        call, lambda request: actions.question_again(agent=call.agent, request=request, text=body.text)
    )


def withdraw_request(call: Call) -> Answer:
    """Ask no more."""
    return _settled_by_asker(call, lambda request: actions.withdraw(agent=call.agent, request=request))


def _settled(call: Call, act: Callable[[DepartmentRequest], Any]) -> Answer:
    act(access_request(call.agent, id_of(call)).request)
    return _answer(call, id_of(call))


def _settled_by_asker(call: Call, act: Callable[[DepartmentRequest], Any]) -> Answer:
    access = access_request(call.agent, id_of(call))
    access_conversation(call.agent, access.request.conversation_id, to="manage")
    act(access.request)
    return _answer(call, id_of(call))


def _files(call: Call, ids: Sequence[int]) -> list[Attachment]:
    found = list(Attachment.objects.filter(pk__in=ids, uploader=call.agent, message=None))
    if len(found) != len(set(ids)):
        raise invalid("attachments", "a file is not there, or not yours.")
    return found


def _answer(call: Call, pk: int, headers: dict[str, str] | None = None) -> Answer:
    access = access_request(call.agent, pk)
    said = [
        cd.RequestWord(
            one.message_id, reference(one.message.agent), one.message.text, one.is_answer, one.message.occurred_at
        )
        for one in said_in(access.request)
    ]  # fmt: skip
    return Answer(_document(access.request, access.sees_conversation, said), headers or {})


def _document(
    one: DepartmentRequest, sees: bool, said: list[cd.RequestWord] | None = None
) -> cd.DepartmentRequest:
    return cd.DepartmentRequest(
        id=one.pk,
        conversation_id=one.conversation_id if sees else None,
        department=documents.Reference(one.department_id, one.department.name),
        state=one.state,  # type: ignore[arg-type]
        question=one.question,
        asked_by=reference(one.asked_by),
        asked_at=one.asked_at,
        due_at=one.due_at,
        taken_by=reference(one.taken_by),
        settled_at=one.settled_at,
        reason=one.reason,
        shared=sorted(message.pk for message in one.shares.all()),
        said=said or [],
    )
