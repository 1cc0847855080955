"""What the guarantees say of a draft while somebody still writes. Nothing is sent and nothing is written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.charter.stops import UNGUARDED
from ascolto.conversations.actions.reply import Attempt
from ascolto.conversations.models import Conversation, Visibility
from ascolto.conversations.reach import reach_of
from ascolto.conversations.signing import signature_of
from ascolto.gates import Gate, Refused, refusals
from ascolto.kit.text import clean


def findings(
    agent: Agent | None,
    conversation: Conversation,
    text: str,
    visibility: str = Visibility.PRIVATE,
    account: ChannelAccount | None = None,
    template: dict[str, Any] | None = None,
    *,
    seen: int | None = None,
) -> list[Refused]:
    """Every guarantee of the Charter that would refuse this answer; what the channel says (too long, empty) is left out.

    A note is read by nobody outside, and an answer that can go nowhere is refused by its channel: both have no findings.
    """
    text = clean(text).strip()
    if visibility == Visibility.NOTE or not (text or template):
        return []
    try:
        reach = reach_of(conversation, visibility=visibility, account=account)
    except Refused:
        return []
    attempt = Attempt(
        conversation=conversation,
        agent=agent,
        text=text,
        visibility=visibility,
        reach=reach,
        files=(),
        template=template,
        signature=signature_of(agent, reach.account.kind, visibility),
        seen=seen,
    )
    return [refused for refused in refusals(Gate.SEND, attempt) if refused.guarantee not in UNGUARDED]


def overrides_in(posted: Mapping[str, str]) -> dict[str, str]:
    """The reasons of a form, by guarantee: its fields `override-<guarantee>` that say something."""
    return {
        name.removeprefix("override-"): reason.strip()[:500]
        for name, reason in posted.items()
        if name.startswith("override-") and reason.strip()
    }
