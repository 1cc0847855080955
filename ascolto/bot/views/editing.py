"""Changing a flow: as text with what is wrong beside it, or a node and a slot at a time by a form."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice
from ascolto.bot import actions
from ascolto.bot.actions.flows import checked_text
from ascolto.bot.actions.proving import findings_of, notes_of
from ascolto.bot.field_words import choice_name, language_name
from ascolto.bot.forms import NEW_NODES, NodeDraft, check_name, new_node, new_slot
from ascolto.bot.known import known_for
from ascolto.bot.models import BotFlow, FlowVersion
from ascolto.bot.rewriting import NotRewritten, plain, rewritten
from ascolto.bot.views.parts import VERBS, flow_of, framed, leave_undo, refusal_words, told, version_of
from ascolto.bot.yamltext import Unreadable
from ascolto.gates import Refused


@permitted("bot.manage")
def text(request: HttpRequest, slug: str) -> HttpResponse:
    """The text of the latest version, to be changed. What was typed is never lost."""
    flow = flow_of(slug)
    latest, wrong = version_of(flow), ""
    typed, based_on = latest.text, number_of(str(latest.number))
    if request.method == "POST":
        typed, based_on = request.POST.get("text", ""), number_of(request.POST.get("based_on", ""))
        try:
            note = request.POST.get("note", "")
            saved = actions.save_version(by=request.user, flow=flow, text=typed, note=note, based_on=based_on)
            leave_notice(request, _("Saved as version %(n)s.") % {"n": saved.number})
            return redirect("bot:text", slug)
        except (ValidationError, Refused) as refusal:
            wrong, based_on = refusal_words(refusal), latest.number
    context = {"typed": typed, "based_on": based_on, "wrong": wrong, "stale": latest, **_checked(typed)}
    status = 422 if wrong else 200
    return render(request, "bot/text.html", framed(request, flow, "bot:text", **context), status=status)


@require_POST
@permitted("bot.manage")
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """What is wrong with the text as it is typed."""
    flow_of(slug)
    return render(request, "bot/checked.html", _checked(request.POST.get("text", "")))


def _checked(typed: str) -> dict[str, Any]:
    try:
        typed = checked_text(typed)
    except ValidationError as refusal:
        return {"findings": (), "notes": (), "too_long": refusal_words(refusal)}
    return {"findings": told(findings_of(typed)), "notes": told(notes_of(typed))}


@permitted("bot.manage")
def node(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One node by a form that knows its kind."""
    return _edit(request, flow_of(slug), name, "nodes")


@permitted("bot.manage")
def slot(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One slot by a form."""
    return _edit(request, flow_of(slug), name, "slots")


@permitted("bot.manage")
def new_node_view(request: HttpRequest, slug: str) -> HttpResponse:
    """One more node."""
    return _edit(request, flow_of(slug), "", "nodes")


@permitted("bot.manage")
def new_slot_view(request: HttpRequest, slug: str) -> HttpResponse:
    """One more slot."""
    return _edit(request, flow_of(slug), "", "slots")


def _edit(request: HttpRequest, flow: BotFlow, name: str, section: str) -> HttpResponse:
    latest = version_of(flow)
    document = document_of(latest)
    if document is None:
        leave_notice(request, _("This text cannot be read as it is: mend it here first."), tone="bad")
        return redirect("bot:text", flow.slug)
    draft = _draft(request, document, name, section)
    if draft is None:
        leave_notice(request, _("A form cannot show this: change it as text."), tone="bad")
        return redirect("bot:text", flow.slug)
    wrong = ""
    if request.method == "POST" and request.POST.get("do") in ("save", "delete"):
        try:
            return _save(request, flow, latest, document, draft)
        except (ValidationError, Refused) as refusal:
            wrong = refusal_words(refusal)
        except NotRewritten:
            wrong = _("The text is laid out in a way that a form cannot change: change it as text.")
    return _form(request, flow, latest, document, draft, wrong)


def document_of(version: FlowVersion) -> dict[str, Any] | None:
    """What a version says, as plain values; None where it cannot be read."""
    try:
        found = plain(version.text)
    except Unreadable:
        return None
    return found if isinstance(found, dict) else None


def _draft(request: HttpRequest, document: dict[str, Any], name: str, section: str) -> NodeDraft | None:
    """What stands there, with what was typed; None where a form cannot show it. Raises Http404."""
    if name and name not in (document.get(section) or ()):
        raise Http404
    if name:
        draft: NodeDraft | None = NodeDraft.of(document, name, section)
    else:
        verb = request.POST.get("verb") or request.GET.get("verb") or "say"
        if verb not in NEW_NODES:
            raise Http404
        draft = new_node(document, verb, "") if section == "nodes" else new_slot(document, "")
    if draft is not None and request.method == "POST":
        draft.fill(request.POST)
    return draft


def _save(
    request: HttpRequest, flow: BotFlow, latest: FlowVersion, document: dict[str, Any], draft: NodeDraft
) -> HttpResponse:
    """Raises ValidationError, Refused, NotRewritten."""
    _check_fresh(request, flow, latest, document, draft)
    if request.POST.get("do") == "delete":
        document[draft.section].pop(draft.was, None)
        note = _("%(name)s taken away") % {"name": draft.was}
    else:
        check_name(draft, document)
        draft.put_into(document)
        note = draft.name if draft.was in ("", draft.name) else f"{draft.was} → {draft.name}"
    try:
        text = rewritten(latest.text, document)
    except Unreadable as unreadable:
        raise NotRewritten from unreadable
    saved = actions.save_version(by=request.user, flow=flow, text=text, note=note, based_on=latest.number)
    tell_saved(request, latest, saved)
    if request.POST.get("do") == "delete":
        return redirect("bot:flow", flow.slug)
    return redirect(f"bot:{'node' if draft.section == 'nodes' else 'slot'}", flow.slug, draft.name)


def tell_saved(request: HttpRequest, before: FlowVersion, saved: FlowVersion) -> None:
    """Say which version it is now, and offer the one before again."""
    if saved.pk == before.pk:
        leave_notice(
            request, _("Nothing was different: version %(n)s is still the latest.") % {"n": saved.number}
        )
    else:
        leave_notice(request, _("Saved as version %(n)s.") % {"n": saved.number})
        leave_undo(request, saved.flow.slug, again=before.number, on=saved.number)


def _check_fresh(
    request: HttpRequest, flow: BotFlow, latest: FlowVersion, document: dict[str, Any], draft: NodeDraft
) -> None:
    """Others may have saved meanwhile, but not this node. Raises Refused."""
    number = number_of(request.POST.get("based_on", ""))
    if not draft.was or number == latest.number:
        return
    older = flow.versions.filter(number=number or 0).first()
    before = (document_of(older) or {}) if older else {}
    if _part(before, draft).get(draft.was) != _part(document, draft).get(draft.was):
        why = _("Somebody else saved meanwhile.")
        raise Refused("stale", why, fix=_("Look at what they changed, then save yours again."))


def _part(document: dict[str, Any], draft: NodeDraft) -> dict[str, Any]:
    part = document.get(draft.section)
    return part if isinstance(part, dict) else {}


def _form(
    request: HttpRequest,
    flow: BotFlow,
    latest: FlowVersion,
    document: dict[str, Any],
    draft: NodeDraft,
    wrong: str,
) -> HttpResponse:
    known = known_for(document)
    found = [one for one in told(findings_of(latest.text)) if draft.was and one.node == draft.was]
    context = {
        "draft": draft,
        "based_on": latest.number,
        "wrong": wrong,
        "controls": draft.controls(known),
        "rows": draft.row_controls(known),
        "verbs": VERBS,
        "findings": found,
        "choice_name": choice_name,
        "language_name": language_name,
    }
    status = 422 if wrong else 200
    return render(request, "bot/node.html", framed(request, flow, "bot:flow", **context), status=status)


def number_of(value: str) -> int | None:
    """The number of a version, as a form sends it."""
    return int(value) if value.isdecimal() and len(value) < 10 else None
