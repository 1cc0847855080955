"""People and teams: invite, role, close, who answers together."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts import actions
from ascolto.accounts.guards import role_required
from ascolto.accounts.models import Agent, Role, Team
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.accounts.selectors import all_agents, all_teams
from ascolto.channels.actions import dissolve_team
from ascolto.workspace.forms import InviteForm, PersonForm, TeamForm
from ascolto.workspace.selectors import base_url


def invitation_link(request: HttpRequest, token: str) -> str:
    """The address that a colleague opens once."""
    return base_url(request) + reverse("accounts:join", args=[token])


@role_required(Role.ADMINISTRATOR)
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


@role_required(Role.ADMINISTRATOR)
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
    return render(
        request, "workspace/person.html", settings_context(request, "people", agent=agent, form=form)
    )


def _person(agent: Agent) -> dict[str, Any]:
    teams = [str(pk) for pk in agent.teams.values_list("pk", flat=True)]
    return {"name": agent.name, "email": agent.email, "role": agent.role, "teams": teams}


@require_POST
@role_required(Role.ADMINISTRATOR)
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A new link for a colleague: also for who forgot the password."""
    agent = get_object_or_404(Agent, pk=pk)
    context = settings_context(request, "people", agent=agent, form=PersonForm(initial=_person(agent)))
    try:
        context["link"] = invitation_link(request, actions.invite_again(by=request.user, agent=agent))
    except ValidationError as refusal:
        context["refusal"] = " ".join(refusal.messages)
    return render(request, "workspace/person.html", context)


@require_POST
@role_required(Role.ADMINISTRATOR)
def switch_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a colleague's account, or open it again."""
    agent = get_object_or_404(Agent, pk=pk)
    try:
        if request.POST.get("open") == "1":
            actions.reactivate_agent(by=request.user, agent=agent)
            leave_notice(request, _("%(name)s can sign in again.") % {"name": agent.name})
        else:
            actions.deactivate_agent(by=request.user, agent=agent)
            leave_notice(request, _("%(name)s cannot sign in any more.") % {"name": agent.name})
    except ValidationError as refusal:
        leave_notice(request, " ".join(refusal.messages))
    return redirect("workspace:person", pk)


@role_required(Role.ADMINISTRATOR)
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


@role_required(Role.ADMINISTRATOR)
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
@role_required(Role.ADMINISTRATOR)
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
