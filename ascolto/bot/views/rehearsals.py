"""The tests of a flow: rehearsals that were kept, how each goes with the newest version, and the file in which they travel."""

from __future__ import annotations

import json

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice
from ascolto.bot.actions.rehearsals import (
    LONGEST_PAPER,
    Result,
    record_again,
    remove_rehearsal,
    results_of,
    take_in_rehearsals,
    written_rehearsals,
)
from ascolto.bot.transcript import place_words
from ascolto.bot.views.parts import flow_of, framed, refusal_words, version_of
from ascolto.gates import Refused


@require_http_methods(["GET", "HEAD"])
@permitted("bot.see", "bot.manage")
def tests(request: HttpRequest, slug: str) -> HttpResponse:
    """Every test, run against the newest version (or `version`)."""
    flow = flow_of(slug)
    version = version_of(flow, request.GET.get("version", ""))
    results = results_of(flow, version.text)
    context = {
        "version": version,
        "results": [(one, _where(one)) for one in results],
        "failed": sum(1 for one in results if one.differs),
    }
    return render(request, "bot/rehearsal_tests.html", framed(request, flow, "bot:tests", **context))


def _where(result: Result) -> str:
    """The first difference, in words."""
    differs = result.differs
    if differs is None:
        return ""
    told = {
        "step": differs.step,
        "expected": place_words(differs.expected),
        "got": place_words(differs.got),
    }
    return _("After step %(step)s it should come to “%(expected)s”, and comes to “%(got)s”.") % told


@require_POST
@permitted("bot.manage")
def test(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Record a test again as it goes now, or remove it."""
    flow = flow_of(slug)
    found = get_object_or_404(flow.rehearsals.select_related("flow"), pk=pk)
    try:
        if request.POST.get("do") == "remove":
            remove_rehearsal(by=request.user, rehearsal=found)
            leave_notice(request, _("The test “%(name)s” is gone.") % {"name": found.name})
        else:
            record_again(by=request.user, rehearsal=found, text=version_of(flow).text)
            leave_notice(request, _("From now on “%(name)s” is right as it goes now.") % {"name": found.name})
    except Refused as refused:
        leave_notice(request, refusal_words(refused), tone="bad")
    return redirect("bot:tests", slug)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("bot.manage")
def tests_file(request: HttpRequest, slug: str) -> HttpResponse:
    """All tests as a file, or (posted) tests out of one."""
    flow = flow_of(slug)
    if request.method != "POST":
        text = json.dumps(written_rehearsals(flow), ensure_ascii=False, indent=2)
        answer = HttpResponse(text, content_type="application/json")
        answer.headers["Content-Disposition"] = f'attachment; filename="{flow.slug}.tests.json"'
        return answer
    upload = request.FILES.get("file")
    raw = upload.read(LONGEST_PAPER + 1) if upload else b""
    try:
        count = take_in_rehearsals(by=request.user, flow=flow, text=raw.decode("utf-8", "replace"))
        leave_notice(request, _("%(n)s tests came in.") % {"n": count})
    except (ValidationError, Refused) as refusal:
        leave_notice(request, refusal_words(refusal), tone="bad")
    return redirect("bot:tests", slug)
