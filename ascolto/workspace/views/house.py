"""The company's settings, and keys for machines."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts import actions
from ascolto.accounts.guards import permitted
from ascolto.accounts.models import Agent, ApiToken, Company
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.accounts.selectors import live_tokens
from ascolto.workspace.forms import CompanyForm, TokenForm

_COMPANY = ("name", "language", "time_zone", "reopen_days")


@permitted("company.manage")
def company(request: HttpRequest) -> HttpResponse:
    """Name, language, time zone."""
    current = Company.current()
    form = CompanyForm(request.POST or None, initial={field: getattr(current, field) for field in _COMPANY})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_company(by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(request, _("Saved."))
            return redirect("workspace:company")
    return render(request, "workspace/company.html", settings_context(request, "company", form=form))


@permitted("tokens.make")
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own keys, for an administrator everybody's; a new key is shown once."""
    agent = request.user
    form, clear_text = TokenForm(request.POST or None, granted=agent.granted), ""
    if request.method == "POST" and form.is_valid():
        try:
            _made, clear_text = actions.create_token(agent=agent, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            form = TokenForm(granted=agent.granted)
    context = settings_context(request, "tokens", form=form, clear_text=clear_text, tokens=_visible(agent))
    return render(request, "workspace/tokens.html", context)


@require_POST
@permitted("tokens.make")
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End a key."""
    actions.revoke_token(token=get_object_or_404(_visible(request.user), pk=pk), by=request.user)
    leave_notice(request, _("The token does not work any more."))
    return redirect("workspace:tokens")


def _visible(agent: Agent) -> QuerySet[ApiToken]:
    return live_tokens() if agent.may("people.manage") else live_tokens().filter(agent=agent)
