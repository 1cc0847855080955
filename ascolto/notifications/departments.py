"""Mail to a department's own addresses when it is asked: that there is a question, from whom and until when, and where to read it.

Nothing that a customer or a colleague wrote stands in it: an address may be read by anybody. It leaves once the log has moved on and at
most once; what a broken mail server loses still waits on the page of requests.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ascolto.accounts.models import Company
from ascolto.collaboration.models import OPEN, DepartmentRequest
from ascolto.events.models import Event
from ascolto.notifications.digest import can_mail

READER = "letters to departments"
log = logging.getLogger(__name__)
_post = ThreadPoolExecutor(max_workers=1, thread_name_prefix="letters")  # a slow mail server keeps nobody


def follow(events: Sequence[Event]) -> None:
    """Reader of the log: one query a batch, none while nobody is asked."""
    asked = {int(event.data["request"]) for event in events if event.type == "department.asked"}
    if not asked or not can_mail():
        return
    rows = DepartmentRequest.objects.filter(pk__in=asked, state__in=OPEN).select_related(
        "department", "asked_by", "department__calendar"
    )
    letters = [letter(row) for row in rows.order_by("pk") if row.department.addresses]
    if letters:
        transaction.on_commit(lambda: [_post.submit(_send, one) for one in letters] and None)


def letter(request: DepartmentRequest) -> EmailMessage:
    """The mail in the company's language; each address gets it without seeing the others."""
    company, department = Company.current(), request.department
    with translation.override(company.language):
        subject = _("A question for %(department)s") % {"department": department.name}
        body = render_to_string(
            "notifications/department.txt",
            {
                "asked": request,
                "company": company,
                "address": settings.BASE_URL + reverse("collaboration:request", args=[request.pk])
                if settings.BASE_URL
                else "",
            },
        )
    headers = {"Auto-Submitted": "auto-generated"}  # RFC 3834: nobody should answer it automatically
    title = " ".join(f"{company.name or 'Ascolto'}: {subject}".split())
    return EmailMessage(title, body, bcc=list(department.addresses), headers=headers)


def _send(mail: EmailMessage) -> None:
    try:
        mail.send()
    except OSError:  # smtplib.SMTPException is one
        log.exception("a letter to a department could not be mailed")


def wait_for_letters() -> None:
    """Return when what was handed over has been tried."""
    _post.submit(lambda: None).result()
