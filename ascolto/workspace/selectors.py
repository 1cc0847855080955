"""Reads for the settings screens that bring several rooms together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ascolto.channels.ailments import Ailment, ailments_of, why_dead
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.registry import UnknownChannel
from ascolto.channels.selectors import all_accounts, health_of
from ascolto.delivery.models import Dispatch
from ascolto.events.models import Event
from ascolto.intake.models import RawEvent
from ascolto.intake.selectors import dead_letters
from ascolto.kit.vault import Unreadable
from ascolto.workspace.wellbeing import Panel, panel_of

PAGE = 50


def base_url(request: HttpRequest) -> str:
    """The public address of the product."""
    return settings.BASE_URL or request.build_absolute_uri("/").rstrip("/")


@dataclass(frozen=True, slots=True)
class Inbox:
    """An inbox with how it does."""

    account: ChannelAccount
    health: ChannelHealth
    label: str
    icon: str
    set_aside: int
    waiting_out: int

    @property
    def state(self) -> str:
        """`off`, the worst that is wrong with it, or the state of its health."""
        if not self.account.is_enabled:
            return "off"
        wrong = self.ailments
        if wrong and (wrong[0].is_urgent or self.health.state != "waiting"):
            return wrong[0].kind
        return self.health.state

    @property
    def ailments(self) -> list[Ailment]:
        return ailments_of(self.account, self.health)

    @property
    def still_sends(self) -> bool:
        """Whether answers leave although something is wrong."""
        return self.account.is_enabled and not why_dead(self.account, self.health)

    @property
    def is_fetched(self) -> bool:
        """Whether we ask its network, which then loses nothing while we are away."""
        try:
            return self.account.adapter.polls_every is not None
        except UnknownChannel:
            return False

    @property
    def has_own_doors(self) -> bool:
        """Whether customers come by a page or script of ours."""
        try:
            return bool(self.account.adapter.doors)
        except UnknownChannel:
            return False

    @property
    def panel(self) -> Panel:
        """Everything that its page says about its health."""
        return panel_of(self.account, self.health)


def inboxes() -> list[Inbox]:
    """Every inbox; what needs somebody first."""
    order = {"broken": 0, "expired": 0, "silent": 1, "expiring": 1, "waiting": 2, "off": 4}
    aside = _counted(RawEvent.objects.filter(state=RawEvent.State.DEAD))
    out = _counted(Dispatch.objects.filter(finished_at__isnull=True))
    found = [_inbox(account, aside, out) for account in all_accounts()]
    return sorted(found, key=lambda inbox: (order.get(inbox.state, 3), inbox.account.name.casefold()))


def inbox(pk: int) -> Inbox:
    """One inbox. Raises ChannelAccount.DoesNotExist."""
    account = all_accounts().get(pk=pk)
    aside = _counted(RawEvent.objects.filter(state=RawEvent.State.DEAD, account=account))
    return _inbox(
        account, aside, _counted(Dispatch.objects.filter(finished_at__isnull=True, account=account))
    )


def _inbox(account: ChannelAccount, aside: Counter[int], out: Counter[int]) -> Inbox:
    label, icon = look_of(account)
    return Inbox(account, health_of(account), label, icon, aside[account.pk], out[account.pk])


def look_of(account: ChannelAccount) -> tuple[str, str]:
    """Name and icon of an inbox's channel; one whose package is not installed any more still has a name."""
    try:
        return _(account.adapter.label), account.adapter.icon
    except UnknownChannel:
        return account.kind, "i-ch-chat"


def _counted(rows: QuerySet[Any]) -> Counter[int]:
    counted = rows.order_by().values("account_id").annotate(times=Count("pk"))
    return Counter({row["account_id"]: row["times"] for row in counted})


def secrets_of(account: ChannelAccount) -> list[str]:
    """The secret settings of an inbox, to black them out."""
    try:
        known = account.values()
    except (Unreadable, UnknownChannel):
        return []
    return [value for name, value in known.items() if name not in account.settings]


def count_set_aside() -> int:
    """How many deliveries were set aside; counting ends at a hundred, so that a flood of them costs no more."""
    return RawEvent.objects.filter(state=RawEvent.State.DEAD)[:100].count()


def dead_letters_before(before: int | None, account: int | None) -> tuple[list[RawEvent], int | None]:
    """A page of deliveries that were set aside, without their bodies, and where the next one begins."""
    rows = dead_letters().defer("body", "headers")
    if account:
        rows = rows.filter(account_id=account)
    if before:
        rows = rows.filter(pk__lt=before)
    page = list(rows[: PAGE + 1])
    return page[:PAGE], page[PAGE - 1].pk if len(page) > PAGE else None


def audited(about: str = "") -> QuerySet[Event]:
    """What happened in the house rather than in a conversation, the newest first."""
    rows = Event.objects.filter(conversation_id=None, customer_id=None).order_by("-id")
    return rows.filter(type__startswith=about) if about else rows


def recent_changes(count: int = 6) -> list[Event]:
    """The last settings that somebody changed."""
    rows = (
        audited().filter(type__endswith=".changed", actor_kind="agent").exclude(type="agent.presence_changed")
    )
    return list(rows[:count])
