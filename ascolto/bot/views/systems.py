"""The systems that flows may ask: listed, written down, changed, tried, given a new secret, switched."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.bot.actions import systems as actions
from ascolto.bot.asking_systems import Report
from ascolto.bot.forms_outside import SystemForm
from ascolto.bot.models import BotAction
from ascolto.bot.outward import host_of
from ascolto.bot.views.parts import SECTION


@permitted("bot.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def systems(request: HttpRequest) -> HttpResponse:
    """All of them, and the form of a new one."""
    form = SystemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            action, secret = actions.create_action(by=request.user, **form.values())
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _page(request, action, secret=secret)
    rows = [(action, host_of(action.url)) for action in BotAction.objects.all()]
    return render(
        request, "bot/systems.html", settings_context(request, SECTION, rows=rows, form=form, tab="systems")
    )


@permitted("bot.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def system(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them, to change."""
    action = get_object_or_404(BotAction, pk=pk)
    form = SystemForm(request.POST or None, action=action)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_action(by=request.user, action=action, **form.values())
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(request, _("Saved."))
            return redirect("bot:system", action.pk)
    return _page(request, action, form=form)


@permitted("bot.manage")
@require_POST
def switch_system(request: HttpRequest, pk: int) -> HttpResponse:
    """Let flows ask it, or not."""
    action = get_object_or_404(BotAction, pk=pk)
    on = request.POST.get("on") == "1"
    actions.change_action(by=request.user, action=action, is_enabled=on)
    leave_notice(request, _("Flows may ask it.") if on else _("Flows do not ask it any more."))
    return redirect("bot:system", action.pk)


@permitted("bot.manage")
@require_POST
def new_system_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret; it is shown on this page and never again."""
    action = get_object_or_404(BotAction, pk=pk)
    return _page(request, action, secret=actions.rotate_secret(by=request.user, action=action))


@permitted("bot.manage")
@require_POST
def try_system(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask it once with invented values, and tell how that went."""
    action = get_object_or_404(BotAction, pk=pk)
    report = actions.try_action(by=request.user, action=action)
    return _page(request, action, report=report)


def _page(request: HttpRequest, action: BotAction, **more: Any) -> HttpResponse:
    report: Report | None = more.get("report")
    context = {
        "action": action,
        "host": host_of(action.url),
        "form": SystemForm(action=action),
        "secret": "",
        "tab": "systems",
        "went": _went(report) if report else "",
        **more,
    }
    return render(request, "bot/system.html", settings_context(request, SECTION, **context))


def _went(report: Report) -> str:
    """The round trip in words."""
    values = {"ms": report.milliseconds, "status": report.status}
    words = {
        "answered": _("It answered in %(ms)s ms."),
        "unreadable": _("The stored secret cannot be opened with the secret key of this installation."),
        "not_sent": _("It cannot be reached."),
        "late": _("It did not answer in time, or broke off."),
        "failed": _("It is in trouble: HTTP %(status)s after %(ms)s ms."),
        "refused": _("It refused: HTTP %(status)s after %(ms)s ms."),
        "not_json": _("It answered in %(ms)s ms, but not with a JSON object."),
    }
    return words[report.outcome] % values
