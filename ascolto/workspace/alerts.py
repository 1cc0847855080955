"""The line that those who lead see on every page while an inbox is unwell."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ascolto.channels.ailments import Ailment, ailing_accounts
from ascolto.channels.models import ChannelAccount
from ascolto.ui.navigation import Alert
from ascolto.ui.reasons import in_own_language

NAMED = 3  # inboxes named in one line


def alert_for(person: Any) -> Alert | None:
    """One line for all that is unwell; nothing for who could do nothing about it. One query on a small table."""
    if not person.may("inboxes.see"):
        return None
    unwell = ailing_accounts()
    if not unwell:
        return None
    return _about_one(*unwell[0]) if len(unwell) == 1 else _about_many(unwell)


def _about_one(account: ChannelAccount, wrong: list[Ailment]) -> Alert:
    title, text = _words(account.name, wrong[0])
    return Alert(wrong[0].tone, title, text, reverse("workspace:inbox", args=[account.pk]), _("What to do"))


def _words(name: str, ailment: Ailment) -> tuple[str, str]:
    named = {"name": name}
    if ailment.kind == "broken":
        return _("%(name)s does not work.") % named, in_own_language(ailment.reason)
    if ailment.kind == "silent":
        return _("%(name)s is strangely silent.") % named, _("Far fewer messages come in than usual.")
    if ailment.kind == "expired":
        return _("The permission of %(name)s is over.") % named, _("Soon nothing comes in or leaves by it.")
    left = ngettext("It ends in %(n)s day.", "It ends in %(n)s days.", ailment.days) % {"n": ailment.days}
    return _("The permission of %(name)s ends soon.") % named, left


def _about_many(unwell: list[tuple[ChannelAccount, list[Ailment]]]) -> Alert:
    count = len(unwell)
    title = ngettext("%(n)s inbox needs you:", "%(n)s inboxes need you:", count) % {"n": count}
    names = ", ".join(account.name for account, _wrong in unwell[:NAMED]) + ("…" if count > NAMED else "")
    return Alert(unwell[0][1][0].tone, title, names, reverse("workspace:inboxes"), _("What to do"))
