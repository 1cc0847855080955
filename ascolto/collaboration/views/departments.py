"""The settings "Departments"."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.collaboration.actions.departments import archive_department, save_department
from ascolto.collaboration.forms import DepartmentForm
from ascolto.collaboration.models import Department
from ascolto.collaboration.views.shared import words_of
from ascolto.conversations.opening import agent_of
from ascolto.gates import Refused
from ascolto.sla.durations import duration_text

SECTION = "departments"


def _duration(minutes: int) -> str:
    return duration_text(timedelta(minutes=minutes))


@permitted("departments.manage")
@require_safe
def departments(request: HttpRequest) -> HttpResponse:
    """Everybody who can be asked."""
    rows = list(Department.objects.prefetch_related("members").order_by("is_archived", "name"))
    context = settings_context(request, SECTION, rows=rows, duration=_duration)
    return render(request, "collaboration/departments.html", context)


@permitted("departments.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def department(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Make one, or change it."""
    found = get_object_or_404(Department, pk=pk) if pk else None
    form = DepartmentForm(request.POST or None, department=found)
    if request.method == "POST" and form.is_valid():
        try:
            made = save_department(agent=agent_of(request), department=found, **form.wanted())
            leave_notice(request, _("%(name)s can be asked.") % {"name": made.name})
            return redirect("collaboration:departments")
        except Refused as refused:
            form.add_error(None, words_of(refused))
    context = settings_context(request, SECTION, form=form, department=found)
    return render(request, "collaboration/department.html", context, status=422 if form.errors else 200)


@permitted("departments.manage")
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask it no more, or again."""
    found = get_object_or_404(Department, pk=pk)
    archive_department(
        agent=agent_of(request), department=found, archived=request.POST.get("archived", "1") == "1"
    )
    leave_notice(request, _("Saved"))
    return redirect("collaboration:departments")
