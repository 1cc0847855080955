"""Hand a conversation over, and answer those who do: the dialog, the banner in the thread, and the list of offers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ascolto.accounts.guards import permitted, role_required
from ascolto.accounts.models import Agent, Role, Team
from ascolto.accounts.selectors import all_teams
from ascolto.conversations.models import Conversation
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.routing.actions import hand_offs as actions
from ascolto.routing.handing import (
    access_hand_off,
    bounces_of,
    may_accept,
    offer_of,
    offers_by,
    offers_to,
    offers_to_decide,
    receivers,
)
from ascolto.routing.models import HandOff, RoutingRules
from ascolto.ui.reasons import in_own_language
from ascolto.ui.shell import shell_context
from ascolto.understanding.selectors.told import summary_of, told_by
from ascolto.understanding.told_words import kind_name

LISTED = 100


def _offer(request: HttpRequest, pk: int) -> HandOff:
    try:
        return access_hand_off(agent_of(request), pk)
    except HandOff.DoesNotExist:
        raise Http404 from None


@role_required(Role.AGENT)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, number: str) -> HttpResponse:
    """Choose who shall have it and tell them what is asked of them; they see what happened so far."""
    conversation = conversation_of(request, number, to="manage")
    if request.method != "POST":
        return _form(request, conversation)
    try:
        to_agent, to_team = _whom(request, "to")
        note = request.POST.get("note", "")
        actions.ask(
            agent=agent_of(request), conversation=conversation, to_agent=to_agent, to_team=to_team, note=note
        )
    except Refused as refused:
        return _form(request, conversation, refused)
    return _back(request, conversation, _("Offered. You have it until they accept."))


def _form(request: HttpRequest, conversation: Conversation, refused: Refused | None = None) -> HttpResponse:
    told = [one for one in told_by(conversation, agent_of(request)) if one.is_current]
    context = {
        "conversation": conversation,
        "number": conversation.number,
        "people": receivers().exclude(pk=conversation.assignee_id or 0),
        "teams": all_teams(),
        "summary": summary_of(conversation),
        "facts": [{"name": kind_name(one.kind), "shown": one.shown} for one in told],
        "bounces": bounces_of(conversation),
        "limit": RoutingRules.current().hand_offs_at_most,
        "refused": refused,
        "note": request.POST.get("note", ""),
        "chosen": request.POST.get("to", ""),
    }
    return _shown(request, "routing/_hand_over.html", context, _("Hand over"), 422 if refused else 200)


def _whom(request: HttpRequest, field: str) -> tuple[Agent | None, Team | None]:
    """The person or the team of a choice such as "agent-3" or "team-2". Raises Refused for neither."""
    kind, _dash, pk = request.POST.get(field, "").partition("-")
    number = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 16 else 0
    if kind == "agent":
        return receivers().filter(pk=number).first(), None
    return None, Team.objects.filter(pk=number).first() if kind == "team" else None


@role_required(Role.AGENT)
@require_safe
def banner(request: HttpRequest, number: str) -> HttpResponse:
    """The offer of this conversation, for whom it concerns; nothing for others."""
    return render(
        request, "routing/_hand_off.html", _banner_context(request, conversation_of(request, number))
    )


def _banner_context(
    request: HttpRequest, conversation: Conversation, refused: Refused | None = None
) -> dict[str, Any]:
    offer, agent = offer_of(conversation), agent_of(request)
    is_mine = offer is not None and offer.state == HandOff.State.ASKED and may_accept(agent, offer)
    facts = offer.facts if offer is not None else []
    return {
        "number": conversation.number,
        "offer": offer,
        "is_mine": is_mine,
        "may_withdraw": offer is not None and (agent.is_lead or offer.from_agent_id == agent.pk),
        "may_decide": offer is not None and agent.is_lead and offer.state == HandOff.State.LIMIT,
        "facts": [{**fact, "name": kind_name(fact["kind"])} for fact in facts],
        "people": receivers().exclude(pk=agent.pk) if is_mine else (),
        "teams": all_teams() if is_mine else (),
        "refused": refused,
        "reason": request.POST.get("reason", ""),
    }


@role_required(Role.AGENT)
@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """What the person is offered, what they offered, and, for leads, what was handed over too often."""
    agent = agent_of(request)
    around = ("conversation__customer", "from_agent", "to_agent", "to_team")
    groups = [
        (title, list(rows.select_related(*around)[:LISTED]))
        for title, rows in (
            (_("Offered to you"), offers_to(agent)),
            (_("For a lead to decide"), offers_to_decide(agent)),
            (_("Offered by you"), offers_by(agent)),
        )
    ]
    context = {"groups": [(title, rows) for title, rows in groups if rows], "at": now()}
    return render(request, "routing/hand_offs.html", {**shell_context(request, current="desk"), **context})


@role_required(Role.AGENT)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it."""
    offer = _offer(request, pk)
    return _settled(
        request, offer, lambda: actions.accept(agent=agent_of(request), hand_off=offer), _("You have it now")
    )


@role_required(Role.AGENT)
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no, why, and who should have it."""
    offer = _offer(request, pk)
    proposed_agent, proposed_team = _whom(request, "proposed")

    def act() -> HandOff:
        return actions.refuse(
            agent=agent_of(request),
            hand_off=offer,
            reason=request.POST.get("reason", ""),
            proposed_agent=proposed_agent,
            proposed_team=proposed_team,
        )

    return _settled(request, offer, act, _("Refused. They have been told why."), leaves=True)


@role_required(Role.AGENT)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the offer back."""
    offer = _offer(request, pk)
    return _settled(
        request, offer, lambda: actions.withdraw(agent=agent_of(request), hand_off=offer), _("Taken back")
    )


@permitted("conversations.see_all")
@require_POST
def allow(request: HttpRequest, pk: int) -> HttpResponse:
    """One hand-off more than the rules allow."""
    offer = _offer(request, pk)
    return _settled(
        request, offer, lambda: actions.allow(agent=agent_of(request), hand_off=offer), _("Offered.")
    )


def _settled(
    request: HttpRequest, offer: HandOff, act: Callable[[], HandOff], text: str, *, leaves: bool = False
) -> HttpResponse:
    """Do it; then back to the conversation, or to the list where it may be out of sight. A refusal stays in the banner."""
    conversation = offer.conversation
    try:
        act()
    except Refused as refused:
        context = _banner_context(request, conversation, refused)
        return _shown(request, "routing/_hand_off.html", context, conversation.number, 422)
    if not leaves:
        return _back(request, conversation, text)
    address = reverse("hand_offs:offers")
    return HttpResponse(headers={"HX-Redirect": address}) if is_fragment(request) else redirect(address)


def _back(request: HttpRequest, conversation: Conversation, text: str) -> HttpResponse:
    if not is_fragment(request):
        return redirect(reverse("desk:thread", args=[conversation.number]))
    response = render(request, "routing/_hand_off.html", _banner_context(request, conversation))
    response.headers["HX-Trigger"] = json.dumps({"toast": {"text": text}, "hand-off": {}})
    return response


def _shown(
    request: HttpRequest, template: str, context: dict[str, Any], title: str, status: int
) -> HttpResponse:
    """A part for the page that asked, or a page of its own."""
    refused = context.get("refused")
    if refused is not None:
        words = f"{in_own_language(refused.message)} {in_own_language(refused.fix)}".strip()
        context = {**context, "refusal": words}
    if is_fragment(request):
        return render(request, template, context, status=status)
    page = {**shell_context(request, current="desk"), **context, "part": template, "title": title}
    return render(request, "routing/hand_off_page.html", page, status=status)
