"""The line that leads see on every page while a rule is paused."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ascolto.automation.models import Rule
from ascolto.ui.navigation import Alert
from ascolto.ui.reasons import in_own_language


def alert_for(person: Any) -> Alert | None:
    """One line about the rules that stopped themselves. One query on the few rules there are."""
    if not person.may("rules.manage"):
        return None
    paused = Rule.objects.filter(is_enabled=True, archived_at=None).exclude(paused_at=None)
    rows = list(paused.values_list("name", "paused_why")[:20])
    if not rows:
        return None
    title = ngettext("The rule “%(name)s” is paused.", "%(n)s rules are paused.", len(rows))
    words = in_own_language(rows[0][1])
    told = {"n": len(rows), "name": rows[0][0]}
    return Alert("warn", title % told, words, reverse("automation:rules"), _("Look"))
