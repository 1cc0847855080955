"""Posts: which flow answers at an inbox, and which rival is compared with it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.bot.actions.flows import check_may, refused_for
from ascolto.bot.actions.proving import findings_of
from ascolto.bot.actions.stamping import change_stamp
from ascolto.bot.models import BotFlow, BotPost, ExternalBot, FlowVersion
from ascolto.channels.models import ChannelAccount
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean, excerpt


@transaction.atomic
def set_post(
    *,
    by: Agent | None,
    account: ChannelAccount,
    flow: BotFlow | None,
    rival: BotFlow | None = None,
    rival_version: FlowVersion | None = None,
    share: int = 0,
    is_enabled: bool = True,
) -> BotPost | None:
    """Let a flow answer at an inbox; None gives it back to people. A rival has `share` percent of the dialogues.

    The rival is another flow or, as `rival_version`, any version that is right. Raises Refused.
    """
    check_may(by)
    before = BotPost.objects.select_for_update().filter(account=account).first()
    if flow is None:
        if before is not None:
            before.delete()
            _tell(by, account, _told(before), {})
        return None
    share = share if rival or rival_version else 0
    rival, rival_version = (rival, rival_version) if share else (None, None)
    _check_flow(flow, is_enabled=is_enabled)
    _check_rival(flow, rival, rival_version, share)
    _check_alone(account, is_enabled=is_enabled)
    chosen: dict[str, Any] = {
        "flow": flow,
        "rival": rival,
        "rival_version": rival_version,
        "share": share,
        "is_enabled": is_enabled,
    }
    post, _made = BotPost.objects.update_or_create(
        account=account, defaults={**chosen, "stopped_why": "", "changed_at": now()}
    )
    _tell(by, account, _told(before) if before else {}, _told(post))
    return post


@transaction.atomic
def stop_rival(*, by: Agent | None, post: BotPost, why: str) -> bool:
    """Give all dialogues to the flow itself, and keep why. Whether that changed anything. Raises Refused."""
    check_may(by)
    row = BotPost.objects.select_for_update().select_related("account").get(pk=post.pk)
    if not row.share or row.stopped_why:
        return False
    before = _told(row)
    row.stopped_why, row.changed_at = excerpt(clean(why), 200) or "stopped", now()
    row.save(update_fields=["stopped_why", "changed_at"])
    _tell(by, row.account, before, _told(row))
    return True


def _check_flow(flow: BotFlow, *, is_enabled: bool) -> None:
    if flow.archived_at is not None:
        raise Refused(
            "archived", gettext_noop("This flow was put away."), fix=gettext_noop("Take it out again.")
        )
    if flow.is_part:
        why = gettext_noop("This flow is a part of others: it cannot answer by itself.")
        raise Refused("part", why, fix=gettext_noop("Choose a flow without “part: true”."))
    if is_enabled and not flow.versions.filter(published_at__isnull=False).exists():
        why = gettext_noop("No version of this flow is published.")
        raise Refused("unpublished", why, fix=gettext_noop("Publish it first."))


def _check_alone(account: ChannelAccount, *, is_enabled: bool) -> None:
    if is_enabled and ExternalBot.objects.filter(account=account, is_enabled=True).exists():
        why = gettext_noop("An external bot answers first at this inbox.")
        raise Refused("external_bot", why, fix=gettext_noop("Switch the external bot off first."))


def _check_rival(flow: BotFlow, rival: BotFlow | None, version: FlowVersion | None, share: int) -> None:
    if not 0 <= share <= 100:
        raise Refused("share", gettext_noop("A share is a number from 0 to 100."))
    if version is not None:
        if findings := findings_of(version.text):
            raise refused_for(findings)
        if rival is not None and version.flow_id != rival.pk:
            raise Refused("rival", gettext_noop("This version is of another flow."))
        rival = version.flow
    elif rival is not None and rival.pk == flow.pk:
        why = gettext_noop("A flow cannot be its own rival.")
        raise Refused("rival", why, fix=gettext_noop("Choose another version of it, or another flow."))
    if rival is not None:
        _check_flow(rival, is_enabled=version is None)


def _told(post: BotPost) -> dict[str, Any]:
    version = post.rival_version
    return {
        "flow": str(post.flow),
        "rival": str(post.rival) if post.rival else None,
        "rival_version": f"{version.flow} {version.number}" if version else None,
        "share": post.share,
        "is_enabled": post.is_enabled,
        "stopped_why": post.stopped_why,
    }


def _tell(by: Agent | None, account: ChannelAccount, before: dict[str, Any], after: dict[str, Any]) -> None:
    changes = changes_between(before, after)
    if changes:
        change_stamp()
        fields = sorted(changes)
        emit(
            "bot_post.changed",
            actor=actor_of(by),
            account=account.pk,
            name=account.name,
            fields=fields,
            changes=changes,
        )
