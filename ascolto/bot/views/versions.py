"""The versions of a flow: who wrote what and when, two of them compared, published, gone back to."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice
from ascolto.bot import actions
from ascolto.bot.actions.proving import findings_of
from ascolto.bot.differing import differences
from ascolto.bot.selectors import running_number, versions_of
from ascolto.bot.views.parts import flow_of, framed, leave_undo, refusal_words, told, version_of
from ascolto.gates import Refused

A_PAGE = 50
MOST_LINES = 20_000  # of a text on one page


@require_safe
@permitted("bot.see", "bot.manage")
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version; two of them compared where they are asked for."""
    flow = flow_of(slug)
    page = Paginator(versions_of(flow), A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"page": page, "rows": None}
    if request.GET.get("from"):
        old, new = version_of(flow, request.GET["from"]), version_of(flow, request.GET.get("to", ""))
        context |= {"old": old, "new": new, "rows": differences(old.text, new.text)[:MOST_LINES]}
    return render(request, "bot/versions.html", framed(request, flow, "bot:versions", **context))


@require_safe
@permitted("bot.see", "bot.manage")
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The text of one version, with its lines."""
    flow = flow_of(slug)
    found = version_of(flow, number)
    if request.GET.get("raw"):
        answer = HttpResponse(found.text, content_type="text/yaml; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{flow.slug}-{number}.yaml"'
        return answer
    lines = found.text.splitlines()
    context = {
        "version": found,
        "lines": lines[:MOST_LINES],
        "cut": len(lines) > MOST_LINES,
        "findings": told(findings_of(found.text)),
    }
    return render(request, "bot/version.html", framed(request, flow, "bot:versions", **context))


@require_POST
@permitted("bot.manage")
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a version run; what is wrong is shown instead, line by line. The next page can undo it."""
    flow = flow_of(slug)
    before, asked = running_number(flow), version_of(flow, request.POST.get("number", ""))
    try:
        made = actions.publish(by=request.user, version=asked)
        leave_notice(request, _("Version %(n)s runs now.") % {"n": made.number})
        leave_undo(request, slug, **({"number": before} if before else {"do": "withdraw"}))
    except Refused as refused:
        if "findings" in refused.place:
            return _refused(request, slug, asked.number, refused)
        leave_notice(request, refusal_words(refused), tone="bad")
    except ValidationError as refusal:
        leave_notice(request, refusal_words(refusal), tone="bad")
    return redirect("bot:flow", slug)


@require_POST
@permitted("bot.manage")
def again(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Write an older version again as the latest draft, unless somebody saved since the reader looked."""
    flow = flow_of(slug)
    old, on = version_of(flow, number), request.POST.get("on", "")
    based_on = int(on) if on.isdecimal() and len(on) < 10 else None
    try:
        note = _("as version %(n)s") % {"n": old.number}
        made = actions.save_version(by=request.user, flow=flow, text=old.text, note=note, based_on=based_on)
        leave_notice(request, _("Saved as version %(n)s.") % {"n": made.number})
    except (ValidationError, Refused) as refusal:
        leave_notice(request, refusal_words(refusal), tone="bad")
    return redirect("bot:flow", slug)


def _refused(request: HttpRequest, slug: str, number: int, refused: Refused) -> HttpResponse:
    flow = flow_of(slug)
    found = version_of(flow, number)
    lines = found.text.splitlines()[:MOST_LINES]
    context = {"version": found, "lines": lines, "cut": False, "refused": refusal_words(refused)}
    context["findings"] = told(refused.place["findings"])
    return render(request, "bot/version.html", framed(request, flow, "bot:versions", **context), status=422)
