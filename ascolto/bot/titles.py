"""What flows are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language

from ascolto.bot.flow import Flow
from ascolto.bot.models import BotFlow


def titled(flow: Flow | None) -> str:
    """Its title in the reader's language, or in its first one; empty where it has none."""
    by_language = flow.title.by_language if flow else {}
    wording = by_language.get((get_language() or "en")[:2]) or next(iter(by_language.values()), None)
    return wording.text if wording else ""


def title_of(row: BotFlow, flows: Mapping[str, Flow]) -> str:
    """The title in the version that runs (`flows`: live.at_hand().flows_now()), otherwise the one that is kept."""
    return titled(flows.get(row.slug)) or str(row)
