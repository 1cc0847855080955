"""What a WhatsApp message carries: one reader for each of its types."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ascolto.channels.protocol import Media
from ascolto.channels.reading import object_of, objects_of, plain, text_of

_ENDINGS = {  # of the files that come without a name
    "application/pdf": ".pdf",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "video/3gpp": ".3gp",
    "video/mp4": ".mp4",
}
LONGEST = 20_000  # WhatsApp takes 4,096 characters; a form or an order may be longer


@dataclass(slots=True)
class Content:
    """The part of a message that depends on its type."""

    kind: str
    text: str = ""
    attachments: tuple[Media, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


def read_content(message: Mapping[str, Any]) -> Content:
    """The content of a message of any type. What nobody can read is `unsupported`, so that somebody answers all the same."""
    kind = text_of(message.get("type"), 40)
    part = message.get(kind)
    reader = _READERS.get(kind)
    if reader is None or not isinstance(part, dict | list):
        return _unsupported(message, kind)
    return reader(kind, part) or _unsupported(message, kind)


def _unsupported(message: Mapping[str, Any], kind: str) -> Content:
    told = object_of(message.get("unsupported"))
    extra = {"type": text_of(told.get("type"), 40) or kind or "unknown"}
    error = next(objects_of(message.get("errors")), {})
    if reason := text_of(object_of(error.get("error_data")).get("details")) or text_of(error.get("title")):
        extra["reason"] = reason
    part = object_of(message.get(kind))
    text = text_of(part.get("body"), LONGEST) or text_of(part.get("caption"), LONGEST)
    return Content("unsupported", text, extra=extra)


def _text(kind: str, part: Any) -> Content | None:
    body = object_of(part).get("body")
    return Content("text", text_of(body, LONGEST)) if isinstance(body, str) else None


def _media(kind: str, part: Any) -> Content | None:
    part = object_of(part)
    media_id = text_of(part.get("id"), 100).strip()
    if not media_id:
        return None
    kind = "voice" if kind == "audio" and part.get("voice") is True else kind
    content_type = text_of(part.get("mime_type"), 127) or "application/octet-stream"
    bare = content_type.split(";", 1)[0].strip().lower()
    name = text_of(part.get("filename"), 255) or kind + _ENDINGS.get(bare, "")
    remote = {"id": media_id}
    if digest := text_of(part.get("sha256"), 100):
        remote["sha256"] = digest
    media = Media(name=name, content_type=bare[:127] or content_type, remote=remote)
    extra = {"animated": True} if part.get("animated") is True else {}
    return Content(kind, text_of(part.get("caption"), LONGEST), (media,), extra)


def _location(kind: str, part: Any) -> Content:
    part = object_of(part)
    names = ("name", "address", "url")
    place: dict[str, Any] = {name: text for name in names if (text := text_of(part.get(name)))}
    for name in ("latitude", "longitude"):
        place[name] = _degrees(part.get(name))
    lines = [place[name] for name in ("name", "address") if name in place]
    if place["latitude"] is not None and place["longitude"] is not None:
        lines.append(f"{place['latitude']}, {place['longitude']}")
    return Content("location", "\n".join(lines), extra={"location": place})


def _degrees(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if -180 <= number <= 180 else None


def _contacts(kind: str, part: Any) -> Content:
    lines, cards = [], []
    for card in list(objects_of(part))[:50]:
        name = object_of(card.get("name"))
        full = text_of(name.get("formatted_name")) or text_of(name.get("first_name"))
        phones = [
            text_of(item.get("phone"), 40) or text_of(item.get("wa_id"), 40)
            for item in objects_of(card.get("phones"))
        ]
        emails = [text_of(item.get("email"), 254) for item in objects_of(card.get("emails"))]
        cards.append({"name": full, "phones": phones[:20], "emails": emails[:20], "card": plain(card)})
        lines.append(", ".join(word for word in (full, *phones[:20], *emails[:20]) if word))
    return Content("contacts", "\n".join(line for line in lines if line), extra={"contacts": cards})


def _button(kind: str, part: Any) -> Content:
    part = object_of(part)
    payload = text_of(part.get("payload"), 1000)
    return Content("button", text_of(part.get("text"), LONGEST) or payload, extra={"payload": payload})


def _interactive(kind: str, part: Any) -> Content:
    part = object_of(part)
    what = text_of(part.get("type"), 40)
    reply = object_of(part.get(what))
    if what == "nfm_reply" or "nfm_reply" in part:
        return _form(object_of(part.get("nfm_reply")))
    if what == "call_permission_reply":
        accepted = reply.get("response") == "accept"
        return Content("call", "📞 ✓" if accepted else "📞 ✗", extra={"call_permission": plain(reply)})
    kind = {"button_reply": "button", "list_reply": "list"}.get(what, "")
    if not kind or not reply:
        return Content("unsupported", extra={"type": what or "interactive", "interactive": plain(part)})
    payload = text_of(reply.get("id"), 1000)
    title = text_of(reply.get("title"), LONGEST) or payload
    return Content(
        kind, title, extra={"payload": payload, "description": text_of(reply.get("description"), 1000)}
    )


def _form(reply: Mapping[str, Any]) -> Content:
    """The answers to a form (a "flow"), one a line; what the form itself adds is not the customer's."""
    try:
        answers = json.loads(text_of(reply.get("response_json"), 50_000))
    except (ValueError, RecursionError):
        answers = {}
    answers = {name: value for name, value in object_of(plain(answers)).items() if name != "flow_token"}
    lines = [
        f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in answers.items()
    ]
    text = "\n".join(lines)[:LONGEST] or text_of(reply.get("body"), LONGEST)
    return Content("form", text, extra={"form": {"name": text_of(reply.get("name")), "answers": answers}})


def _order(kind: str, part: Any) -> Content:
    part = object_of(part)
    lines = [text_of(part.get("text"), LONGEST)]
    for item in list(objects_of(part.get("product_items")))[:100]:
        count, price = text_of(item.get("quantity"), 20) or "1", plain(item.get("item_price"))
        money = (
            f" — {price} {text_of(item.get('currency'), 10)}".rstrip()
            if isinstance(price, int | float | str)
            else ""
        )
        lines.append(f"{count} × {text_of(item.get('product_retailer_id'), 100)}{money}")
    return Content("order", "\n".join(line for line in lines if line), extra={"order": plain(part)})


_READERS: Mapping[str, Callable[[str, Any], Content | None]] = {
    "text": _text,
    **dict.fromkeys(("image", "audio", "voice", "video", "document", "sticker"), _media),
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
}
