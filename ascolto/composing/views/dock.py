"""What stands between the thread and the composer: drafts, planned answers, proposals."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import signed_in
from ascolto.accounts.models import Agent
from ascolto.composing import selectors
from ascolto.composing.actions.proposals import may_settle
from ascolto.composing.models import Draft, PlannedReply
from ascolto.composing.words import reason_words, when_words
from ascolto.conversations.models import Attachment, Conversation
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.ui.reasons import in_own_language
from ascolto.ui.shell import shell_context

LATELY = timedelta(minutes=10)  # in which somebody who took an answer over is news


@signed_in
@require_safe
def dock(request: HttpRequest, number: str) -> HttpResponse:
    """The part for the thread, or a page of its own."""
    return show_dock(request, conversation_of(request, number))


def show_dock(
    request: HttpRequest, conversation: Conversation, refused: Refused | None = None, **more: Any
) -> HttpResponse:
    """What is planned, proposed and begun in a conversation; `refused`: what was just asked for and is not done."""
    context = {**dock_context(agent_of(request), conversation), "refused": "", **more}
    if refused is not None:
        words = f"{in_own_language(refused.message)} {in_own_language(refused.fix)}".strip()
        context["refused"] = words
    status = 422 if refused is not None else 200
    if is_fragment(request):
        return render(request, "composing/_dock.html", context, status=status)
    page = {**shell_context(request, current="desk"), **context, "title": _("Drafts and planned answers")}
    return render(request, "composing/dock_page.html", page, status=status)


def dock_context(agent: Agent, conversation: Conversation) -> dict[str, Any]:
    """Everything of a conversation that did not leave yet and concerns this person."""
    may_reply = agent.may("conversations.reply")
    draft = selectors.draft_in(conversation, agent)
    return {
        "conversation": conversation,
        "number": conversation.number,
        "may_reply": may_reply,
        "draft": draft,
        "draft_data": json.dumps(draft_data(draft)) if draft else "",
        "shared": selectors.shared_drafts(conversation, agent),
        "planned": [planned_view(row) for row in selectors.planned_in(conversation)] if may_reply else [],
        "proposals": [
            {"row": row, "may_settle": may_settle(agent, row), "is_mine": row.agent_id == agent.pk}
            for row in selectors.proposals_in(conversation, agent)
        ],
        "returned": selectors.returned_in(conversation, agent) if draft else None,
        "taken_by": _taken_by(agent, conversation) if draft else "",
    }


def draft_data(draft: Draft) -> dict[str, Any]:
    """What a window needs to go on with a draft."""
    return {
        "version": draft.version,
        "mode": draft.mode,
        "way": draft.way,
        "text": draft.text,
        "template": draft.template,
        "seen": draft.seen,
        "shared": draft.is_shared,
        "files": [file_data(file) for file in draft.files.all()],
    }


def file_data(file: Attachment) -> dict[str, Any]:
    """A file as the composer knows it after uploading."""
    return {"id": file.pk, "name": file.name, "size": file.size}


def planned_view(row: PlannedReply) -> dict[str, Any]:
    """A planned answer with its words for the screen."""
    assert row.leave_at is not None
    return {
        "row": row,
        "when": when_words(row.leave_at),
        "local": f"{timezone.localtime(row.leave_at):%Y-%m-%d %H:%M}",
        "asks": row.state == PlannedReply.State.ASKING,
        "failed": row.state == PlannedReply.State.FAILED,
        "reason": reason_words(row.reason),
        "is_approved": row.approval_id is not None,
    }


def _taken_by(agent: Agent, conversation: Conversation) -> str:
    """Who went on answering although this person was writing; empty when nobody did."""
    told = Event.objects.filter(
        conversation_id=conversation.pk, type="reply.taken_over", occurred_at__gte=now() - LATELY
    )
    last = told.order_by("-id").first()
    if last is None or agent.pk not in (last.data.get("from_agents") or ()):
        return ""
    other = Agent.objects.filter(pk=last.actor_id or 0).first()
    return other.name if other is not None else ""
