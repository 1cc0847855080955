"""Answers to a sending that say what became of it: a toast, with "Undo" while it can be undone."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from ascolto.composing.models import PlannedReply, Proposal
from ascolto.composing.words import when_words
from ascolto.conversations.models import Delivery, Message
from ascolto.kit.clock import now
from ascolto.kit.ids import reference_number


def held_until(extra: Any, delivery: str) -> Any:
    """Until when an answer is held, as its row tells; None when it is not held (any more)."""
    held = extra.get("held") if isinstance(extra, dict) else None
    until = held.get("until") if isinstance(held, dict) else None
    at = parse_datetime(until) if isinstance(until, str) else None
    return at if at is not None and delivery == Delivery.QUEUED and at > now() else None


def is_held(message: Message) -> bool:
    """Whether it can be taken back for a moment."""
    return held_until(message.extra, message.delivery) is not None


def say(response: HttpResponse, text: str, *, undo: str = "", **events: Any) -> HttpResponse:
    """Let the page show `text` ("Undo" posts to `undo`) and look at what is planned and proposed again."""
    told: dict[str, Any] = {"text": text} | ({"undo": undo, "fields": {}} if undo else {})
    response.headers["HX-Trigger"] = json.dumps({"toast": told, "composing": {}, **events})
    return response


def offer_undo(response: HttpResponse, message: Message, text: str = "") -> HttpResponse:
    """An answer that is held: it may be taken back from the toast too."""
    number = reference_number(message.conversation_id)
    undo = reverse("composing:undo", args=[number, message.pk])
    return say(response, text or _("Sent."), undo=undo)


def kept_for_later(row: PlannedReply | Proposal) -> HttpResponse:
    """Nothing was sent: it is planned, or somebody has to approve it first."""
    if isinstance(row, Proposal):
        undo = reverse("composing:withdraw-proposal", args=[row.pk])
        return say(HttpResponse(status=201), _("It leaves as soon as somebody approves it."), undo=undo)
    words = _("It leaves %(when)s.") % {"when": when_words(row.leave_at or now())}
    undo = reverse("composing:cancel", args=[row.pk])
    return say(HttpResponse(status=201), words, undo=undo)
