"""What the composer offers: who will read, on which channel, within which limits, and why something is shut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelHealth
from ascolto.conversations.models import Conversation, Visibility
from ascolto.conversations.reach import Reach, reaches
from ascolto.desk.looks import Look, capabilities_of, look_of
from ascolto.ui.reasons import in_own_language

SOON_SHUT = 2 * 60 * 60  # a window that closes within this many seconds is shown as urgent


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the customer. `shut` says why nothing can leave; `needs_template` that only a template may."""

    value: str  # "private:3"
    account_id: int
    visibility: str
    name: str
    words: str  # the channel; with the inbox's name where two would read the same
    look: Look
    limit: int
    counting: str
    window_ends_at: datetime | None
    needs_template: bool
    takes_files: bool
    max_files: int
    shut: str

    def as_data(self) -> dict[str, Any]:
        """What the composer's script needs to know."""
        ends = self.window_ends_at
        return {
            "limit": self.limit,
            "counting": self.counting,
            "ends": int(ends.timestamp()) if ends else None,
            "template": self.needs_template,
            "files": self.max_files if self.takes_files else 0,
            "shut": self.shut,
        }


@dataclass(frozen=True, slots=True)
class Composer:
    """`mode` is what is chosen at first. Without a way only a note is possible."""

    ways: Sequence[Way]
    mode: str
    may_reply: bool

    def of(self, visibility: str) -> list[Way]:
        return [way for way in self.ways if way.visibility == visibility]

    def data(self) -> dict[str, Any]:
        return {way.value: way.as_data() for way in self.ways}


def make_composer(agent: Agent, conversation: Conversation) -> Composer:
    """The composer of a conversation for this agent."""
    if agent.is_guest:
        return Composer([], Visibility.NOTE.value, may_reply=False)
    found = reaches(conversation)
    unwell = _unwell({reach.account.pk for reach in found})
    kinds = [(reach.account.kind, reach.visibility) for reach in found]
    ways = [_way(r, unwell.get(r.account.pk), kinds.count((r.account.kind, r.visibility)) > 1) for r in found]
    modes = [way.visibility for way in ways if not way.shut] or [way.visibility for way in ways]
    mode = Visibility.PRIVATE.value if Visibility.PRIVATE in modes else (modes or [Visibility.NOTE.value])[0]
    return Composer(ways, mode, may_reply=True)


def _unwell(accounts: set[int]) -> dict[int, ChannelHealth]:
    rows = ChannelHealth.objects.filter(pk__in=accounts).exclude(error_class="") if accounts else []
    return {health.pk: health for health in rows if health.state == "broken"}


def _way(reach: Reach, health: ChannelHealth | None, by_name: bool) -> Way:
    account = reach.account
    can, look = capabilities_of(account.kind), look_of(account.kind)
    return Way(
        value=f"{reach.visibility}:{account.pk}",
        account_id=account.pk,
        visibility=reach.visibility,
        name=account.name,
        words=account.name if by_name else str(look.label),
        look=look,
        limit=can.max_length,
        counting=can.counting.value,
        window_ends_at=reach.window_ends_at,
        needs_template=not reach.is_window_open and can.templates,
        takes_files=can.attachments is not None,
        max_files=can.attachments.max_count if can.attachments else 0,
        shut=_why_shut(reach, can.templates, health),
    )


def _why_shut(reach: Reach, templates: bool, health: ChannelHealth | None) -> str:
    name = reach.account.name
    if not reach.account.is_enabled:
        return _("%(name)s is switched off.") % {"name": name}
    if health is not None:
        reason = {"name": name, "reason": in_own_language(health.error) or health.error_class}
        return _("%(name)s cannot send now: %(reason)s") % reason
    if not reach.is_window_open and not templates:
        return _(
            "The time to answer on %(name)s is over. Wait for the customer to write, or use another channel."
        ) % {"name": name}
    return ""
