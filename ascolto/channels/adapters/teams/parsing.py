"""Activities of the Bot Framework as Teams posts them, to a bot and to an outgoing webhook alike."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from ascolto.channels.protocol import (
    AccountNews,
    Edited,
    Handle,
    Ignored,
    Inbound,
    Media,
    Message,
    Reacted,
    Removed,
    Sender,
    Unsupported,
)
from ascolto.channels.reading import Unreadable, iso_moment_of, needed, object_of, objects_of, text_of

NAMESPACE = "teams"
LONGEST = 40_000
_AT = re.compile(r"<at(?:\s[^<>]{0,500})?>([^<]{0,300})</at>", re.IGNORECASE)  # linear in whatever comes
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")
_DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
_QUIET = {
    *("typing", "endOfConversation", "event", "trace", "handoff", "contactRelationUpdate", "deleteUserData"),
    *("command", "commandResult", "suggestion", "invokeResponse", "delay", "ping"),
}
_EMOJI = {
    "like": "👍",
    "heart": "❤️",
    "laugh": "😆",
    "surprised": "😮",
    "sad": "🙁",
    "angry": "😠",
    "plusOne": "➕",
    "yes": "✅",
    "checkmark": "✅",
    "eyes": "👀",
    "launch": "🚀",
    "praying": "🙏",
}


def read_activity(activity: Mapping[str, Any], received_at: datetime) -> list[Inbound]:
    """Everything an activity tells."""
    kind = text_of(activity.get("type"), 60)
    try:
        if kind == "messageReaction":
            return list(_reactions(activity, received_at)) or [Ignored(what=kind)]
        return [_one(kind, activity, received_at)]
    except Unreadable as error:
        return [Unsupported(what=f"{kind}: {error}")]


def _one(kind: str, activity: Mapping[str, Any], received_at: datetime) -> Inbound:
    if kind == "message":
        return _message(activity, received_at)
    if kind == "messageUpdate":
        return _update(activity, received_at)
    if kind == "messageDelete":
        at = iso_moment_of(activity.get("timestamp"), received_at)
        return Removed(external_id=external_id_of(activity), occurred_at=at, sender=_known_sender(activity))
    if kind == "conversationUpdate":
        return _roster(activity)
    if kind in {"installationUpdate", "installationUpdateUpgrade"}:
        return _installation(activity)
    if kind == "invoke":
        return Ignored(what=f"invoke {text_of(activity.get('name'), 80)}".strip())
    if kind in _QUIET:
        return Ignored(what=kind)
    return Unsupported(what=f"activity {kind}".strip())


# --- names -----------------------------------------------------------------------------------------------------------------


def conversation_of(activity: Mapping[str, Any]) -> str:
    """The conversation; of a channel with the root of its thread (`…;messageid=ROOT`). Raises Unreadable."""
    return needed(object_of(activity.get("conversation")).get("id"), "conversation", 1000)


def message_id(conversation: str, activity_id: str) -> str:
    """The name of a message: ids of activities are unique in their conversation only, which may have a long name."""
    place = conversation.partition(";messageid=")[0]
    return f"{hashlib.sha256(place.encode()).hexdigest()[:16]}:{activity_id}"


def external_id_of(activity: Mapping[str, Any]) -> str:
    """The name of the message that an activity is, or is about. Raises Unreadable."""
    return message_id(conversation_of(activity), needed(activity.get("id"), "id", 200))


def thread_of(conversation: str) -> str:
    """The name of the conversation as a thread of ours."""
    return hashlib.sha256(conversation.encode()).hexdigest()[:32]


def _sender(activity: Mapping[str, Any]) -> Sender:
    author = object_of(activity.get("from"))
    account = text_of(author.get("id"), 250).strip()
    person = text_of(author.get("aadObjectId"), 100).strip()
    name = text_of(author.get("name"), 200)
    if not account and not person:
        raise Unreadable("from is missing")
    known = [("aad", person)] if person else []
    known += [(NAMESPACE, account)] if account else []
    language = text_of(activity.get("locale"), 20).partition("-")[0].lower()
    return Sender(tuple(Handle(space, value, shown=name) for space, value in known), name, language)


def _known_sender(activity: Mapping[str, Any]) -> Sender | None:
    try:
        return _sender(activity)
    except Unreadable:
        return None


# --- messages ------------------------------------------------------------------------------------------------------------


def _message(activity: Mapping[str, Any], received_at: datetime) -> Inbound:
    conversation, files = conversation_of(activity), tuple(_files(activity))
    text = _text(activity)
    pressed = not text and activity.get("value") is not None
    if pressed:
        text = _pressed(activity.get("value"))
    answered = text_of(activity.get("replyToId"), 200).strip()
    kind = "button" if pressed else "text" if text or not files else _kind_of(files[0])
    return Message(
        external_id=external_id_of(activity),
        sender=_sender(activity),
        occurred_at=iso_moment_of(activity.get("timestamp"), received_at),
        text=text,
        attachments=files,
        kind=kind,
        replies_to=(message_id(conversation, answered),) if answered else (),
        automatic=text_of(object_of(activity.get("from")).get("role"), 20) in {"bot", "skill"},
        thread=thread_of(conversation),
        extra=_extra(activity, conversation),
    )


def _extra(activity: Mapping[str, Any], conversation: str) -> dict[str, str]:
    """What answering needs, and where it was said."""
    channel_data = object_of(activity.get("channelData"))
    team, channel = object_of(channel_data.get("team")), object_of(channel_data.get("channel"))
    place = " · ".join(name for part in (team, channel) if (name := text_of(part.get("name"), 100)))
    found = {
        "conversation": conversation,
        "service_url": text_of(activity.get("serviceUrl"), 500).strip(),
        "bot": text_of(object_of(activity.get("recipient")).get("id"), 250),
        "context": place,
        "url": _permalink(activity, text_of(channel.get("id"), 300)),
    }
    return {name: value for name, value in found.items() if value}


def _permalink(activity: Mapping[str, Any], channel: str) -> str:
    activity_id = text_of(activity.get("id"), 200)
    if not channel.startswith("19:") or not activity_id.isdigit():
        return ""
    return f"https://teams.microsoft.com/l/message/{quote(channel, safe='')}/{activity_id}"


def _text(activity: Mapping[str, Any]) -> str:
    """The text as people read it, without the mention of us that every message in a channel begins with."""
    text = text_of(activity.get("text"), LONGEST)
    us = text_of(object_of(activity.get("recipient")).get("name"), 200).strip().casefold()
    if text_of(activity.get("textFormat"), 20) == "plain" and "<at" not in text:
        return text.strip()

    def mention(found: re.Match[str]) -> str:
        name = html.unescape(found[1]).strip()
        return "" if name.casefold() == us else f"@{name}"

    text = _TAG.sub("", _BREAK.sub("\n", _AT.sub(mention, text)))
    return html.unescape(text).replace("\xa0", " ").strip()


def _pressed(value: Any) -> str:
    """What a button of a card says."""
    if not isinstance(value, dict):
        return text_of(value, 2000)
    for name in ("text", "title", "label", "value", "action"):
        if said := text_of(value.get(name), 2000):
            return said
    pairs = ((text_of(key, 60), text_of(item, 300)) for key, item in list(value.items())[:20])
    return "\n".join(f"{key}: {item}" for key, item in pairs if item)


def _files(activity: Mapping[str, Any]) -> Iterator[Media]:
    service = text_of(activity.get("serviceUrl"), 500).strip()
    for item in list(objects_of(activity.get("attachments")))[:20]:
        content_type, name = text_of(item.get("contentType"), 127), text_of(item.get("name"), 255)
        shown, handed = text_of(item.get("contentUrl"), 4000), object_of(item.get("content"))
        if content_type == _DOWNLOAD and (url := text_of(handed.get("downloadUrl"), 4000)):
            yield Media(name=name or "file", remote={"url": url})  # good for minutes, for whoever has it
        elif _is_picture(content_type) and shown.startswith(("https://", "http://")):
            named = name or content_type.replace("/", ".").replace("*", "file")
            known = content_type if "*" not in content_type else "application/octet-stream"
            yield Media(name=named, content_type=known, remote={"url": shown, "service_url": service})


def _is_picture(content_type: str) -> bool:
    return content_type.startswith(("image/", "audio/", "video/"))


def _kind_of(file: Media) -> str:
    main = file.content_type.partition("/")[0]
    return main if main in {"image", "audio", "video"} else "document"


def _update(activity: Mapping[str, Any], received_at: datetime) -> Inbound:
    """An edit, or a deletion taken back: both tell the text as it is now."""
    at = iso_moment_of(activity.get("timestamp"), received_at)
    return Edited(
        external_id=external_id_of(activity),
        occurred_at=at,
        text=_text(activity),
        sender=_known_sender(activity),
    )


def _reactions(activity: Mapping[str, Any], received_at: datetime) -> Iterator[Inbound]:
    conversation = conversation_of(activity)
    about = needed(activity.get("replyToId"), "replyToId", 200)
    at, sender = iso_moment_of(activity.get("timestamp"), received_at), _sender(activity)
    for added, name in ((False, "reactionsRemoved"), (True, "reactionsAdded")):
        for item in list(objects_of(activity.get(name)))[:20]:
            kind = text_of(item.get("type"), 60)
            emoji = _EMOJI.get(kind, f":{kind}:" if kind else "👍") if added else ""
            external_id = message_id(conversation, about)
            yield Reacted(external_id=external_id, sender=sender, occurred_at=at, emoji=emoji)


# --- the app in its teams -------------------------------------------------------------------------------------------------


def _roster(activity: Mapping[str, Any]) -> Inbound:
    us = text_of(object_of(activity.get("recipient")).get("id"), 250)
    gone = {text_of(member.get("id"), 250) for member in objects_of(activity.get("membersRemoved"))}
    if us and us in gone:
        return AccountNews(title="The app was removed from a team or a chat.", level="warning")
    event = text_of(object_of(activity.get("channelData")).get("eventType"), 60)
    return Ignored(what=f"conversationUpdate {event}".strip())


def _installation(activity: Mapping[str, Any]) -> Inbound:
    if text_of(activity.get("action"), 40).startswith("remove"):
        return AccountNews(title="The app was removed from a team or a chat.", level="warning")
    return Ignored(what="installationUpdate")
