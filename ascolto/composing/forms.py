"""What people say of an answer that leaves later, and what they keep as a draft. Each reader raises Refused with what to do instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext_noop

from ascolto.accounts.models import Agent, Company
from ascolto.composing.actions.drafts import TEXT_AT_MOST, Content
from ascolto.composing.models import Outgoing
from ascolto.conversations.models import Attachment, Visibility
from ascolto.conversations.when import READ_AT_MOST, read_when
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

FILES_AT_MOST = 30
TEMPLATE_AT_MOST = 32 * 1024


def zone_of(agent: Agent) -> ZoneInfo:
    """The time zone in which a person says times."""
    name = agent.time_zone or Company.current().time_zone
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def read_later(agent: Agent, posted: Mapping[str, Any]) -> tuple[datetime | None, str]:
    """When it is to leave (None: now), and what happens when the customer writes first. Raises Refused for a time that nobody
    understands.

    `later`: a moment as machines write it, with its zone or in the person's, or words; "words" means those in `leave_when`, and so
    does `leave_when` alone: a form that was sent without scripts.
    """
    wish = str(posted.get("if_customer_writes", ""))
    known = wish if wish in Outgoing.IfCustomerWrites.values else Outgoing.IfCustomerWrites.ASK.value
    words = str(posted.get("leave_when", ""))[:1000].strip()
    later = str(posted.get("later", ""))[:1000].strip() or ("words" if words else "")
    if not later:
        return None, known
    text = words if later == "words" else later
    at = _exact(text, agent) or _spoken(text, agent)
    if at is None:
        raise Refused(
            "when_unclear",
            gettext_noop("It is not clear when it should leave."),
            fix=gettext_noop("Write for example “tomorrow at 9” or choose a day."),
        )
    return at, known


def _exact(text: str, agent: Agent) -> datetime | None:
    try:
        found = parse_datetime(text[:40])
    except ValueError:
        return None
    if found is None:
        return None
    try:
        return found if found.tzinfo is not None else found.replace(tzinfo=zone_of(agent))
    except (OverflowError, ValueError):
        return None


def _spoken(text: str, agent: Agent) -> datetime | None:
    if len(text) > READ_AT_MOST:
        return None
    language = (agent.language or get_language() or "en")[:2]
    found = read_when(text, now=now(), zone=zone_of(agent), language=language)
    return found.at if found is not None else None


@dataclass(frozen=True, slots=True)
class PostedDraft:
    """A draft as a window sends it: the version it knows, and which window it is."""

    content: Content
    version: int
    tab: str
    insist: bool


def read_kept(request: HttpRequest, agent: Agent) -> PostedDraft:
    """The draft that a window wants to keep. Raises Refused."""
    data = request.POST
    mode = data.get("mode", "")
    if mode not in Visibility.values:
        raise Refused(
            "unknown_visibility",
            gettext_noop("It is not clear who should read it."),
            fix=gettext_noop("Choose a reader."),
        )
    text = data.get("text", "")
    if len(text) > TEXT_AT_MOST:
        raise Refused(
            "too_long", gettext_noop("The text is far too long."), fix=gettext_noop("Attach it as a file.")
        )
    content = Content(
        mode=mode,
        text=text,
        way=clean(data.get("way", ""), 60),
        files=_files(data, agent),
        template=_template(data.get("template", "")),
        seen=_number(data.get("seen", "")) or None,
    )
    return PostedDraft(
        content=content,
        version=_number(data.get("version", "")),
        tab=clean(data.get("tab", ""), 40),
        insist=data.get("insist") == "1",
    )


def _files(data: QueryDict, agent: Agent) -> list[Attachment]:
    """Uploads of this person that nobody sent yet; others are passed over, as a draft is no sending."""
    wanted = [number for text in data.getlist("attachments")[:FILES_AT_MOST] if (number := _number(text))]
    if not wanted:
        return []
    return list(Attachment.objects.filter(pk__in=wanted, uploader=agent, message__isnull=True))


def _template(text: str) -> dict[str, Any] | None:
    if not text or len(text) > TEMPLATE_AT_MOST:
        return None
    try:
        found = json.loads(clean(text))
    except (ValueError, RecursionError):
        return {"name": clean(text, 512)}
    return found if isinstance(found, dict) else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
