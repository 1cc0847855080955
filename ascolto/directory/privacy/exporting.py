"""A copy of everything about a customer as a ZIP: made in the background, kept for hours, every step in the log."""

from __future__ import annotations

import json
import logging
import os
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch, Q

from ascolto.accounts.models import Agent
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.files import path_of, safe_name
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.customers.models import Customer, CustomerFieldValue, CustomerNote, Identity
from ascolto.directory.models import CustomerExport
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now

log = logging.getLogger(__name__)
KEPT_FOR = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(minutes=30)  # a maker that died leaves its export to another one
TELL_EVERY = 20  # conversations


def ask_export(*, by: Agent, customer: Customer) -> CustomerExport:
    """Let a copy be made. One at a time for a customer and a person. Raises Refused."""
    if not by.may("customers.export"):
        raise Refused("not_allowed", "You may not export customers.", fix="Ask a lead.")
    states = [CustomerExport.State.WAITING, CustomerExport.State.MAKING]
    waiting = CustomerExport.objects.filter(customer=customer, by=by, state__in=states).first()
    if waiting is not None:
        return waiting
    with transaction.atomic():
        made = CustomerExport.objects.create(customer=customer, by=by)
        emit("privacy.export_asked", actor=actor_of(by), number=customer.number)
    return made


def make_exports() -> int:
    """Make what waits; returns how many."""
    states = CustomerExport.State
    stuck = Q(state=states.MAKING, began_at__lt=now() - GIVEN_UP_AFTER)
    made = 0
    for export in CustomerExport.objects.filter(Q(state=states.WAITING) | stuck).order_by("asked_at")[:5]:
        mine = CustomerExport.objects.filter(pk=export.pk, state=export.state, began_at=export.began_at)
        if mine.update(state=states.MAKING, began_at=now(), done=0):
            made += _make(CustomerExport.objects.select_related("customer", "by").get(pk=export.pk))
    return made


def _make(export: CustomerExport) -> bool:
    path = path_of_export(export)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    try:
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(number, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            _write(export, archive)
        part.replace(path)
    except Exception:
        log.exception("an export of a customer failed", extra={"export": export.pk})
        part.unlink(missing_ok=True)
        CustomerExport.objects.filter(pk=export.pk).update(state=CustomerExport.State.FAILED)
        return False
    with transaction.atomic():
        CustomerExport.objects.filter(pk=export.pk).update(
            state=CustomerExport.State.READY, size=path.stat().st_size, expires_at=now() + KEPT_FOR
        )
        emit("privacy.export_made", number=export.customer.number, size=path.stat().st_size)
    return True


def _write(export: CustomerExport, archive: zipfile.ZipFile) -> None:
    theirs = Conversation.objects.filter(customer=export.customer)
    seen = visible_conversations(export.by).filter(customer=export.customer) if export.by else theirs.none()
    numbers = list(seen.order_by("pk").values_list("pk", flat=True))
    withheld = theirs.count() - len(numbers)
    CustomerExport.objects.filter(pk=export.pk).update(total=len(numbers), withheld=withheld)
    archive.writestr("customer.json", _json(_person(export.customer) | {"conversations_withheld": withheld}))
    for place, pk in enumerate(numbers, 1):
        _write_conversation(archive, Conversation.objects.get(pk=pk))
        if place % TELL_EVERY == 0 or place == len(numbers):
            CustomerExport.objects.filter(pk=export.pk).update(done=place)


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, default=str)


def _person(customer: Customer) -> dict[str, Any]:
    handles = Identity.objects.filter(customer=customer).order_by("pk")
    values = CustomerFieldValue.objects.filter(customer=customer).select_related("field")
    return {
        "number": customer.number,
        "name": customer.name,
        "language": customer.language,
        "about": customer.about,
        "group": customer.group.name if customer.group else None,
        "labels": [label.name for label in customer.labels.all()],  # type: ignore[attr-defined]
        "known_since": customer.created_at,
        "handles": [
            {
                "kind": one.namespace,
                "value": one.value,
                "shown": one.shown,
                "proven": one.is_proven,
                "removed": one.is_retired,
                "no_offers_since": one.opted_out_at,
                "no_messages_since": one.blocked_at,
                "consent_news_at": one.consent_at,
                "known_since": one.created_at,
            }
            for one in handles
        ],
        "fields": {row.field.name: row.value for row in values},
        "notes": [
            {"text": note.text, "written_at": note.created_at}
            for note in CustomerNote.objects.filter(customer=customer, removed_at=None)
        ],
    }


def _write_conversation(archive: zipfile.ZipFile, conversation: Conversation) -> None:
    rows = (
        Message.objects.filter(conversation=conversation)
        .select_related("account", "reading")
        .prefetch_related(Prefetch("attachments", Attachment.objects.order_by("pk")))
        .order_by("occurred_at", "pk")
    )
    messages = []
    for message in rows.iterator(chunk_size=500):
        messages.append(_message(message))
        for file in message.attachments.all():  # type: ignore[attr-defined]
            _write_file(archive, conversation, file)
    archive.writestr(
        f"conversations/{conversation.number}.json",
        _json(
            {
                "number": conversation.number,
                "subject": conversation.subject,
                "status": conversation.status,
                "began_at": conversation.created_at,
                "channels": conversation.channels.split(","),
                "messages": messages,
            }
        ),
    )


def _message(message: Message) -> dict[str, Any]:
    reading = getattr(message, "reading", None)
    return {
        "at": message.occurred_at,
        "from": "customer" if message.direction == "in" else message.author_kind,
        "visibility": message.visibility,
        "channel": message.account.kind if message.account else None,
        "subject": message.subject,
        "text": message.text,
        "removed_at": message.removed_at,
        "files": [file.name for file in message.attachments.all()],  # type: ignore[attr-defined]
        "understood": {"language": reading.language, "feeling": reading.sentiment, "intent": reading.intent}
        if reading
        else None,
    }


def _write_file(archive: zipfile.ZipFile, conversation: Conversation, file: Attachment) -> None:
    try:
        archive.write(path_of(file), f"files/{conversation.number}/{file.pk}-{safe_name(file.name)}")
    except (FileNotFoundError, ValueError):
        return  # still with the network, or taken away: the message names it all the same


def path_of_export(export: CustomerExport) -> Path:
    """Where the file of an export lies: outside the web root, under a name that nobody guesses."""
    return Path(settings.DATA) / "exports" / f"{export.pk}-{export.token}.zip"


def open_export(*, by: Agent, export: CustomerExport) -> Path:
    """The file, for whoever asked for it. Raises Refused when it is not there, not theirs, or too old."""
    if not by.may("customers.export") or export.by_id != by.pk:
        raise Refused("not_allowed", "You may not export customers.", fix="Ask a lead.")
    is_open = export.state == CustomerExport.State.READY and export.expires_at and export.expires_at > now()
    path = path_of_export(export)
    if not is_open or not path.is_file():
        raise Refused("export_gone", "This copy is not kept any more.", fix="Ask for a new one.")
    emit("privacy.export_downloaded", actor=actor_of(by), number=export.customer.number)
    return path


def forget_exports() -> int:
    """Copies whose time is over; returns how many went."""
    old = CustomerExport.objects.filter(state=CustomerExport.State.READY, expires_at__lte=now())
    rows = list(old[:500])
    for export in rows:
        forget_file(export)
    return len(rows)


def forget_file(export: CustomerExport) -> None:
    """Take a copy away."""
    path_of_export(export).unlink(missing_ok=True)
    CustomerExport.objects.filter(pk=export.pk).update(state=CustomerExport.State.EXPIRED, size=0)
