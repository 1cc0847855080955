"""Guarantee 6. Honest AI: disclosed, explained, correctable, audited for bias."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ascolto.charter.guarantee import Guarantee


class HonestAI(Guarantee):
    number = 6
    slug = "honest-ai"
    title = _("Honest AI")
    promise = _("Disclosed, explained, and checked for how it treats different people")
    enforced = (
        _("No language model writes to customers: it drafts, and a person reads, changes and signs."),
        _("What was understood of a message is explained beside it, and people correct it."),
        _("How well messages are understood, and for whom less well, stands in the settings."),
    )
    not_yet = _(
        "There is no bot whose first message would have to say what it is. The check of how different people are treated stands in the "
        "settings; it is not a share of conversations, so no number is shown here."
    )
