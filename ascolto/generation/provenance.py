"""Where the words of an answer come from: found by comparing what is sent with what was proposed, so that it cannot be forgotten.

Nobody has to tick anything, and no script has to work: whatever is sent in a conversation is held against the texts that were
generated there for the same person in the last day.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from rapidfuzz import fuzz

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Conversation
from ascolto.generation.models import Generated
from ascolto.kit.clock import now

FRESH = timedelta(days=1)
MOST = 6  # generated texts that are compared
ALIKE = 60.0  # percent of the characters in common order (rapidfuzz): below it a person has written something else
_LEAST = 12  # characters: shorter texts look like each other by chance


def provenance_of(
    agent: Agent | None, conversation: Conversation, text: str, chosen: Collection[int] = ()
) -> list[dict[str, Any]]:
    """What `Message.extra["provenance"]` says of an answer: empty where a person wrote it alone.

    `chosen`: ids of generated texts that the sender says they used.
    """
    if agent is None or not text.strip():
        return []
    rows = Generated.objects.filter(conversation=conversation, agent=agent, created_at__gte=now() - FRESH)
    rows = rows.exclude(text="").exclude(source="").order_by("-id")[:MOST]
    return [_told(row, agent, text) for row in reversed(rows) if row.pk in chosen or is_alike(row.text, text)]


def is_alike(proposed: str, sent: str) -> bool:
    """Whether a text was made from another: the same for the most part, or with it inside."""
    proposed, sent = " ".join(proposed.split())[:6000], " ".join(sent.split())[:6000]
    if len(proposed) < _LEAST:
        return proposed == sent
    return proposed in sent or fuzz.ratio(proposed, sent, score_cutoff=ALIKE) >= ALIKE


def _told(row: Generated, agent: Agent, text: str) -> dict[str, Any]:
    return {
        "generated": row.pk,
        "source": row.source,
        "purpose": row.purpose,
        "model": row.model if row.source == Generated.Source.MODEL else "",
        "server": row.server if row.source == Generated.Source.MODEL else "",
        "prompt": row.prompt if row.source == Generated.Source.MODEL else "",
        "made_at": row.created_at.isoformat(),
        "checked_by": agent.name,
        "changed": " ".join(row.text.split()) != " ".join(text.split()),
    }
