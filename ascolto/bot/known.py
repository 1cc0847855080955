"""What a form of a node may offer: names of the flow itself, and of what the company has."""

from __future__ import annotations

from typing import Any

from ascolto.accounts.models import Team
from ascolto.bot.flow import PERSON, RETURN
from ascolto.bot.forms import languages_of
from ascolto.bot.models import BotAction, BotFlow
from ascolto.bot.node_fields import Known
from ascolto.bot.reading_nodes import COMPANY, LAST_WORDS
from ascolto.collaboration.models import Department
from ascolto.conversations.models import Label
from ascolto.sla.models import BusinessCalendar
from ascolto.understanding.models import Topic

MOST = 500  # of each kind


def known_for(document: dict[str, Any]) -> Known:
    """The names, by what they are."""
    slots = _names(document, "slots")
    return Known(
        {
            "targets": [
                *_names(document, "nodes"),
                PERSON,
                *([RETURN] if document.get("part") == "true" else []),
            ],
            "slots": slots,
            "languages": languages_of(document),
            "words_or_slots": [LAST_WORDS, *slots],
            "flows": _rows(BotFlow.objects.filter(archived_at=None), "slug"),
            "actions": _rows(BotAction.objects.filter(is_enabled=True)),
            "departments": _rows(Department.objects.filter(is_archived=False)),
            "teams": _rows(Team.objects.all()),
            "calendars": [COMPANY, *_rows(BusinessCalendar.objects.all())],
            "labels": _rows(Label.objects.all()),
            "topics": _rows(Topic.objects.filter(is_active=True)),
        }
    )


def known_for_head(document: dict[str, Any]) -> Known:
    """The names that a flow's head may have: its nodes, and the company's teams."""
    return Known({"nodes": _names(document, "nodes"), "teams": _rows(Team.objects.all())})


def _names(document: dict[str, Any], section: str) -> list[str]:
    part = document.get(section)
    return list(part) if isinstance(part, dict) else []


def _rows(rows: Any, field: str = "name") -> list[str]:
    return list(rows.order_by(field).values_list(field, flat=True)[:MOST])
