"""What guarantees say when they refuse, so that screens can say it in the reader's language. Refusals are raised in English."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

SENTENCES = (
    _("An offer while a problem is open: conversation %(number)s is not solved."),
    _("Remove the offer, or solve the problem first."),
    _("An automatic message must not end with the name of a person."),
    _("Take the name out."),
    _("An answer without the name of whoever wrote it."),
    _("Write your name in your profile."),
    _("Promising less needs a reason of a few words: the Charter shows it."),
    _("There is no such guarantee."),
    _("A threshold is between 50 and 100 per cent."),
    _("Longer than everybody's wait by 1 to 3 times."),
    _("There is no such signature."),
    _("The customer takes no messages there."),
    _("The customer asked for no messages that nobody asked for."),
)
