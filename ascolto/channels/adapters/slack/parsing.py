"""What Slack tells: events, buttons, and what a sweep found. Messages are known by channel and time, as Slack knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.channels.adapters.slack import kinds
from ascolto.channels.adapters.slack.markup import emoji_of, plain_text
from ascolto.channels.protocol import (
    AccountNews,
    Edited,
    ErrorClass,
    Handle,
    Ignored,
    Inbound,
    Media,
    Message,
    Reacted,
    Receipt,
    ReceiptStatus,
    Removed,
    Sender,
    Unsupported,
)
from ascolto.channels.reading import Unreadable, moment_of, needed, object_of, objects_of, text_of

NAMESPACE, BOTS = "slack", "slack-bot"
LONGEST = 40_000
TRACKER = "ascolto_dispatch"  # the type of the metadata on what we send


@dataclass(frozen=True, slots=True)
class Ear:
    """What is needed to understand a delivery: who we are there, which channels are ours, when it came."""

    received_at: datetime
    channels: frozenset[str] = frozenset()
    bot_user: str = ""
    app: str = ""

    def is_ours(self, message: Mapping[str, Any]) -> bool:
        """Whether our own app wrote it."""
        app = text_of(message.get("app_id"), 40) or text_of(
            object_of(message.get("bot_profile")).get("app_id"), 40
        )
        user = text_of(message.get("user"), 40)
        return bool((app and app == self.app) or (user and user == self.bot_user))


def read_delivery(document: Mapping[str, Any], ear: Ear) -> list[Inbound]:
    """Everything a delivery tells."""
    if document.get("type") == "url_verification":
        return [Ignored(what="url_verification")]
    if isinstance(document.get("sweep"), dict):
        return [_guarded(_swept, item, ear) for item in objects_of(document["sweep"].get("messages"))]
    if isinstance(document.get("event"), dict):
        app = text_of(document.get("api_app_id"), 40) or ear.app
        ear = Ear(ear.received_at, ear.channels, ear.bot_user or _bot_user(document), app)
        return [_guarded(_event, document["event"], ear)]
    if isinstance(document.get("form"), dict):
        return [Unsupported(what=f"command {text_of(document.get('command'), 60)}".strip())]
    if document.get("type") == "app_rate_limited":
        return [AccountNews(title="Slack held events back: there were too many.", level="warning")]
    return _interaction(document, ear)


def _bot_user(document: Mapping[str, Any]) -> str:
    """The user that our app is, as the delivery tells it."""
    bots = (item for item in objects_of(document.get("authorizations")) if item.get("is_bot") is True)
    return next((text_of(item.get("user_id"), 40) for item in bots), "")


def _guarded(read: Callable[[Mapping[str, Any], Ear], Inbound], item: Mapping[str, Any], ear: Ear) -> Inbound:
    try:
        return read(item, ear)
    except Unreadable as error:
        return Unsupported(what=f"{text_of(item.get('type'), 60) or 'element'}: {error}")


# --- events ------------------------------------------------------------------------------------------------------------


def _event(event: Mapping[str, Any], ear: Ear) -> Inbound:
    kind = text_of(event.get("type"), 60)
    if kind in {"message", "app_mention"}:
        return _message_event(event, ear)
    if kind in {"reaction_added", "reaction_removed"}:
        return _reaction(event, ear, kind == "reaction_added")
    if kind in {"app_uninstalled", "tokens_revoked"}:
        return _revoked(event, kind)
    if kind in {"channel_archive", "group_archive"}:
        return AccountNews(title="A channel was archived: nobody can be asked there.", level="warning")
    if kind in kinds.QUIET:
        return Ignored(what=kind)
    return Unsupported(what=f"event {kind}".strip())


def _revoked(event: Mapping[str, Any], kind: str) -> Inbound:
    bots = object_of(event.get("tokens")).get("bot")
    if kind == "tokens_revoked" and not bots:
        return Ignored(what=kind)  # somebody's own token, not the one of our app
    title = "The app was removed from Slack." if kind == "app_uninstalled" else "Slack revoked the token."
    return AccountNews(title=title, level="error", error=ErrorClass.REAUTH)


def _message_event(event: Mapping[str, Any], ear: Ear) -> Inbound:
    subtype = text_of(event.get("subtype"), 60)
    if subtype == "message_changed":
        return _changed(event, ear)
    if subtype == "message_deleted":
        return _deleted(event, ear)
    if subtype == "ekm_access_denied":
        return AccountNews(
            title="Slack withholds messages: an administrator suspended their keys.", level="warning"
        )
    if subtype in kinds.NOTES:
        return Ignored(what=subtype)
    if subtype not in kinds.WRITTEN:
        return Unsupported(what=f"message {subtype}")
    return written(event, ear)


def written(event: Mapping[str, Any], ear: Ear) -> Inbound:
    """A message that somebody wrote. Raises Unreadable."""
    channel, ts = needed(event.get("channel"), "channel", 60), needed(event.get("ts"), "ts", 40)
    if ear.channels and channel not in ear.channels and text_of(event.get("channel_type")) != "im":
        return Ignored(what="a message in a channel that is not read")
    at = moment_of(ts, ear.received_at)
    ours = ear.is_ours(event)
    if ours and (echo := _echo(event, f"{channel}:{ts}", at)) is not None:
        return echo
    root = text_of(event.get("thread_ts"), 40)
    if ours and root in {"", ts}:
        return Ignored(what="our own app wrote to nobody")  # another tool of the company, with the same app
    files = tuple(_files(event))
    return Message(
        external_id=f"{channel}:{ts}",
        sender=Sender(()) if ours else _sender(event),
        occurred_at=at,
        text=_text(event),
        attachments=files,
        outgoing=ours,
        kind="text" if not files or _text(event) else _kind_of(files[0]),
        replies_to=(f"{channel}:{root}",) if root and root != ts else (),
        automatic=not ours and _is_machine(event),
        thread=thread_of(channel, root or ts, text_of(event.get("channel_type")), bool(root)),
        extra={"channel": channel, "thread_ts": root or ts},
    )


def thread_of(channel: str, root: str, channel_type: str, in_thread: bool) -> str:
    """One thread is one conversation; so is a direct conversation outside of threads."""
    return channel if channel_type == "im" and not in_thread else f"{channel}:{root}"


def _echo(event: Mapping[str, Any], external_id: str, at: datetime) -> Inbound | None:
    """Our own message comes back: with our number in it, it proves that it arrived."""
    metadata = object_of(event.get("metadata"))
    if metadata.get("event_type") == TRACKER:
        tracker = text_of(object_of(metadata.get("event_payload")).get("tracker"), 100)
        return Receipt(external_id=external_id, status=ReceiptStatus.SENT, occurred_at=at, tracker=tracker)
    if text_of(event.get("subtype")) == "file_share":
        return Ignored(what="our own files")  # sent apart from their text, which is known already
    return None


def _sender(event: Mapping[str, Any]) -> Sender:
    """Who wrote. Raises Unreadable for nobody."""
    user = text_of(event.get("user"), 60).strip()
    profile = object_of(event.get("user_profile"))
    name = text_of(profile.get("display_name"), 100) or text_of(profile.get("real_name"), 100)
    if user:
        return Sender((Handle(NAMESPACE, user, shown=f"@{name}" if name else ""),), name=name)
    bot = needed(event.get("bot_id"), "user")
    named = text_of(event.get("username"), 100) or text_of(
        object_of(event.get("bot_profile")).get("name"), 100
    )
    return Sender((Handle(BOTS, bot),), name=named)


def _is_machine(event: Mapping[str, Any]) -> bool:
    return bool(text_of(event.get("bot_id"))) or text_of(event.get("subtype")) == "bot_message"


def _text(event: Mapping[str, Any]) -> str:
    """What it says; apps often write into attachments only."""
    text = plain_text(text_of(event.get("text"), LONGEST))
    if text.strip():
        return text
    cards = list(objects_of(event.get("attachments")))[:20]
    said = (text_of(card.get("text"), 4000) or text_of(card.get("fallback"), 4000) for card in cards)
    return plain_text("\n".join(line for line in said if line))


def _files(event: Mapping[str, Any]) -> Iterable[Media]:
    for item in list(objects_of(event.get("files")))[:20]:
        file_id = text_of(item.get("id"), 60).strip()
        if not file_id or text_of(item.get("mode")) in {"tombstone", "hidden_by_limit"}:
            continue
        url = text_of(item.get("url_private_download"), 2000) or text_of(item.get("url_private"), 2000)
        size = item.get("size")
        yield Media(
            name=text_of(item.get("name"), 255) or text_of(item.get("title"), 255) or file_id,
            content_type=text_of(item.get("mimetype"), 127) or "application/octet-stream",
            remote={"id": file_id, "url": url},
            size=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**40 else None,
        )


def _kind_of(file: Media) -> str:
    main = file.content_type.partition("/")[0]
    return main if main in {"image", "audio", "video"} else "document"


def _changed(event: Mapping[str, Any], ear: Ear) -> Inbound:
    message, before = object_of(event.get("message")), object_of(event.get("previous_message"))
    channel = needed(event.get("channel"), "channel", 60)
    external_id = f"{channel}:{needed(message.get('ts'), 'ts', 40)}"
    if ear.channels and channel not in ear.channels and text_of(event.get("channel_type")) != "im":
        return Ignored(what="a change in a channel that is not read")
    edited = object_of(message.get("edited"))
    at = moment_of(edited.get("ts") or event.get("event_ts") or event.get("ts"), ear.received_at)
    if text_of(message.get("subtype")) == "tombstone":
        return Removed(external_id=external_id, occurred_at=at)
    if ear.is_ours(message):
        return Ignored(what="a change of our own message")
    if not edited or _text(message) == _text(before):
        return Ignored(what="a preview or a mark was added")
    return Edited(external_id=external_id, occurred_at=at, text=_text(message), sender=_known_sender(message))


def _known_sender(message: Mapping[str, Any]) -> Sender | None:
    try:
        return _sender(message)
    except Unreadable:
        return None


def _deleted(event: Mapping[str, Any], ear: Ear) -> Inbound:
    before = object_of(event.get("previous_message"))
    channel = needed(event.get("channel"), "channel", 60)
    external_id = f"{channel}:{needed(event.get('deleted_ts') or before.get('ts'), 'deleted_ts', 40)}"
    if ear.is_ours(before):
        return Ignored(what="our own message was deleted")
    at = moment_of(event.get("event_ts") or event.get("ts"), ear.received_at)
    return Removed(external_id=external_id, occurred_at=at, sender=_known_sender(before))


def _reaction(event: Mapping[str, Any], ear: Ear, added: bool) -> Inbound:
    item = object_of(event.get("item"))
    if text_of(item.get("type")) != "message":
        return Ignored(what="a reaction to a file")
    if ear.bot_user and text_of(event.get("user")) == ear.bot_user:
        return Ignored(what="our own reaction")
    external_id = f"{needed(item.get('channel'), 'channel', 60)}:{needed(item.get('ts'), 'ts', 40)}"
    sender = Sender((Handle(NAMESPACE, needed(event.get("user"), "user", 60)),))
    emoji = emoji_of(text_of(event.get("reaction"), 100)) if added else ""
    at = moment_of(event.get("event_ts"), ear.received_at)
    return Reacted(external_id=external_id, sender=sender, occurred_at=at, emoji=emoji)


def _swept(item: Mapping[str, Any], ear: Ear) -> Inbound:
    """A message as the history has it: no event, so that edits are its present text."""
    return _message_event({**item, "type": "message"}, ear)


# --- buttons and menus ----------------------------------------------------------------------------------------------------


def _interaction(document: Mapping[str, Any], ear: Ear) -> list[Inbound]:
    kind = text_of(document.get("type"), 60)
    if kind == "block_actions":
        actions = list(objects_of(document.get("actions")))[:20]
        return [
            _guarded(lambda action, ear: _pressed(document, action, ear), action, ear) for action in actions
        ] or [Ignored(what=kind)]
    if kind == "message_action":
        return [_guarded(_handed_over, document, ear)]
    if kind in kinds.SCREENS:
        return [Ignored(what=kind)]
    return [Unsupported(what=f"delivery {kind}".strip())]


def _pressed(document: Mapping[str, Any], action: Mapping[str, Any], ear: Ear) -> Inbound:
    """Somebody pressed a button below a message: it says what the button says."""
    container, message = object_of(document.get("container")), object_of(document.get("message"))
    channel = text_of(object_of(document.get("channel")).get("id"), 60) or text_of(
        container.get("channel_id"), 60
    )
    below = text_of(message.get("ts"), 40) or text_of(container.get("message_ts"), 40)
    if not channel or not below:
        return Ignored(what="a button outside of messages")
    pressed_at = needed(action.get("action_ts"), "action_ts", 40)
    user = object_of(document.get("user"))
    root = text_of(message.get("thread_ts"), 40) or text_of(container.get("thread_ts"), 40) or below
    chosen = object_of(action.get("selected_option"))
    label = text_of(object_of(chosen.get("text") or action.get("text")).get("text"), 2000)
    return Message(
        external_id=f"{channel}:{below}:{pressed_at}",
        sender=Sender(
            (Handle(NAMESPACE, needed(user.get("id"), "user", 60)),), name=text_of(user.get("name"), 100)
        ),
        occurred_at=moment_of(pressed_at, ear.received_at),
        text=plain_text(label) or text_of(action.get("value"), 2000),
        kind="button",
        replies_to=(f"{channel}:{below}",),
        thread=f"{channel}:{root}",
        extra={"channel": channel, "thread_ts": root, "button": text_of(action.get("action_id"), 255)},
    )


def _handed_over(document: Mapping[str, Any], ear: Ear) -> Inbound:
    """Somebody chose "hand to Ascolto" on a message: the message itself, as if we had heard it."""
    message = object_of(document.get("message"))
    channel = text_of(object_of(document.get("channel")).get("id"), 60)
    if not channel or not text_of(message.get("ts"), 40):
        return Ignored(what="message_action")
    return written({**message, "channel": channel}, Ear(ear.received_at, frozenset(), ear.bot_user, ear.app))
