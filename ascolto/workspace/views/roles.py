"""Roles of the company's own: the matrix, one role, what a change would give and take."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts import actions
from ascolto.accounts.guards import permitted
from ascolto.accounts.models import CustomRole
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.workspace.people_forms import NewRoleForm, RoleForm
from ascolto.workspace.roles import difference, groups, shown_roles


@permitted("people.manage")
def roles(request: HttpRequest) -> HttpResponse:
    """Who may do what, and the form for one role more."""
    form = NewRoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_role(by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(
                request, _("The role %(name)s is there: choose what it may do.") % {"name": made.name}
            )
            return redirect("workspace:role", made.pk)
    context = settings_context(request, "roles", roles=shown_roles(), groups=groups(), form=form)
    return render(request, "workspace/roles.html", context)


@permitted("people.manage")
def role(request: HttpRequest, pk: int) -> HttpResponse:
    """One role: its name and what it may do. Looking at what a change would do saves nothing."""
    found = get_object_or_404(CustomRole, pk=pk)
    initial = {"name": found.name, "permissions": sorted(found.granted)}
    form, change = RoleForm(request.POST or None, initial=initial), None
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            change = difference(found, form.cleaned_data["permissions"])
        else:
            try:
                actions.change_role(by=request.user, role=found, **form.cleaned_data)
            except ValidationError as refusal:
                form.refuse(refusal)
            else:
                leave_notice(request, _("Saved. It holds at once for everybody who has this role."))
                return redirect("workspace:role", pk)
    chosen = set(form["permissions"].value() or ())
    context = settings_context(
        request, "roles", role=found, form=form, change=change, groups=groups(), chosen=chosen
    )
    return render(request, "workspace/role.html", context)


@require_POST
@permitted("people.manage")
def archive_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay a role aside that nobody has, or take it out again."""
    found = get_object_or_404(CustomRole, pk=pk)
    try:
        actions.archive_role(by=request.user, role=found, archived=request.POST.get("archived") == "1")
    except ValidationError as refusal:
        leave_notice(request, " ".join(refusal.messages), tone="bad")
        return redirect("workspace:role", pk)
    leave_notice(request, _("Saved."))
    return redirect("workspace:roles")
