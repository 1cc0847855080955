"""What was made one, made two, or linked: one small line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ascolto.events.models import Event
from ascolto.kit.ids import reference_number


def words_of(event: Event, words: Mapping[str, str]) -> str:
    """The sentence of an event about two conversations, as it reads in the one that tells it."""
    data: dict[str, Any] = event.data
    is_source = event.conversation_id == data.get("source")
    other = data.get("other") or (data.get("target") if is_source else data.get("source"))
    count = len(data.get("messages") or [])
    told = {
        **words,
        "number": reference_number(other) if isinstance(other, int) else "?",
        "count": count,
        "why": "" if data.get("why") == "split" else str(data.get("why") or ""),
    }
    return (_sentence(event.type.partition(".")[2], is_source, count) % told).strip(" :")


def _sentence(kind: str, is_source: bool, count: int) -> str:
    if kind == "merged":
        if is_source:
            return _("%(who)s merged it into no. %(number)s")
        return ngettext(
            "%(who)s merged no. %(number)s into this one: %(count)s message",
            "%(who)s merged no. %(number)s into this one: %(count)s messages",
            count,
        )
    if kind == "unmerged":
        return _("%(who)s made it and no. %(number)s two again")
    if kind == "split":
        return (
            ngettext(
                "%(who)s made %(count)s message a conversation of its own, no. %(number)s",
                "%(who)s made %(count)s messages a conversation of their own, no. %(number)s",
                count,
            )
            if is_source
            else _("%(who)s split it off from no. %(number)s")
        )
    if kind == "linked":
        return _("%(who)s linked it to no. %(number)s: %(why)s")
    return _("%(who)s took away the link to no. %(number)s")
