"""The line on every page while promises are broken or in danger: a lead sees everybody's, whoever owns conversations their own."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ascolto.sla.selectors.clocks import count_late
from ascolto.ui.jinja import url_or_none
from ascolto.ui.navigation import Alert

MOST = 99  # what is more reads "99+"


def alert_for(person: Any) -> Alert | None:
    """One line, or nothing. One query over the index of clocks that run."""
    if person.is_guest:
        return None
    broken, endangered = count_late(owner=None if person.is_lead else person.pk)
    if not broken and not endangered:
        return None
    danger = _in_danger(endangered) if endangered else ""
    title, text = (_broken(broken), danger) if broken else (danger, "")
    view = "to_answer" if person.is_lead else "mine"
    href = f"{url_or_none('desk:queue') or '/'}?view={view}"
    return Alert("bad" if broken else "warn", title, text, href, _("Open them"))


def _broken(count: int) -> str:
    words = ngettext(
        "%(n)s promise of an answer is broken.", "%(n)s promises of an answer are broken.", count
    )
    return words % {"n": _shown(count)}


def _in_danger(count: int) -> str:
    words = ngettext("%(n)s promise is about to break.", "%(n)s promises are about to break.", count)
    return words % {"n": _shown(count)}


def _shown(count: int) -> str:
    return f"{MOST}+" if count > MOST else str(count)
