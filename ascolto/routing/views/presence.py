"""Who is there: signs of life of open screens, and the switch of the menu."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts.guards import signed_in
from ascolto.accounts.views import next_page
from ascolto.gates import Refused
from ascolto.routing.actions.presence import beat as note_beat
from ascolto.routing.actions.presence import choose_presence
from ascolto.routing.models import Presence
from ascolto.routing.views.answers import told
from ascolto.ui.reasons import in_own_language


def state_words() -> dict[str, str]:
    """The states of presence as people read them."""
    return {
        Presence.State.AVAILABLE: _("Available"),
        Presence.State.BUSY: _("Busy"),
        Presence.State.AWAY: _("Away"),
        Presence.State.OFFLINE: _("Offline"),
    }


@require_POST
@signed_in
def beat(request: HttpRequest) -> HttpResponse:
    """This screen is open; answers with how the person stands, for the menu."""
    state = note_beat(agent=request.user)
    return JsonResponse({"state": state, "words": state_words()[Presence.State(state)]})


@require_POST
@signed_in
def choose(request: HttpRequest) -> HttpResponse:
    """Available, busy or away; back to the page on which it was pressed."""
    try:
        choose_presence(agent=request.user, state=request.POST.get("presence", ""))
    except Refused as refused:
        return told(HttpResponse(status=422), in_own_language(refused.message))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect(next_page(request))
