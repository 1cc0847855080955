"""External bots: listed, given an inbox, changed, given new keys, switched."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.bot.actions import external_bots as actions
from ascolto.bot.forms_outside import ExternalBotForm
from ascolto.bot.models import ExternalBot
from ascolto.bot.outward import host_of
from ascolto.bot.views.parts import SECTION


@permitted("bot.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def external_bots(request: HttpRequest) -> HttpResponse:
    """All of them, and the form of a new one."""
    form = ExternalBotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            bot, secret, token = actions.create_bot(by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _page(request, bot, secret=secret, token=token)
    rows = [(bot, host_of(bot.url)) for bot in _bots().order_by("account__name", "pk")]
    context = {"rows": rows, "form": form, "tab": "external"}
    return render(request, "bot/external.html", settings_context(request, SECTION, **context))


@permitted("bot.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def external_bot(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them, to change."""
    bot = get_object_or_404(_bots(), pk=pk)
    form = ExternalBotForm(request.POST or None, bot=bot)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_bot(by=request.user, bot=bot, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(request, _("Saved."))
            return redirect("bot:external-bot", bot.pk)
    return _page(request, bot, form=form)


@permitted("bot.manage")
@require_POST
def switch_external_bot(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it answer, or not."""
    bot = get_object_or_404(_bots(), pk=pk)
    on = request.POST.get("on") == "1"
    try:
        actions.change_bot(by=request.user, bot=bot, is_enabled=on)
    except ValidationError as refusal:
        leave_notice(request, " ".join(refusal.messages), tone="bad")
    else:
        said = _("It answers first.") if on else _("It is off: what it held went to people.")
        leave_notice(request, said)
    return redirect("bot:external-bot", bot.pk)


@permitted("bot.manage")
@require_POST
def new_bot_keys(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret or a new token; it is shown on this page and never again."""
    bot = get_object_or_404(_bots(), pk=pk)
    if request.POST.get("what") == "token":
        return _page(request, bot, token=actions.renew_token(by=request.user, bot=bot))
    return _page(request, bot, secret=actions.rotate_bot_secret(by=request.user, bot=bot))


def _bots() -> Any:
    """With how much they had to answer, and how often they were late or out of reach."""
    return ExternalBot.objects.select_related("account").annotate(
        told=Count("errands"), failed=Count("errands", filter=Q(errands__outcome__in=["late", "failed"]))
    )


def _page(request: HttpRequest, bot: ExternalBot, **more: Any) -> HttpResponse:
    context = {
        "bot": get_object_or_404(_bots(), pk=bot.pk),
        "host": host_of(bot.url),
        "form": ExternalBotForm(bot=bot),
        "secret": "",
        "token": "",
        "tab": "external",
        **more,
    }
    return render(request, "bot/external_bot.html", settings_context(request, SECTION, **context))
