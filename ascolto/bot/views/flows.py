"""The settings screens of flows: the list, a new one, the picture of one."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.bot import actions
from ascolto.bot.actions.proving import findings_of
from ascolto.bot.drawing import draw
from ascolto.bot.forms import NewFlowForm, house_text
from ascolto.bot.models import BotFlow
from ascolto.bot.reading import read_flow
from ascolto.bot.selectors import list_flows
from ascolto.bot.views.parts import (
    EDGES,
    SECTION,
    VERBS,
    flow_of,
    framed,
    language_for,
    leave_undo,
    may_write,
    refusal_words,
    told,
    version_of,
)
from ascolto.gates import Refused

MOST_DRAWN = 600  # boxes; of more, only the list


@require_safe
@permitted("bot.see", "bot.manage")
def flows(request: HttpRequest) -> HttpResponse:
    """Every flow: what runs, what is a draft, where it is used, how often it hands over."""
    archived = request.GET.get("archived") == "1"
    context = {
        "lines": list_flows(archived=archived),
        "archived": archived,
        "may_write": may_write(request),
        "has_away": BotFlow.objects.filter(slug="away").exists(),
    }
    return render(request, "bot/flows.html", settings_context(request, SECTION, **context))


@permitted("bot.manage")
def new_flow(request: HttpRequest) -> HttpResponse:
    """Begin with a small flow that is right, or with the house's own for when nobody is there."""
    form = NewFlowForm(request.POST or None)
    if request.method == "POST":
        text = house_text() if request.POST.get("from") == "away" else form.text() if form.is_valid() else ""
        if text:
            try:
                made = actions.create_flow(by=request.user, text=text)
                return redirect("bot:flow", made.flow.slug)
            except (ValidationError, Refused) as refusal:
                form.add_error(None, refusal_words(refusal))
    status = 422 if form.errors else 200
    return render(request, "bot/new.html", settings_context(request, SECTION, form=form), status=status)


@require_POST
@permitted("bot.manage")
def take_ready_made(request: HttpRequest) -> HttpResponse:
    """Put the ready-made flows there, published; at an inbox they answer only when somebody says so."""
    from ascolto.bot.ready_made import install

    try:
        made = install(request.user)
        leave_notice(
            request,
            _("%(n)s ready-made flows are there. They answer where you let them: see Inboxes.")
            % {"n": len(made)},
        )
    except (ValidationError, Refused) as refusal:
        leave_notice(request, refusal_words(refusal), tone="bad")
    return redirect("bot:flows")


@require_safe
@permitted("bot.see", "bot.manage")
def flow(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture of a flow, and what is wrong with it."""
    found = flow_of(slug)
    version = version_of(found, request.GET.get("version", ""))
    read, _form = read_flow(version.text)
    findings = findings_of(version.text)
    drawn = read is not None and len(read.nodes) <= MOST_DRAWN
    context = {
        "version": version,
        "read": read,
        "drawing": draw(read, language=language_for(read), findings=findings) if read and drawn else None,
        "findings": told(findings),
        "verbs": VERBS,
        "edges": EDGES,
    }
    return render(request, "bot/flow.html", framed(request, found, "bot:flow", **context))


@require_POST
@permitted("bot.manage")
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Off the air, away, back again. The next page can undo what can be undone."""
    found, do = flow_of(slug), request.POST.get("do", "")
    verbs = {"withdraw": actions.withdraw, "archive": actions.archive, "restore": actions.restore}
    if do not in verbs:
        raise Http404
    running = found.versions.filter(published_at__isnull=False).first()
    try:
        if verbs[do](by=request.user, flow=found):
            leave_notice(request, _SAID[do]() % {"name": str(found)})
            if do == "withdraw" and running is not None:
                leave_undo(request, slug, number=running.number)
    except Refused as refused:
        leave_notice(request, refusal_words(refused), tone="bad")
    return redirect("bot:flow", slug)


_SAID = {
    "withdraw": lambda: _("No version of %(name)s runs any more: where it answered, people do."),
    "archive": lambda: _("The flow %(name)s is put away."),
    "restore": lambda: _("The flow %(name)s is there again."),
}
