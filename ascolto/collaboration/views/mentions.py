"""Everything that calls the reader by name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import signed_in
from ascolto.collaboration.actions.mentions import settle
from ascolto.collaboration.selectors.people import mentions_of
from ascolto.collaboration.views.shared import page
from ascolto.conversations.opening import agent_of

LISTED = 100


@signed_in
@require_safe
def mentions(request: HttpRequest) -> HttpResponse:
    """What waits, or what is done."""
    done = request.GET.get("done") == "1"
    rows = list(mentions_of(agent_of(request), done=done)[:LISTED])
    return page(request, "collaboration/mentions.html", "mentions", rows=rows, done=done)


@signed_in
@require_POST
def done(request: HttpRequest) -> HttpResponse:
    """Done with some, or not yet after all."""
    ids = [int(one) for one in request.POST.getlist("mention")[:LISTED] if one.isascii() and one.isdigit()]
    undo = request.POST.get("undo") == "1"
    settle(agent=agent_of(request), mentions=[pk for pk in ids if pk < 2**63], done=not undo)
    address = "collaboration:mentions"
    return redirect(address) if not undo else redirect("/mentions/?done=1")
