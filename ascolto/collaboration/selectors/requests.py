"""Questions to departments, for those who ask and for those who are asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from ascolto.accounts.models import Agent
from ascolto.collaboration.models import OPEN, Department, DepartmentRequest, RequestMessage
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.models import Attachment, Conversation, Message

LISTED = 100
_AROUND = ("department", "asked_by", "taken_by", "settled_by", "conversation")


@dataclass(frozen=True, slots=True)
class Access:
    """A request and as whom somebody sees it: as one of the department, as a colleague who sees the conversation, or both."""

    request: DepartmentRequest
    is_member: bool
    sees_conversation: bool


def access_request(agent: Agent, pk: int) -> Access:
    """Raises DepartmentRequest.DoesNotExist for whoever is neither of the department nor sees the conversation."""
    found = DepartmentRequest.objects.select_related(*_AROUND).get(pk=pk)
    is_member = found.department.members.filter(pk=agent.pk).exists()
    sees = visible_conversations(agent).filter(pk=found.conversation_id).exists()
    if not agent.is_active or not (is_member or sees):
        raise DepartmentRequest.DoesNotExist
    return Access(found, is_member, sees)


def departments() -> QuerySet[Department]:
    """Those who can be asked."""
    return Department.objects.filter(is_archived=False)


def requests_of(conversation: Conversation) -> list[DepartmentRequest]:
    """Everything that departments were asked here, the newest first, with the last answer of each as `last_answer`."""
    rows = list(
        DepartmentRequest.objects.filter(conversation=conversation)
        .select_related(*_AROUND)
        .order_by("-pk")[:LISTED]
    )
    answers = last_answers(rows)
    for row in rows:
        row.last_answer = answers.get(row.pk)  # type: ignore[attr-defined]
    return rows


def last_answers(rows: Iterable[DepartmentRequest]) -> dict[int, Message]:
    """The newest answer of each request, one query."""
    said = RequestMessage.objects.filter(request__in=[row.pk for row in rows], is_answer=True)
    said = said.filter(message__removed_at=None).select_related("message__agent").order_by("pk")
    return {one.request_id: one.message for one in said}


def requests_to(agent: Agent, *, is_open: bool | None = None) -> QuerySet[DepartmentRequest]:
    """What the person's departments were asked; what is due first on top, settled ones newest first."""
    rows = DepartmentRequest.objects.filter(department__members=agent).select_related(*_AROUND)
    if is_open is None:
        return rows.order_by("-pk")
    if is_open:
        return rows.filter(state__in=OPEN).order_by("due_at", "pk")
    return rows.exclude(state__in=OPEN).order_by("-settled_at", "-pk")


def requests_by(agent: Agent) -> QuerySet[DepartmentRequest]:
    """What the person asked and still may see, the newest first."""
    seen = visible_conversations(agent).filter(pk=OuterRef("conversation"))
    rows = DepartmentRequest.objects.filter(Exists(seen), asked_by=agent)
    return rows.select_related(*_AROUND).order_by("-pk")


def requests_seen_by(agent: Agent) -> QuerySet[DepartmentRequest]:
    """Every request the person may see: of their departments, and of conversations that they may see."""
    seen = visible_conversations(agent).filter(pk=OuterRef("conversation"))
    member = Department.members.through.objects.filter(department=OuterRef("department"), agent=agent.pk)
    return DepartmentRequest.objects.filter(Q(Exists(seen)) | Q(Exists(member))).select_related(*_AROUND)


def count_waiting(agent: Agent) -> int:
    """How many questions wait for the person's departments."""
    return DepartmentRequest.objects.filter(department__members=agent, state__in=OPEN)[:100].count()


def is_member_anywhere(agent: Agent) -> bool:
    """Whether somebody could ask this person."""
    return Department.members.through.objects.filter(agent=agent.pk).exists()


def shared_messages(request: DepartmentRequest) -> list[Message]:
    """What was chosen for the department to read, oldest first, with files."""
    rows = request.shares.filter(removed_at=None).select_related("agent", "identity", "account")
    return list(rows.prefetch_related("attachments").order_by("occurred_at", "pk"))


def said_in(request: DepartmentRequest) -> list[RequestMessage]:
    """What was said since the question, oldest first, with files."""
    rows = RequestMessage.objects.filter(request=request).select_related("message__agent")
    return list(rows.prefetch_related("message__attachments").order_by("pk"))


def shared_file(access: Access, pk: int) -> Attachment:
    """A file of what was shared or said in the request. Raises Attachment.DoesNotExist."""
    request = access.request
    seen = Q(message__in=request.shares.filter(removed_at=None)) | Q(
        message__request_message__request=request, message__removed_at=None
    )
    return Attachment.objects.filter(seen).distinct().get(pk=pk)
