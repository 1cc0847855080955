"""The line that whoever writes flows sees on every page while a rival stands stopped."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from ascolto.bot.models import BotPost
from ascolto.ui.jinja import url_or_none
from ascolto.ui.navigation import Alert


def alert_for(person: Any) -> Alert | None:
    """One line, one query; it goes when somebody decides what the inbox does from now on."""
    if not person.may("bot.see"):
        return None
    rows = BotPost.objects.exclude(stopped_why="").filter(share__gt=0)
    found = rows.values_list("pk", "account__name", "stopped_why").first()
    if found is None:
        return None
    title = _("The second flow at %(name)s was stopped.") % {"name": found[1]}
    return Alert("warn", title, _(found[2]), url_or_none("bot:comparison", found[0]) or "", _("Look"))
