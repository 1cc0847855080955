"""The line that people see on every page while a conversation is offered to them, or waits for a lead."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ascolto.routing.handing import waiting_offers
from ascolto.routing.models import HandOff
from ascolto.ui.navigation import Alert


def alert_for(person: Any) -> Alert | None:
    """One line; what a lead has to decide comes first. One query on the few open offers."""
    states = waiting_offers(person)
    decide = states.count(HandOff.State.LIMIT)
    href = reverse("hand_offs:offers")
    if decide:
        title = ngettext(
            "%(n)s hand-off waits for you to decide.", "%(n)s hand-offs wait for you to decide.", decide
        )
        text = _("These customers were handed over as often as the rules allow.")
        return Alert("warn", title % {"n": decide}, text, href, _("Decide"))
    if not states:
        return None
    count = len(states)
    title = ngettext(
        "%(n)s conversation is offered to you.", "%(n)s conversations are offered to you.", count
    )
    return Alert(
        "warn", title % {"n": count}, _("It stays with your colleague until you accept."), href, _("Look")
    )
