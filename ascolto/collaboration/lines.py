"""What departments, problems and colleagues did in a conversation, one small line each."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ascolto.events.models import Event

ICONS = {
    "department.asked": "split",
    "department.overdue": "clock-alert",
    "department.answered": "check",
    "department.questioned": "split",
    "department.returned": "undo-2",
    "department.withdrawn": "x",
    "problem.linked": "zap",
    "problem.unlinked": "x",
    "problem.told": "megaphone",
}


def words_of(event: Event, who: str) -> str:
    """The sentence of an event of ICONS."""
    data = event.data
    words = {
        "who": who,
        "name": data.get("name", ""),
        "reason": data.get("reason", ""),
        "number": f"PRB-{data.get('problem', '')}",
        "title": data.get("title", ""),
    }
    return _sentence(event) % words


def _sentence(event: Event) -> str:
    if event.type == "problem.told":
        told = _("The customer was told about %(number)s")
        return told if not event.data.get("code") else _("The customer could not be told about %(number)s")
    return {
        "department.asked": _("%(who)s asked %(name)s"),
        "department.overdue": _("%(name)s is late with its answer"),
        "department.answered": _("%(name)s answered: %(who)s"),
        "department.questioned": _("%(who)s asked %(name)s again"),
        "department.returned": _("%(name)s gave the question back: %(reason)s"),
        "department.withdrawn": _("%(who)s withdrew the question to %(name)s"),
        "problem.linked": _("%(who)s linked it to %(number)s: %(title)s"),
        "problem.unlinked": _("%(who)s: not about %(number)s"),
    }[event.type]
