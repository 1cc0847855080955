"""Change a conversation: who holds it, where it stands, what it is about. Every change can be undone from its toast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ascolto.accounts.guards import role_required
from ascolto.accounts.selectors import all_teams, assignable_agents
from ascolto.conversations import actions
from ascolto.conversations.labels import is_closed, offered_labels
from ascolto.conversations.opening import agent_of, is_fragment
from ascolto.customers.actions import change_customer, put_in_group
from ascolto.desk.changing import changed, choice
from ascolto.desk.forms import (
    CustomerForm,
    read_assignee,
    read_priority,
    read_team,
)
from ascolto.desk.lines import priority_names
from ascolto.desk.opening import head_context, open_conversation
from ascolto.desk.queue import status_names
from ascolto.desk.replies import toast

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@role_required("agent")
@GET_OR_POST
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """Give it to a colleague, to a team, or to nobody."""
    conversation = open_conversation(request, number, to="manage")
    if request.method != "POST":
        people, teams = assignable_agents(), all_teams()
        return choice(request, conversation, "desk/choose_assignee.html", people=people, teams=teams)
    agent, before = agent_of(request), {}

    def act() -> tuple[str, Mapping[str, Any]]:
        wanted: dict[str, Any] = {}
        if "assignee" in request.POST:
            wanted["assignee"] = read_assignee(request.POST)
            before["assignee"] = conversation.assignee_id or ""
        if "team" in request.POST:
            wanted["team"] = read_team(request.POST)
            before["team"] = conversation.team_id or ""
        actions.assign(agent=agent, conversation=conversation, **wanted)
        return _given(wanted, agent), before

    return changed(request, conversation, act)


def _given(wanted: Mapping[str, Any], agent: Any) -> str:
    whom = wanted.get("assignee") or wanted.get("team")
    if whom is None:
        return _("Nobody has it now")
    return _("You have it now") if whom == agent else _("Given to %(name)s") % {"name": whom.name}


@role_required("agent")
@require_POST
def status(request: HttpRequest, number: str) -> HttpResponse:
    """Open, waiting for the customer, waiting for a department, or resolved."""
    conversation = open_conversation(request, number, to="manage")
    previous, wanted = conversation.status, request.POST.get("status", "")

    def act() -> tuple[str, Mapping[str, Any]]:
        actions.change_status(agent=agent_of(request), conversation=conversation, status=wanted)
        words = {"resolved": _("Conversation resolved"), "open": _("Conversation open again")}
        return words.get(wanted, status_names()[wanted]), {"status": previous}

    return changed(request, conversation, act)


@role_required("agent")
@require_POST
def priority(request: HttpRequest, number: str) -> HttpResponse:
    """How urgent it is."""
    conversation = open_conversation(request, number, to="manage")
    previous, wanted = conversation.priority, read_priority(request.POST)

    def act() -> tuple[str, Mapping[str, Any]]:
        actions.change_priority(agent=agent_of(request), conversation=conversation, priority=wanted)
        return _("Priority: %(name)s") % {"name": priority_names()[wanted]}, {"priority": previous}

    return changed(request, conversation, act)


@role_required("agent")
@GET_OR_POST
def labels(request: HttpRequest, number: str) -> HttpResponse:
    """What it is about, in labels."""
    conversation = open_conversation(request, number, to="manage")
    current = sorted(conversation.labels.values_list("name", flat=True))
    if request.method != "POST":
        known = [*conversation.labels.all(), *offered_labels().exclude(name__in=current)[:300]]
        makes = agent_of(request).may("labels.manage") or not is_closed()
        return choice(
            request, conversation, "desk/choose_labels.html", known=known, current=current, makes=makes
        )
    names = request.POST.getlist("labels") + request.POST.get("new", "").split(",")

    def act() -> tuple[str, Mapping[str, Any]]:
        actions.set_labels(agent=agent_of(request), conversation=conversation, names=names)
        return _("Labels changed"), {"labels": current}

    return changed(request, conversation, act)


@role_required("agent")
@GET_OR_POST
def rename(request: HttpRequest, number: str) -> HttpResponse:
    """Say in a few words what it is about."""
    conversation = open_conversation(request, number, to="manage")
    if request.method != "POST":
        return choice(request, conversation, "desk/choose_subject.html")
    previous = conversation.subject

    def act() -> tuple[str, Mapping[str, Any]]:
        actions.rename(
            agent=agent_of(request), conversation=conversation, subject=request.POST.get("subject", "")[:1000]
        )
        return _("Subject changed"), {"subject": previous}

    return changed(request, conversation, act)


@role_required("agent")
@GET_OR_POST
def customer(request: HttpRequest, number: str) -> HttpResponse:
    """Who the customer is: name, language, and a line that colleagues should know."""
    conversation = open_conversation(request, number, to="manage")
    person = conversation.customer
    before = {name: getattr(person, name) for name in CustomerForm.NAMES}
    if person.group_id is not None or "group" in request.POST:
        before["group"] = person.group_id or ""
    form = CustomerForm(request.POST or None, initial=before, language=person.language)
    if request.method != "POST":
        return choice(request, conversation, "desk/change_customer.html", form=form)
    if not form.is_valid():
        response = choice(request, conversation, "desk/change_customer.html", form=form)
        response.status_code = 422
        first = next(iter(form.errors.values()))[0]
        return toast(response, first) if is_fragment(request) else response
    given = dict(form.cleaned_data)
    if "group" in given:
        put_in_group(by=agent_of(request), customer=person, group=given.pop("group"))
    change_customer(agent=agent_of(request), customer=person, **given)
    if not is_fragment(request):
        return redirect("desk:thread", number)
    response = render(request, "desk/who.html", head_context(request, conversation))
    return toast(response, _("Customer changed"), undo=request.path, fields=before)
