"""Guarantee 10. The gap between belief and experience is measured and shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ascolto.charter.guarantee import Guarantee


class Gap(Guarantee):
    number = 10
    slug = "gap"
    title = _("The gap, measured")
    promise = _("What we believe, beside what customers say")
    not_yet = _("Customers and colleagues are not asked yet: without both sides there is no gap to show.")
