"""What a person missed, in one mail."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import ngettext

from ascolto.accounts.models import Agent, Company
from ascolto.kit.clock import now
from ascolto.notifications.actions import plan_digest
from ascolto.notifications.models import Notification, Wishes
from ascolto.notifications.selectors import notifications_of
from ascolto.notifications.sentences import told

log = logging.getLogger(__name__)
MOST = 30  # that one mail tells of


def can_mail() -> bool:
    """Whether this house has a way to send mail to its own people."""
    return bool(settings.ENVIRONMENT.mail_url)


def send_digest(agent: Agent, wishes: Wishes) -> bool:
    """Mail what the person has not seen since the last one, and plan the next. Whether a mail left.

    Claimed before it leaves: a mail that may have left is never sent again.
    """
    rows = [row for row in notifications_of(agent, unseen=True) if row.mailed_at is None][:MOST]
    with transaction.atomic():
        claimed = Wishes.objects.filter(pk=wishes.pk, mail_at=wishes.mail_at)
        plan_digest(wishes, agent)
        if not claimed.update(mail_at=wishes.mail_at):
            return False  # another process has it
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=now())
    if not rows or not agent.is_active or not can_mail():
        return False
    try:
        letter(agent, rows).send()
    except OSError:  # smtplib.SMTPException is one
        log.exception("a digest could not be mailed", extra={"agent": agent.pk})
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=None)
        return False
    return True


def letter(agent: Agent, rows: list[Notification]) -> EmailMessage:
    """The mail in the person's language: what concerns them, with links, and never what customers wrote."""
    company = Company.current()
    with translation.override(agent.language or company.language):
        count = len(rows)
        subject = ngettext("%(count)s thing waits for you", "%(count)s things wait for you", count) % {
            "count": count
        }
        context = {"agent": agent, "rows": told(rows), "company": company, "base": settings.BASE_URL}
        body = render_to_string("notifications/digest.txt", context)
    headers = {"Auto-Submitted": "auto-generated"}  # RFC 3834: nobody should answer it automatically
    return EmailMessage(f"{company.name or 'Ascolto'}: {subject}", body, to=[agent.email], headers=headers)
