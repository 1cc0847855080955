"""Macros beside a conversation: choose one, see what it would do, do it, take it back."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.automation.actions.macros import macro_sentence
from ascolto.automation.actions.using import Ran, preview_macro, run_macro, undo_macro
from ascolto.automation.models import Macro, MacroRun
from ascolto.automation.selectors import MOST_OFFERED, list_macros, visible_macros
from ascolto.automation.steps import Known
from ascolto.composing.actions.drafts import Content, save_draft
from ascolto.conversations.models import Conversation
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.gates import Refused
from ascolto.ui.reasons import in_own_language
from ascolto.ui.shell import shell_context


def _page(request: HttpRequest, conversation: Conversation, template: str, **context: Any) -> HttpResponse:
    """In the menu, or as a page of its own."""
    context |= {"number": conversation.number, "called": conversation.customer.name}
    if is_fragment(request):
        return render(request, f"automation/{template}.html", context)
    context = {**shell_context(request, current="desk"), **context, "part": f"automation/{template}.html"}
    return render(request, "automation/beside.html", context)


@require_safe
@permitted("conversations.manage")
def macros(request: HttpRequest, number: str) -> HttpResponse:
    """The macros that this person may use here; found by words."""
    conversation = conversation_of(request, number, to="manage")
    words, known = request.GET.get("q", "")[:200], Known()
    rows = list(list_macros(agent_of(request), words=words)[:MOST_OFFERED])
    told = [(macro, macro_sentence(macro, known)) for macro in rows]
    template = "found" if is_fragment(request) and "q" in request.GET else "choose"
    return _page(request, conversation, template, macros=told, words=words)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("conversations.manage")
def macro(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """What a macro would do here; posted, it is done."""
    conversation = conversation_of(request, number, to="manage")
    found = get_object_or_404(visible_macros(agent_of(request)).filter(archived_at=None), pk=pk)
    if request.method == "POST":
        return _run(request, conversation, found)
    tried = preview_macro(agent=agent_of(request), macro=found, conversation=conversation)
    sends = any(one.planned.step.writes and one.planned.given.get("send") for one in tried)
    version = conversation.version
    return _page(request, conversation, "preview", macro=found, tried=tried, sends=sends, version=version)


def _run(request: HttpRequest, conversation: Conversation, found: Macro) -> HttpResponse:
    agent, seen = agent_of(request), request.POST.get("version", "")
    if seen != str(conversation.version):  # what was previewed is not what would happen now
        return _again(request, conversation, found)
    confirmed = request.POST.get("confirmed") == "1"
    key = f"{found.pk}-{conversation.pk}-{seen}"
    try:
        ran = run_macro(agent=agent, macro=found, conversation=conversation, confirmed=confirmed, key=key)
    except Refused as refused:
        return _told(request, conversation, in_own_language(refused.message), status=422)
    if not is_fragment(request):
        if ran.draft:
            content = Content(mode=ran.draft["visibility"], text=ran.draft["text"])
            save_draft(agent=agent, conversation=conversation, content=content)
        return redirect("desk:thread", conversation.number)
    return _told(request, conversation, ran_words(ran), ran=ran)


def _again(request: HttpRequest, conversation: Conversation, found: Macro) -> HttpResponse:
    tried = preview_macro(agent=agent_of(request), macro=found, conversation=conversation)
    sends = any(one.planned.step.writes and one.planned.given.get("send") for one in tried)
    context = {
        "macro": found,
        "tried": tried,
        "sends": sends,
        "version": conversation.version,
        "is_stale": True,
    }
    return _page(request, conversation, "preview", **context)


def ran_words(ran: Ran) -> str:
    """What a macro did, in one line."""
    done = sum(line["outcome"] == "done" for line in ran.done)
    words = ngettext("“%(name)s”: %(n)s change", "“%(name)s”: %(n)s changes", done) % {
        "name": ran.macro.name,
        "n": done,
    }
    if ran.draft:
        words += ". " + _("The text waits in the composer")
    if ran.refused:
        refused = len(ran.refused)
        words += ". " + ngettext(
            "%(n)s step was refused: %(why)s", "%(n)s steps were refused: %(why)s", refused
        ) % {
            "n": refused,
            "why": in_own_language(ran.refused[0]["message"]),
        }
    return words


def _told(
    request: HttpRequest, conversation: Conversation, words: str, *, ran: Ran | None = None, status: int = 204
) -> HttpResponse:
    """An answer that the page shows as a toast; what was done can be taken back from it."""
    said: dict[str, Any] = {"text": words}
    if ran and ran.run and ran.can_undo:
        said |= {"undo": reverse("automation:undo", args=[conversation.number, ran.run.pk]), "fields": {}}
    triggers: dict[str, Any] = {"toast": said, "macro:ran": {}}
    if ran and ran.draft:
        triggers["macro:draft"] = {"mode": ran.draft["visibility"], "text": ran.draft["text"]}
    return HttpResponse(status=status, headers={"HX-Trigger": json.dumps(triggers)})


@require_POST
@permitted("conversations.manage")
def undo(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Take back what a macro did."""
    conversation = conversation_of(request, number, to="manage")
    run = MacroRun.objects.filter(pk=pk, conversation=conversation).first()
    if run is None:
        raise Http404
    try:
        undo_macro(agent=agent_of(request), run=run)
    except Refused as refused:
        return _told(request, conversation, in_own_language(refused.message), status=422)
    return HttpResponse(status=204) if is_fragment(request) else redirect("desk:thread", number)
