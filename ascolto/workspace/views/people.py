"""People and teams: invite, role, close, who answers together."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ascolto.accounts import actions
from ascolto.accounts.actions.roles import role_value
from ascolto.accounts.guards import permitted
from ascolto.accounts.models import Agent, Team
from ascolto.accounts.permissions import sentence
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.accounts.selectors import all_agents, all_teams
from ascolto.channels.actions import dissolve_team
from ascolto.conversations.opening import agent_of
from ascolto.ui.jinja import url_or_none
from ascolto.workspace import leaving
from ascolto.workspace.people_forms import InviteForm, LetGoForm, PersonForm, TeamForm
from ascolto.workspace.selectors import base_url


def invitation_link(request: HttpRequest, token: str) -> str:
    """The address that a colleague opens once."""
    return base_url(request) + reverse("accounts:join", args=[token])


@permitted("people.manage")
def people(request: HttpRequest) -> HttpResponse:
    """Every colleague, and the form to invite one more."""
    form, link, invited = InviteForm(request.POST or None), "", None
    if request.method == "POST" and form.is_valid():
        try:
            invited, token = actions.invite_agent(by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            form, link = InviteForm(), invitation_link(request, token)
    context = settings_context(request, "people", agents=all_agents(), form=form, link=link, invited=invited)
    return render(request, "workspace/people.html", context)


@permitted("people.manage")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Who a colleague is and what they may do."""
    agent = get_object_or_404(Agent, pk=pk)
    form = PersonForm(request.POST or None, initial=_person(agent))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_agent(by=request.user, agent=agent, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(request, _("Saved."))
            return redirect("workspace:person", pk)
    return render(request, "workspace/person.html", _about(request, agent, form))


def _about(request: HttpRequest, agent: Agent, form: PersonForm, **more: Any) -> dict[str, Any]:
    """The page of a person: the form, what they may do in words, and where else they are."""
    places = [
        (
            _("Skills, shifts and absences"),
            url_or_none("routing:person", agent.pk),
            "calendar-clock",
            "routing.manage",
        ),
        (_("What they did, and what was done about them"), _log_of(agent), "scroll-text", "log.see"),
    ]
    viewer = agent_of(request)
    links = [(label, href, icon) for label, href, icon, needs in places if href and viewer.may(needs)]
    return settings_context(
        request, "people", agent=agent, form=form, links=links, may=sentence(agent.granted), **more
    )


def _log_of(agent: Agent) -> str:
    return reverse("workspace:audit") + f"?who={agent.pk}"


def _person(agent: Agent) -> dict[str, Any]:
    teams = [str(pk) for pk in agent.teams.values_list("pk", flat=True)]
    return {"name": agent.name, "email": agent.email, "role": role_value(agent), "teams": teams}


@require_POST
@permitted("people.manage")
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A new link for a colleague: also for who forgot the password."""
    agent = get_object_or_404(Agent, pk=pk)
    context = _about(request, agent, PersonForm(initial=_person(agent)))
    try:
        context["link"] = invitation_link(request, actions.invite_again(by=request.user, agent=agent))
    except ValidationError as refusal:
        context["refusal"] = " ".join(refusal.messages)
    return render(request, "workspace/person.html", context)


@permitted("people.manage")
def let_go(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a colleague's account: first who goes on with what they have."""
    agent = get_object_or_404(Agent, pk=pk, is_active=True)
    form = LetGoForm(request.POST if request.method == "POST" else None, leaving=agent)
    if request.method == "POST" and form.is_valid():
        kind, _colon, key = form.cleaned_data["to"].partition(":")
        chosen: dict[str, Any] = {"agent": ("to", Agent), "team": ("team", Team)}
        target = {chosen[kind][0]: chosen[kind][1].objects.get(pk=key)} if kind in chosen else {}
        try:
            left = leaving.let_go(by=agent_of(request), agent=agent, **target)
        except ValidationError as refusal:
            form.refuse(ValidationError(refusal.messages))
        else:
            leave_notice(request, _left_words(agent, left))
            return redirect("workspace:person", pk)
    count = leaving.open_of(agent).count()
    context = settings_context(request, "people", agent=agent, form=form, count=count)
    return render(request, "workspace/let_go.html", context)


def _left_words(agent: Agent, left: leaving.Left) -> str:
    said = [_("%(name)s cannot sign in any more.") % {"name": agent.name}]
    if left.handed:
        text = ngettext(
            "%(n)s conversation was handed over.", "%(n)s conversations were handed over.", left.handed
        )
        said.append(text % {"n": left.handed})
    if left.queued:
        text = ngettext("%(n)s went back to the queue.", "%(n)s went back to the queue.", left.queued)
        said.append(text % {"n": left.queued})
    return " ".join(said)


@require_POST
@permitted("people.manage")
def switch_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed account again; closing one is asked about first."""
    agent = get_object_or_404(Agent, pk=pk)
    if request.POST.get("open") != "1":
        return redirect("workspace:let-go", pk) if agent.is_active else redirect("workspace:person", pk)
    try:
        actions.reactivate_agent(by=request.user, agent=agent)
    except ValidationError as refusal:
        leave_notice(request, " ".join(refusal.messages), tone="bad")
    else:
        leave_notice(request, _("%(name)s can sign in again.") % {"name": agent.name})
    return redirect("workspace:person", pk)


@permitted("people.manage")
def teams(request: HttpRequest) -> HttpResponse:
    """Every team, and the form to make one more."""
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        members = Agent.objects.filter(pk__in=form.cleaned_data["members"])
        try:
            made = actions.create_team(by=request.user, name=form.cleaned_data["name"], members=members)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(request, _("The team %(name)s is there.") % {"name": made.name})
            return redirect("workspace:teams")
    return render(
        request, "workspace/teams.html", settings_context(request, "teams", teams=all_teams(), form=form)
    )


@permitted("people.manage")
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """A team's name and people."""
    found = get_object_or_404(Team, pk=pk)
    members = [str(key) for key in found.members.values_list("pk", flat=True)]
    form = TeamForm(request.POST or None, initial={"name": found.name, "members": members})
    if request.method == "POST" and form.is_valid():
        chosen = Agent.objects.filter(pk__in=form.cleaned_data["members"])
        try:
            actions.rename_team(by=request.user, team=found, name=form.cleaned_data["name"])
            actions.set_team_members(by=request.user, team=found, members=chosen)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(request, _("Saved."))
            return redirect("workspace:teams")
    return render(request, "workspace/team.html", settings_context(request, "teams", team=found, form=form))


@require_POST
@permitted("people.manage")
def remove_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Dissolve a team without people."""
    found = get_object_or_404(Team, pk=pk)
    try:
        dissolve_team(by=request.user, team=found)
    except ValidationError as refusal:
        leave_notice(request, " ".join(refusal.messages))
        return redirect("workspace:team", pk)
    leave_notice(request, _("The team %(name)s is dissolved.") % {"name": found.name})
    return redirect("workspace:teams")
