"""Guarantee 9. Every solved problem teaches."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ascolto.charter.guarantee import Guarantee


class Teaches(Guarantee):
    number = 9
    slug = "teaches"
    title = _("Every case teaches")
    promise = _("A solved case becomes knowledge, a public answer or a problem to fix")
    not_yet = _(
        "Nobody is asked yet what was learnt when a conversation is resolved, so it cannot be counted."
    )
