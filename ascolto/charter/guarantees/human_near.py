"""Guarantee 4. A human one step away from any bot or telephone menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ascolto.charter.guarantee import Guarantee


class HumanNear(Guarantee):
    number = 4
    slug = "human-near"
    title = _("A person one step away")
    promise = _("From the bot and on the telephone, at any moment")
    not_yet = _(
        "Ascolto has no bot and no telephone menu yet: every conversation goes to people. There is nothing to measure."
    )
