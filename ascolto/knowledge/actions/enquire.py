"""A question that somebody typed: written down by a web process, answered by the understanding part, soon forgotten."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.knowledge.models import Enquiry

LONGEST = 2_000
KEPT = timedelta(hours=1)


@transaction.atomic
def enquire(*, by: Agent, text: str) -> Enquiry:
    """Ask whether there is an answer to this. Raises ValidationError."""
    text = clean(text, LONGEST).strip()
    if not text:
        raise ValidationError({"text": _("Write a question.")})
    enquiry = Enquiry.objects.create(agent=by, text=text)
    emit("enquiry.asked", actor=actor_of(by), enquiry=enquiry.pk)
    return enquiry


def forget_enquiries() -> int:
    """Forget what was asked an hour ago; returns how many questions that were."""
    return Enquiry.objects.filter(asked_at__lt=now() - KEPT).delete()[0]
