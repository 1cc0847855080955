"""Which flow answers at which inbox."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.bot import actions
from ascolto.bot.live import at_hand
from ascolto.bot.models import BotFlow, FlowVersion
from ascolto.bot.selectors import answering_flows, list_posts, rival_versions
from ascolto.bot.titles import title_of
from ascolto.bot.views.parts import SECTION, may_write, refusal_words
from ascolto.channels.models import ChannelAccount
from ascolto.gates import Refused


@require_safe
@permitted("bot.see", "bot.manage")
def posts(request: HttpRequest) -> HttpResponse:
    """Every inbox with the flow that answers there first; without one it goes to people."""
    rows = list_posts()
    context = {
        "rows": rows,
        "flows": list(answering_flows()),
        "rivals": rival_versions(),
        "may_write": may_write(request),
        "name_of": partial(title_of, flows=at_hand().flows_now()),
    }
    return render(request, "bot/posts.html", settings_context(request, SECTION, **context))


@require_POST
@permitted("bot.manage")
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """Say who answers at one inbox."""
    account = get_object_or_404(ChannelAccount, pk=pk)
    given = request.POST
    try:
        made = actions.set_post(
            by=request.user,
            account=account,
            flow=BotFlow.objects.filter(slug=given.get("flow", "")).first(),
            rival=BotFlow.objects.filter(slug=_named(given.get("rival", ""), "flow")).first(),
            rival_version=FlowVersion.objects.filter(
                pk=_number(_named(given.get("rival", ""), "version"))
            ).first(),
            share=_number(given.get("share", "")),
            is_enabled=given.get("on") == "1",
        )
        words = (
            _("The bot answers first at %(name)s.")
            if made and made.is_enabled
            else _("At %(name)s people answer.")
        )
        leave_notice(request, words % {"name": account.name})
    except Refused as refused:
        leave_notice(request, refusal_words(refused), tone="bad")
    return redirect("bot:posts")


def _named(value: str, kind: str) -> str:
    """`flow:care` → care, where that is what was asked for."""
    found, _colon, name = value.partition(":")
    return name[:60] if found == kind else ""


def _number(value: str) -> int:
    return int(value) if value.isdecimal() and len(value) < 10 else 0
