"""Write: what was seen, what somebody wishes, which browsers may be woken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent, Company
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.notifications.kinds import KINDS
from ascolto.notifications.models import Digest, Notification, PushSubscription, Wishes
from ascolto.notifications.push import decode
from ascolto.notifications.quiet import next_digest
from ascolto.notifications.wishes import local, quiet_of

BROWSERS = 10  # that one person may let us wake
POINT, SECRET = 65, 16  # bytes of a browser's public key (uncompressed P-256) and of its secret


def mark_seen(*, agent: Agent, pk: int | None = None, conversation: int | None = None) -> int:
    """One, those about a conversation, or (with neither) all of this person. Returns how many were new."""
    rows = Notification.objects.filter(agent=agent, seen_at=None)
    if pk is not None:
        rows = rows.filter(pk=pk)
    if conversation is not None:
        rows = rows.filter(conversation=conversation)
    return rows.update(seen_at=now(), push_at=None)


def mark_unseen(*, agent: Agent, pk: int) -> bool:
    """Look at it again later. Whether anything changed; a newer one about the same has taken its place."""
    row = Notification.objects.filter(agent=agent, pk=pk).exclude(seen_at=None).first()
    if row is None:
        return False
    same = Notification.objects.filter(
        agent=agent, kind=row.kind, conversation=row.conversation, seen_at=None
    )
    if row.conversation_id and same.exists():
        return False
    return bool(Notification.objects.filter(pk=row.pk).update(seen_at=None))


@transaction.atomic
def save_wishes(
    *,
    agent: Agent,
    muted: Iterable[str],
    quiet: Iterable[str],
    by_browser: bool,
    digest: str,
    digest_at: time,
    quiet_from: time,
    quiet_until: time,
    is_quiet_at_night: bool,
    is_quiet_on_weekends: bool,
) -> Wishes:
    """What a person wants to hear of, where and when. Raises ValidationError."""
    if digest not in Digest.values:
        raise ValidationError({"digest": _("Choose how often mail should come.")})
    wishes, _made = Wishes.objects.select_for_update().get_or_create(agent=agent)
    wishes.muted = sorted(set(muted) & KINDS.keys())
    wishes.quiet = sorted(set(quiet) & KINDS.keys())
    wishes.by_browser, wishes.digest, wishes.digest_at = by_browser, digest, digest_at
    wishes.quiet_from, wishes.quiet_until = quiet_from, quiet_until
    wishes.is_quiet_at_night, wishes.is_quiet_on_weekends = is_quiet_at_night, is_quiet_on_weekends
    plan_digest(wishes, agent)
    wishes.save()
    return wishes


def plan_digest(wishes: Wishes, agent: Agent) -> None:
    """When the next digest is due, unsaved."""
    if wishes.digest == Digest.NEVER:
        wishes.mail_at = None
        return
    wishes.mail_at = next_digest(
        local(agent, Company.current().time_zone, now()),
        hourly=wishes.digest == Digest.HOURLY,
        daily_at=wishes.digest_at,
        quiet=quiet_of(wishes),
    )


@transaction.atomic
def add_browser(
    *, agent: Agent, endpoint: str, public_key: str, secret: str, browser: str = ""
) -> PushSubscription:
    """Let us wake this browser for this person. Raises ValidationError for what is no push subscription."""
    if len(endpoint) > 1000 or urlsplit(endpoint).scheme != "https" or not urlsplit(endpoint).hostname:
        raise ValidationError(_("This is not the address of a push service."))
    try:
        point, auth = decode(public_key), decode(secret)
    except ValueError:
        raise ValidationError(_("The keys of this browser cannot be read.")) from None
    if len(point) != POINT or point[0] != 4 or len(auth) != SECRET:
        raise ValidationError(_("The keys of this browser cannot be read."))
    values = {
        "agent": agent,
        "public_key": public_key,
        "secret": secret,
        "browser": clean(browser, 120),
        "failures": 0,
    }
    made, _new = PushSubscription.objects.update_or_create(endpoint=endpoint, defaults=values)
    extra = (
        PushSubscription.objects.filter(agent=agent).order_by("-id").values_list("pk", flat=True)[BROWSERS:]
    )
    PushSubscription.objects.filter(pk__in=list(extra)).delete()
    return made


def remove_browser(*, agent: Agent, endpoint: str = "", pk: int | None = None) -> bool:
    """Never wake this browser again. Whether it was known."""
    rows = PushSubscription.objects.filter(agent=agent)
    return bool(rows.filter(pk=pk).delete()[0] if pk else rows.filter(endpoint=endpoint).delete()[0])
