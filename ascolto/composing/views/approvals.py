"""Approvals: the list, and what approvers and authors decide."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted, signed_in
from ascolto.composing import selectors
from ascolto.composing.actions import proposals as actions
from ascolto.composing.four_eyes import APPROVE
from ascolto.composing.models import Proposal
from ascolto.composing.telling import say
from ascolto.composing.views.dock import show_dock
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.ui.shell import shell_context


@permitted(APPROVE, "conversations.reply")
@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for this person's approval, and what they wait for themselves."""
    agent = agent_of(request)
    context = {
        "to_approve": selectors.waiting_proposals(agent),
        "own": selectors.own_proposals(agent),
        "may_approve": agent.may(APPROVE),
        "at": now(),
    }
    return render(request, "composing/approvals.html", {**shell_context(request, current="desk"), **context})


def _settle(request: HttpRequest, pk: int, act: Callable[[Proposal], str]) -> HttpResponse:
    try:
        row = actions.access_proposal(agent_of(request), pk)
    except Proposal.DoesNotExist:
        raise Http404 from None
    conversation = conversation_of(request, row.conversation.number)
    try:
        text = act(row)
    except Refused as refused:
        return show_dock(request, conversation, refused, comment=request.POST.get("comment", ""))
    if not is_fragment(request):
        return redirect(reverse("desk:thread", args=[conversation.number]))
    return say(show_dock(request, conversation), text, undone={"trigger": ""})


@permitted(APPROVE)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it leave as it is, or as the approver changed it."""

    def act(row: Proposal) -> str:
        seen = request.POST.get("seen", "")
        newest = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else None
        text = request.POST.get("text")
        actions.approve(by=agent_of(request), proposal=row, text=text, seen=newest)
        return _("Approved. It leaves in the name of %(name)s.") % {"name": row.agent.name}

    return _settle(request, pk, act)


@permitted(APPROVE)
@require_POST
def give_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Return it to its author with what should be different."""

    def act(row: Proposal) -> str:
        actions.give_comment(by=agent_of(request), proposal=row, comment=request.POST.get("comment", ""))
        return _("Returned to %(name)s.") % {"name": row.agent.name}

    return _settle(request, pk, act)


@signed_in
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The author takes it back."""

    def act(row: Proposal) -> str:
        actions.withdraw_proposal(agent=agent_of(request), proposal=row)
        return _("Taken back. The words are a draft again.")

    return _settle(request, pk, act)
