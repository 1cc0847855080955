"""The settings screens of routing: rules, people, teams, groups of customers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.models import Agent, Company, Team
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.accounts.selectors import assignable_agents
from ascolto.customers.actions import delete_group, make_group, rename_group, restore_group
from ascolto.customers.models import CustomerGroup
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.routing.actions.rules import change_queue, change_rules, change_skills
from ascolto.routing.actions.shifts import add_absence, change_shifts, remove_absence
from ascolto.routing.crew import usual_capacity
from ascolto.routing.forms import AbsenceForm, GroupForm, QueueForm, RulesForm, ShiftsForm, SkillsForm
from ascolto.routing.models import Absence, AgentSkills, RoutingRules, TeamQueue
from ascolto.routing.selectors import crew
from ascolto.routing.views.presence import state_words
from ascolto.sla.models import SlaPolicy
from ascolto.ui.reasons import in_own_language

SECTION = "routing"
_DISSOLVED = "dissolved_group"


def _page(request: HttpRequest, template: str, tab: str, **context: Any) -> HttpResponse:
    return render(request, f"routing/{template}.html", settings_context(request, SECTION, tab=tab, **context))


def _done(form: Any, act: Callable[[], Any]) -> bool:
    """Do it when the form is right; what is refused is shown where it belongs. Whether it was done."""
    if not form.is_valid():
        return False
    try:
        act()
    except ValidationError as refusal:
        form.refuse(refusal)
        return False
    except Refused as refused:
        form.refuse(ValidationError(in_own_language(refused.message)))
        return False
    return True


@permitted("routing.manage")
def rules(request: HttpRequest) -> HttpResponse:
    """How conversations find people."""
    form = RulesForm(request.POST or None, rules=RoutingRules.current())
    if request.method == "POST" and _done(form, lambda: change_rules(by=request.user, **form.values())):
        leave_notice(request, _("Saved."))
        return redirect("routing:rules")
    return _page(request, "rules", "rules", form=form)


@require_safe
@permitted("routing.manage")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who can answer: how they stand, what they take, when they work."""
    return _page(request, "people", "people", people=crew(now()), states=state_words())


@permitted("routing.manage")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """What a person takes, and their shifts and absences."""
    agent = get_object_or_404(assignable_agents(), pk=pk)
    is_hours = request.POST.get("part") == "shifts"
    skills = _skills_form(None if is_hours else request.POST or None, agent)
    shifts = ShiftsForm(request.POST if is_hours else None, shifts=agent.shifts.all())  # type: ignore[attr-defined]
    if request.method == "POST":
        by = request.user
        if is_hours:
            done = _done(shifts, lambda: change_shifts(by=by, agent=agent, shifts=shifts.shifts))
        else:
            done = _done(skills, lambda: change_skills(by=by, agent=agent, **skills.values()))
        if done:
            leave_notice(request, _("Saved."))
            return redirect("routing:person", pk)
    return _page(request, "person", "people", **_person(agent, skills, shifts, AbsenceForm(prefix="absence")))


def _skills_form(data: Any, agent: Agent) -> SkillsForm:
    row = AgentSkills.objects.filter(agent=agent).first()
    return SkillsForm(data, row=row, capacity=row.capacity if row else usual_capacity(agent))


def _person(agent: Agent, skills: SkillsForm, shifts: ShiftsForm, absence: AbsenceForm) -> dict[str, Any]:
    coming = Absence.objects.filter(agent=agent, ends_at__gt=now())
    zone = Company.current().time_zone
    return {
        "agent": agent,
        "form": skills,
        "shifts": shifts,
        "absence": absence,
        "absences": coming,
        "zone": zone,
    }


@require_POST
@permitted("routing.manage")
def absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody will not be there."""
    agent = get_object_or_404(assignable_agents(), pk=pk)
    form, zone = AbsenceForm(request.POST, prefix="absence"), Company.current().time_zone
    if _done(form, lambda: add_absence(by=request.user, agent=agent, **form.values(zone))):
        leave_notice(request, _("Saved."))
        return redirect("routing:person", pk)
    shifts = ShiftsForm(shifts=agent.shifts.all())  # type: ignore[attr-defined]
    return _page(request, "person", "people", **_person(agent, _skills_form(None, agent), shifts, form))


@require_POST
@permitted("routing.manage")
def remove(request: HttpRequest, pk: int, absence: int) -> HttpResponse:
    """They will be there after all."""
    remove_absence(by=request.user, absence=get_object_or_404(Absence, pk=absence, agent=pk))
    leave_notice(request, _("The absence is removed."))
    return redirect("routing:person", pk)


@require_safe
@permitted("routing.manage")
def teams(request: HttpRequest) -> HttpResponse:
    """Every team with what comes to it first."""
    rows = Team.objects.select_related("queue__overflow").prefetch_related("queue__topics", "members")
    return _page(request, "teams", "teams", teams=rows)


@permitted("routing.manage")
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """What comes to a team first, and who helps."""
    found = get_object_or_404(Team, pk=pk)
    row = TeamQueue.objects.filter(team=found).first()
    form = QueueForm(request.POST or None, row=row, team=found)
    if request.method == "POST" and _done(
        form, lambda: change_queue(by=request.user, team=found, **form.values())
    ):
        leave_notice(request, _("Saved."))
        return redirect("routing:teams")
    return _page(request, "team", "teams", team=found, form=form)


@permitted("routing.manage")
def groups(request: HttpRequest) -> HttpResponse:
    """Groups of customers, and the form to make one more."""
    form = GroupForm(request.POST or None)
    if request.method == "POST" and _done(
        form, lambda: make_group(by=request.user, name=form.cleaned_data["name"])
    ):
        leave_notice(request, _("The group is there."))
        return redirect("routing:groups")
    rows = CustomerGroup.objects.annotate(size=Count("customers"))
    return _page(
        request, "groups", "groups", groups=rows, form=form, dissolved=request.session.get(_DISSOLVED)
    )


@permitted("routing.manage")
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a group otherwise, or dissolve it."""
    found = get_object_or_404(CustomerGroup, pk=pk)
    form = GroupForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and _done(
        form, lambda: rename_group(by=request.user, group=found, name=form.cleaned_data["name"])
    ):
        leave_notice(request, _("Saved."))
        return redirect("routing:groups")
    return _page(request, "group", "groups", group=found, form=form)


@require_POST
@permitted("routing.manage")
def dissolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Dissolve a group; the next page can undo it. One to which something was promised stays."""
    found = get_object_or_404(CustomerGroup, pk=pk)
    try:
        if SlaPolicy.objects.filter(group=found).exists():
            raise ValidationError(_("Something was promised to this group: it stays, with its history."))
        request.session[_DISSOLVED] = delete_group(by=request.user, group=found)
    except (ValidationError, ProtectedError) as refusal:
        words = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else _("It is in use.")
        leave_notice(request, words, tone="bad")
        return redirect("routing:group", pk)
    leave_notice(request, _("The group %(name)s is dissolved.") % {"name": found.name})
    return redirect("routing:groups")


@require_POST
@permitted("routing.manage")
def restore(request: HttpRequest) -> HttpResponse:
    """Undo the last dissolution."""
    kept = request.session.pop(_DISSOLVED, None)
    if kept:
        try:
            restored = restore_group(by=request.user, kept=kept)
        except ValidationError as refusal:
            leave_notice(request, " ".join(refusal.messages), tone="bad")
        else:
            leave_notice(request, _("The group %(name)s is there again.") % {"name": restored.name})
    return redirect("routing:groups")
