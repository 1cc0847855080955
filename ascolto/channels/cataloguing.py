"""The approved templates of our accounts: read from the network hourly, when news of them comes, and on demand."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Q

from ascolto.channels.models import ChannelAccount, ChannelHealth, ChannelTemplate
from ascolto.channels.protocol import ConfigError, SendRefused
from ascolto.channels.templates import Button, TemplateSheet, Variable
from ascolto.kit.clock import now
from ascolto.kit.vault import Unreadable

log = logging.getLogger(__name__)
FRESH_FOR = timedelta(hours=1)
TRIED_EVERY = timedelta(minutes=5)  # after a failure, or news
MOST = 1_000  # templates of one account
APPROVED = "APPROVED"


def sync_templates(account: ChannelAccount) -> int:
    """Read the templates of an account from its network; how many there are. Raises SendRefused, ConfigError, Unreadable."""
    if not account.capabilities.templates:
        return 0
    ChannelHealth.objects.get_or_create(account=account)
    moment = now()
    ChannelHealth.objects.filter(account=account).update(templates_tried_at=moment)
    sheets = account.adapter.list_templates(account.as_account())[:MOST]
    _keep(account, sheets)
    # news that came meanwhile has made the list old again
    ChannelHealth.objects.filter(account=account, templates_tried_at=moment).update(templates_at=moment)
    return len(sheets)


@transaction.atomic
def _keep(account: ChannelAccount, sheets: Sequence[TemplateSheet]) -> None:
    """What is told now is what there is: a template that is not among it is gone."""
    rows = {(sheet.name, sheet.language): _row(account, sheet) for sheet in sheets if sheet.name}
    known = {
        (row.name, row.language): row
        for row in ChannelTemplate.objects.select_for_update().filter(account=account)
    }
    ChannelTemplate.objects.filter(pk__in=[row.pk for key, row in known.items() if key not in rows]).delete()
    ChannelTemplate.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["account", "name", "language"],
        update_fields=["category", "status", "header", "body", "footer", "buttons", "variables", "told_at"],
    )


def _row(account: ChannelAccount, sheet: TemplateSheet) -> ChannelTemplate:
    return ChannelTemplate(
        account=account,
        name=sheet.name[:512],
        language=sheet.language[:20],
        category=sheet.category[:40],
        status=sheet.status[:40],
        header=sheet.header[:200],
        body=sheet.body,
        footer=sheet.footer[:200],
        buttons=[asdict(button) for button in sheet.buttons],
        variables=[asdict(variable) for variable in sheet.variables],
    )


def sheet_of(row: ChannelTemplate) -> TemplateSheet:
    """The template as the pure core sees it."""
    return TemplateSheet(
        name=row.name,
        language=row.language,
        category=row.category,
        status=row.status,
        header=row.header,
        body=row.body,
        footer=row.footer,
        buttons=tuple(Button(**button) for button in row.buttons),
        variables=tuple(Variable(**variable) for variable in row.variables),
    )


def approved_templates(accounts: Iterable[int], *, language: str = "") -> list[ChannelTemplate]:
    """What may be sent from these accounts, those in `language` first, then by name."""
    rows = ChannelTemplate.objects.filter(account__in=accounts, status=APPROVED)
    wanted = language[:2].lower()
    return sorted(rows, key=lambda row: (row.language[:2].lower() != wanted, row.name, row.language))


def mark_stale(account: int) -> None:
    """The network has told of a change: the list is read anew at the next look."""
    ChannelHealth.objects.filter(account=account).update(templates_at=None, templates_tried_at=None)


def due_accounts() -> list[ChannelAccount]:
    """Enabled inboxes whose list is old."""
    old, tried = now() - FRESH_FOR, now() - TRIED_EVERY
    is_old = Q(health=None) | Q(health__templates_at=None) | Q(health__templates_at__lte=old)
    was_tried = Q(health__templates_tried_at__gt=tried)
    rows = ChannelAccount.objects.filter(is_old, is_enabled=True).exclude(was_tried)
    return [row for row in rows if row.capabilities.templates]


def refresh_templates(account: ChannelAccount) -> bool:
    """Read the list of one account; whether the network told it. One that refuses is tried again later."""
    try:
        sync_templates(account)
    except (SendRefused, ConfigError, Unreadable) as error:
        log.warning("templates were not told", extra={"account": account.pk, "reason": str(error)[:300]})
        return False
    except (DatabaseError, InterfaceError):
        raise
    except Exception:  # an adapter of somebody else: its fault costs its own list
        log.exception("templates could not be read", extra={"account": account.pk})
        return False
    return True
