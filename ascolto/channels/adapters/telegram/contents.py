"""What a Telegram message carries: one reader for each of its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ascolto.channels.protocol import Media
from ascolto.channels.reading import object_of, objects_of, plain, text_of

LONGEST = 20_000  # Telegram takes 4,096 characters; a check list or a poll may be longer
_FILES = {  # part: what the desk draws, content type where none is told, ending of files without a name
    "animation": ("video", "video/mp4", ".mp4"),
    "audio": ("audio", "audio/mpeg", ".mp3"),
    "document": ("document", "application/octet-stream", ""),
    "live_photo": ("video", "video/mp4", ".mp4"),
    "sticker": ("sticker", "image/webp", ".webp"),
    "video": ("video", "video/mp4", ".mp4"),
    "video_note": ("video", "video/mp4", ".mp4"),
    "voice": ("voice", "audio/ogg", ".ogg"),
}
# What a chat says about itself. Nothing follows from it.
_NOTICES = """
    new_chat_members left_chat_member new_chat_title new_chat_photo delete_chat_photo group_chat_created
    supergroup_chat_created channel_chat_created message_auto_delete_timer_changed pinned_message invoice
    successful_payment refunded_payment users_shared chat_shared connected_website write_access_allowed passport_data
    proximity_alert_triggered boost_added chat_background_set checklist_tasks_done checklist_tasks_added
    direct_message_price_changed paid_message_price_changed forum_topic_created forum_topic_edited forum_topic_closed
    forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden giveaway_created giveaway
    giveaway_winners giveaway_completed video_chat_scheduled video_chat_started video_chat_ended
    video_chat_participants_invited gift unique_gift gift_upgrade_sent suggested_post_approved
    suggested_post_approval_failed suggested_post_declined suggested_post_paid suggested_post_refunded
    chat_owner_left chat_owner_changed poll_option_added poll_option_deleted managed_bot_created"""
NOTICES = frozenset(_NOTICES.split())


@dataclass(slots=True)
class Content:
    """The part of a message that depends on what was sent."""

    kind: str
    text: str = ""
    attachments: tuple[Media, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


def notice_of(message: Mapping[str, Any]) -> str:
    """What Telegram itself notes in a chat; empty for a message that somebody wrote."""
    return next((name for name in sorted(NOTICES & message.keys())), "")


def read_content(message: Mapping[str, Any]) -> Content:
    """The content of a message. What nobody can read is `unsupported`, so that somebody answers all the same."""
    for name, reader in _READERS.items():
        if name in message and (content := reader(name, message[name])) is not None:
            content.text = content.text or text_of(message.get("caption"), LONGEST)
            _add_links(content, message)
            return content
    return Content("unsupported", text_of(message.get("caption"), LONGEST))


def _add_links(content: Content, message: Mapping[str, Any]) -> None:
    """Addresses that hide behind words."""
    told = message.get("entities") or message.get("caption_entities")
    links = [text_of(item.get("url"), 2000) for item in objects_of(told) if item.get("type") == "text_link"]
    if links := [link for link in links if link.startswith(("https://", "http://"))][:20]:
        content.extra["links"] = links


def _text(name: str, part: Any) -> Content | None:
    return Content("text", text_of(part, LONGEST)) if isinstance(part, str) else None


def _file(name: str, part: Any) -> Content | None:
    kind, content_type, ending = _FILES[name]
    told = object_of(part)
    extra: dict[str, Any] = {}
    if name == "sticker":
        moving = told.get("is_animated") is True
        content_type = "application/x-tgsticker" if moving else content_type
        content_type = "video/webm" if told.get("is_video") is True else content_type
        ending = {"application/x-tgsticker": ".tgs", "video/webm": ".webm"}.get(content_type, ending)
    media = media_of(told, content_type, kind + ending)
    if media is None:
        return None
    text = text_of(told.get("emoji"), 32) if name == "sticker" else ""
    if isinstance(seconds := told.get("duration"), int) and not isinstance(seconds, bool):
        extra["seconds"] = max(0, min(seconds, 10**6))
    return Content(kind, text, (media,), extra)


def media_of(told: Mapping[str, Any], content_type: str, name: str) -> Media | None:
    """A file to be fetched by its id; None when it has none."""
    file_id = text_of(told.get("file_id"), 400).strip()
    if not file_id:
        return None
    content_type = text_of(told.get("mime_type"), 127).split(";", 1)[0].strip().lower() or content_type
    size = told.get("file_size")
    return Media(
        name=text_of(told.get("file_name"), 255).strip() or name,
        content_type=content_type,
        remote={"file_id": file_id, "content_type": content_type},
        size=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**53 else None,
    )


def _photo(name: str, part: Any) -> Content | None:
    """One photo in several sizes; the last is the largest."""
    sizes = [media for size in objects_of(part) if (media := media_of(size, "image/jpeg", "photo.jpg"))]
    return Content("image", attachments=(sizes[-1],)) if sizes else None


def _paid_media(name: str, part: Any) -> Content | None:
    found: list[Media] = []
    for item in objects_of(object_of(part).get("paid_media")):
        inner = _photo("photo", item.get("photo")) or _file("video", item.get("video"))
        found += inner.attachments if inner else ()
    return Content("image", attachments=tuple(found)) if found else None


def _location(name: str, part: Any) -> Content | None:
    told = object_of(part)
    place = object_of(told.get("location")) or told
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if not all(isinstance(value, int | float) and abs(value) <= 180 for value in (latitude, longitude)):
        return None
    lines = [text_of(told.get("title"), 300), text_of(told.get("address"), 300), f"{latitude}, {longitude}"]
    return Content("location", "\n".join(filter(None, lines)), extra={"location": plain(dict(told))})


def _contact(name: str, part: Any) -> Content | None:
    told = object_of(part)
    names = (text_of(told.get(end), 150).strip() for end in ("first_name", "last_name"))
    lines = (" ".join(filter(None, names)), text_of(told.get("phone_number"), 40).strip())
    text = "\n".join(filter(None, lines))
    return Content("contacts", text, extra={"contacts": [plain(dict(told))]}) if text else None


def _poll(name: str, part: Any) -> Content | None:
    told = object_of(part)
    options = [f"– {text_of(option.get('text'), 300)}" for option in objects_of(told.get("options"))]
    question = text_of(told.get("question"), 1000)
    return Content("poll", "\n".join([question, *options])[:LONGEST]) if question else None


def _checklist(name: str, part: Any) -> Content | None:
    told = object_of(part)
    tasks = [f"– {text_of(task.get('text'), 300)}" for task in objects_of(told.get("tasks"))]
    title = text_of(told.get("title"), 1000)
    return Content("list", "\n".join([title, *tasks])[:LONGEST]) if title or tasks else None


def _dice(name: str, part: Any) -> Content | None:
    told = object_of(part)
    return Content(
        "text", f"{text_of(told.get('emoji'), 32)} {text_of(told.get('value'), 5)}".strip() or "🎲"
    )


def _game(name: str, part: Any) -> Content | None:
    title = text_of(object_of(part).get("title"), 300)
    return Content("text", f"🎮 {title}") if title else None


def _story(name: str, part: Any) -> Content | None:
    return Content("unsupported", extra={"type": "story"}) if isinstance(part, dict) else None


def _web_app(name: str, part: Any) -> Content | None:
    data = text_of(object_of(part).get("data"), LONGEST)
    return Content("form", data) if data else None


_READERS: Mapping[str, Callable[[str, Any], Content | None]] = {
    "text": _text,
    "animation": _file,  # also told as a document
    "live_photo": _file,  # also told as a photo
    "paid_media": _paid_media,
    "photo": _photo,
    **dict.fromkeys(("audio", "document", "sticker", "video", "video_note", "voice"), _file),
    "venue": _location,  # also told as a location
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "checklist": _checklist,
    "dice": _dice,
    "game": _game,
    "story": _story,
    "web_app_data": _web_app,
}
