"""Deliveries into events: texts, their files, what became of ours, who wants no more of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ascolto.channels.adapters.sms.keywords import wish_of
from ascolto.channels.adapters.sms.people import Party, party_of
from ascolto.channels.protocol import (
    ConsentChanged,
    Inbound,
    Media,
    Message,
    RawDelivery,
    Sender,
    Unsupported,
)
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors import twilio, twilio_hooks, twilio_messages
from ascolto.kit.jsontext import NotJson, read_json

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_SHOWN = ("image", "video", "audio")
_MOST_FILES = 20
_IN = {"received", "receiving"}


def read_delivery(raw: RawDelivery) -> list[Inbound]:
    """Everything a delivery tells: a form that came by hook, or a message of the API that the sweep found."""
    if raw.body.lstrip()[:1] in (b"{", b"["):
        return _read_document(raw)
    form = twilio_hooks.read_form(raw.body)
    status = (form.get("MessageStatus") or form.get("SmsStatus") or "").strip().lower()
    sid = twilio_hooks.message_sid(form)
    if (notice := twilio_hooks.notice_of(form)) is not None:
        return [notice]
    if not sid:
        return [Unsupported(what=f"a delivery about {_subject(form)}")]
    is_ours = bool(form.get("MessageStatus")) or not {"Body", "NumMedia"} & form.keys()
    if is_ours and status and status not in _IN:
        return [twilio_messages.read_status(form, sid, raw)]
    if not form.get("From", "").strip():
        return [Unsupported(what="a message from nobody")]
    return _message(form, sid, raw.received_at)


def _subject(form: twilio_hooks.Form) -> str:
    told = form.get("EventType") or next((name for name in form if name.endswith("Sid")), "")
    return text_of(told, 60) or "nothing"


# --- what came in --------------------------------------------------------------------------------------------------------


def _message(form: twilio_hooks.Form, sid: str, at: datetime) -> list[Inbound]:
    party = party_of(form["From"], form.get("ExternalUserId", ""))
    sender = Sender(party.handles, name=form.get("ProfileName", "")[:200].strip())
    text, files = form.get("Body", ""), _files(form)
    wish = wish_of(text, form.get("OptOutType", "")) if not files else ""
    kind, text, extra = _content(form, text, files)
    answered = form.get("OriginalRepliedMessageSid", "").strip()[:64]
    message = Message(
        external_id=sid,
        sender=sender,
        occurred_at=at,
        text=text,
        attachments=files,
        kind=kind,
        replies_to=(answered,) if answered else (),
        automatic=not party.can_be_answered or wish in {"stop", "start"},
        extra={**_circumstances(form, party), **extra},
    )
    return [*_consent(wish, sender, at), message]


def _consent(wish: str, sender: Sender, at: datetime) -> list[Inbound]:
    """Who wrote STOP gets nothing more on this channel, whoever sends it; START lifts it."""
    if wish not in {"stop", "start"}:
        return []
    granted = wish == "start"
    return [ConsentChanged(sender=sender, granted=granted, occurred_at=at, scope="messages", why="stop")]


def _content(form: twilio_hooks.Form, text: str, files: tuple[Media, ...]) -> tuple[str, str, dict[str, Any]]:
    """What the message is, its text, and what else it says: WhatsApp has buttons and places, MMS has files."""
    if form.get("Latitude") and form.get("Longitude"):
        names = ("Latitude", "Longitude", "Address", "Label")
        place = {name.lower(): form[name][:300] for name in names if form.get(name)}
        shown = ", ".join(filter(None, (form.get("Label", ""), form.get("Address", "")))) or text
        return "location", shown or f"{place['latitude']}, {place['longitude']}", {"location": place}
    if pressed := form.get("ButtonText", "").strip() or form.get("ListTitle", "").strip():
        payload = (form.get("ButtonPayload") or form.get("ListId") or "")[:300]
        return "button", text or pressed, {"payload": payload} if payload else {}
    if files:
        main = files[0].content_type.split("/", 1)[0]
        return (main if main in _SHOWN else "document"), text, {}
    told = form.get("MessageType", "").strip().lower()[:40]
    if not text and told not in {"", "text"}:
        return "unsupported", "", {"type": told}
    return "text", text, {}


def _circumstances(form: twilio_hooks.Form, party: Party) -> dict[str, Any]:
    """To which of our numbers, by which network, and from where: the answer leaves the same way."""
    extra: dict[str, Any] = {}
    if written_to := party_of(form.get("To", "")).address:
        extra["to"] = written_to
    if party.channel:
        extra["channel"] = party.channel
    if place := ", ".join(filter(None, (form.get("FromCity", ""), form.get("FromCountry", "")))):
        extra["from_place"] = place[:120]
    if form.get("Forwarded", "").lower() == "true":
        extra["forwarded"] = "once"
    if headline := form.get("ReferralHeadline", "").strip():
        extra["context"] = headline[:200]
    return extra


def _files(form: twilio_hooks.Form) -> tuple[Media, ...]:
    """The files of an MMS. Telephones send the layout of their slides along, which nobody needs to see."""
    found = []
    for place in range(_MOST_FILES):
        url = form.get(f"MediaUrl{place}", "").strip()
        if url:
            found.append(_media(url, form.get(f"MediaContentType{place}", "")))
    return tuple(media for media in found if media and media.content_type != "application/smil")


def _media(url: str, content_type: str) -> Media | None:
    bare = content_type.split(";", 1)[0].strip().lower()
    bare = bare if _TYPE.fullmatch(bare) else "application/octet-stream"
    if path := twilio.resource_in(url):
        return Media(name=_name(bare), content_type=bare, remote={"path": path})
    if url.startswith(("https://", "http://")):
        return Media(name=_name(bare), content_type=bare, remote={"url": url[:2000]})
    return None


def _name(content_type: str) -> str:
    main, _, sub = content_type.partition("/")
    ending = {
        "jpeg": "jpg",
        "mpeg": "mp3",
        "quicktime": "mov",
        "3gpp": "3gp",
        "x-vcard": "vcf",
        "vcard": "vcf",
    }
    if content_type == "application/octet-stream":
        return "file"
    return f"{main if main in _SHOWN else 'file'}.{ending.get(sub, sub.removeprefix('x-'))}"[:80]


# --- what the sweep found ----------------------------------------------------------------------------------------------------


def _read_document(raw: RawDelivery) -> list[Inbound]:
    try:
        document = object_of(read_json(raw.body))
    except NotJson:
        return [Unsupported(what="a body that is no JSON")]
    sid, direction = text_of(document.get("sid"), 64).strip(), text_of(document.get("direction"), 40)
    if not sid or not direction:
        return [Unsupported(what=f"JSON about {text_of(document.get('type'), 60) or 'nothing we know'}")]
    return _read_resource(document, sid, direction, raw.received_at)


def _read_resource(
    resource: Mapping[str, Any], sid: str, direction: str, received_at: datetime
) -> list[Inbound]:
    at = twilio.moment_of(resource.get("date_sent") or resource.get("date_created"), received_at)
    if direction == "inbound":
        return (
            _message(_as_form(resource), sid, at)
            if text_of(resource.get("from")).strip()
            else [Unsupported(what="a message from nobody")]
        )
    party = party_of(text_of(resource.get("to"), 100))
    changed = twilio.moment_of(resource.get("date_updated"), at)
    code, words = text_of(resource.get("error_code"), 10), text_of(resource.get("error_message"), 300)
    receipt = twilio_messages.receipt_of(sid, text_of(resource.get("status"), 30), code, changed, words=words)
    if not party.handles:
        return [receipt or Unsupported(what="a message to nobody")]
    echo = Message(
        external_id=sid,
        sender=Sender(party.handles),
        occurred_at=at,
        text=text_of(resource.get("body"), 65_536),
        outgoing=True,
    )
    return [echo, *([receipt] if receipt else [])]


def _as_form(resource: Mapping[str, Any]) -> dict[str, str]:
    """A message of the API in the words of a hook."""
    form = {"From": text_of(resource.get("from"), 100), "To": text_of(resource.get("to"), 100)}
    form["Body"] = text_of(resource.get("body"), 65_536)
    for place, media in enumerate(objects_of(resource.get("media_list"))):
        form[f"MediaUrl{place}"] = text_of(media.get("uri"), 500)
        form[f"MediaContentType{place}"] = text_of(media.get("content_type"), 100)
    return form
