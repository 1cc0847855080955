"""The models: which version serves, how good each is, and the way back. Leads read, administrators change."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.understanding.actions.versions import NoSuchVersion, make_live
from ascolto.understanding.selectors.models import HEADS, head_rows, version_rows
from ascolto.understanding.told import head_name, label_name
from ascolto.understanding.training.nightly import AT_LEAST, NIGHT

SECTION = "models"


@require_safe
@permitted("models.see")
def models(request: HttpRequest) -> HttpResponse:
    """Every model with what serves and what waits."""
    context = settings_context(
        request,
        SECTION,
        rows=head_rows(),
        head_name=head_name,
        least=AT_LEAST,
        night=(NIGHT.start, NIGHT.stop),
    )
    return render(request, "understanding/models.html", context)


@require_safe
@permitted("models.see")
def model(request: HttpRequest, head: str) -> HttpResponse:
    """A model's versions beside each other."""
    if head not in HEADS:
        raise Http404
    context = settings_context(
        request, SECTION, head=head, versions=version_rows(head), head_name=head_name, label_name=label_name
    )
    return render(request, "understanding/model.html", context)


@require_POST
@permitted("models.manage")
def serve(request: HttpRequest, head: str) -> HttpResponse:
    """Let another version serve."""
    number = request.POST.get("number", "")
    if head not in HEADS or not (number.isascii() and number.isdigit() and len(number) < 9):
        raise Http404
    why = " ".join(request.POST.get("why", "")[:1000].replace("\0", "").split())[:250]
    try:
        made = make_live(head=head, number=int(number), by=request.user, why=why)
    except NoSuchVersion:
        leave_notice(request, _("This version is not kept any more."), tone="bad")
    else:
        told = _(
            "Version %(number)s of “%(model)s” serves now: new messages are read with it within seconds."
        )
        leave_notice(request, told % {"number": made.number, "model": head_name(head)})
    return redirect("understanding:model", head)
