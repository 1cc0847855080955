"""A flow's head by a form: title, languages, start, words for a person, first words."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice
from ascolto.bot import actions
from ascolto.bot.actions.proving import findings_of
from ascolto.bot.field_words import choice_name, language_name
from ascolto.bot.head import EDITED, Head
from ascolto.bot.known import known_for_head
from ascolto.bot.models import BotFlow, FlowVersion
from ascolto.bot.rewriting import NotRewritten, rewritten
from ascolto.bot.views.editing import document_of, number_of, tell_saved
from ascolto.bot.views.parts import flow_of, framed, refusal_words, told, version_of
from ascolto.bot.yamltext import Unreadable
from ascolto.gates import Refused


@permitted("bot.manage")
def head(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; saved as a new version. What was typed is never lost."""
    flow = flow_of(slug)
    latest = version_of(flow)
    document = document_of(latest)
    drawn = Head.of(document) if document is not None else None
    if document is None or drawn is None:
        leave_notice(request, _("A form cannot show this: change it as text."), tone="bad")
        return redirect("bot:text", slug)
    wrong = ""
    if request.method == "POST":
        drawn.fill(request.POST)
        if request.POST.get("do") == "save":
            try:
                return _saved(request, flow, latest, document, drawn)
            except (ValidationError, Refused) as refusal:
                wrong = refusal_words(refusal)
            except (NotRewritten, Unreadable):
                wrong = _("The text is laid out in a way that a form cannot change: change it as text.")
    return _form(request, flow, latest, document, drawn, wrong)


def _saved(
    request: HttpRequest, flow: BotFlow, latest: FlowVersion, document: dict[str, Any], drawn: Head
) -> HttpResponse:
    """Raises ValidationError, Refused, NotRewritten, Unreadable."""
    _check_fresh(request, flow, latest, document)
    drawn.put_into(document)
    text = rewritten(latest.text, document)
    saved = actions.save_version(
        by=request.user, flow=flow, text=text, note=_("About the flow"), based_on=latest.number
    )
    tell_saved(request, latest, saved)
    return redirect("bot:head", flow.slug)


def _check_fresh(request: HttpRequest, flow: BotFlow, latest: FlowVersion, document: dict[str, Any]) -> None:
    """Others may have saved meanwhile, but not what stands here. Raises Refused."""
    number = number_of(request.POST.get("based_on", ""))
    if number == latest.number:
        return
    older = flow.versions.filter(number=number or 0).first()
    before = (document_of(older) or {}) if older else {}
    if any(before.get(key) != document.get(key) for key in EDITED):
        why = _("Somebody else saved meanwhile.")
        raise Refused("stale", why, fix=_("Look at what they changed, then save yours again."))


def _form(
    request: HttpRequest,
    flow: BotFlow,
    latest: FlowVersion,
    document: dict[str, Any],
    drawn: Head,
    wrong: str,
) -> HttpResponse:
    context = {
        "head": drawn,
        "based_on": latest.number,
        "wrong": wrong,
        "controls": drawn.controls(known_for_head(document)),
        "findings": told(findings_of(latest.text)),
        "choice_name": choice_name,
        "language_name": language_name,
    }
    status = 422 if wrong else 200
    return render(request, "bot/head.html", framed(request, flow, "bot:flow", **context), status=status)
