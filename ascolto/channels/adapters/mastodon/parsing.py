"""What a Mastodon server tells, into events: notifications, statuses, and the events of its stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.channels.adapters.mastodon import statuses
from ascolto.channels.protocol import (
    AccountNews,
    Edited,
    ErrorClass,
    Ignored,
    Inbound,
    Message,
    Removed,
    Sender,
    Unsupported,
)
from ascolto.channels.reading import Unreadable, iso_moment_of, needed, object_of, plain, text_of
from ascolto.kit.jsontext import NotJson, read_json

Element = Mapping[str, Any]
_NO_MESSAGE = {
    "admin.report",
    "admin.sign_up",
    "added_to_collection",
    "annual_report",
    "collection_update",
    "favourite",
    "follow",
    "follow_request",
    "poll",
    "quoted_update",
    "reblog",
    "status",
}
_STREAM = {
    "announcement",
    "announcement.delete",
    "announcement.reaction",
    "conversation",  # its status comes as a mention, too
    "encrypted_message",
    "filters_changed",
    "notifications_merged",
    "update",  # a status of the timeline: not addressed to us
}
_STRIKES = {"suspend", "disable"}
ACTIONS = (  # of moderators, as `_warning` says them
    *("no action", "none", "sensitive", "silence", "suspend", "disable"),
    *("delete statuses", "mark statuses as sensitive"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What every reader needs to know: when the delivery came, and from which server."""

    received_at: datetime
    host: str


def read_delivery(document: Any, reading: Reading) -> list[Inbound]:
    """Everything a delivery tells, in its order; an element that cannot be read hurts nobody else."""
    elements = document if isinstance(document, list) else [document]
    found: list[Inbound] = []
    for element in elements[:1000]:
        try:
            found += _read(element, reading) if isinstance(element, dict) else [Unsupported(what="no object")]
        except Unreadable as error:
            found.append(Unsupported(what=str(error)))
    return found or [Ignored(what="an empty list")]


def _read(element: Element, reading: Reading) -> Iterator[Inbound]:
    if "echo" in element:
        yield _echo(object_of(element.get("echo")), reading)
    elif isinstance(element.get("event"), str):
        yield from _event(element, reading)
    elif "type" in element and ("account" in element or "created_at" in element):
        yield _notification(element, reading)
    elif "content" in element and "account" in element:
        yield _message(element, reading)
    elif "ancestors" in element or "descendants" in element:
        for name in ("ancestors", "descendants"):
            listed = element.get(name)
            if isinstance(listed, list) and listed:
                yield from read_delivery(listed, reading)
    elif isinstance(element.get("last_status"), dict) and "accounts" in element:
        yield _message(object_of(element.get("last_status")), reading)
    else:
        yield _no_message(element)


def _no_message(element: Element) -> Inbound:
    """What the API answers besides messages: accounts, polls, scheduled statuses, policies, and what we deleted."""
    if not element:
        return Ignored(what="an empty answer")
    if "account" in element and "in_reply_to_id" in element:
        return Ignored(what="a status of ours that was deleted")  # its source comes back, without its content
    for mark, what in _OBJECTS.items():
        if mark in element:
            return Ignored(what=what)
    if "error" in element:
        return Unsupported(what=f"an error: {text_of(element.get('error'), 200)}")
    return Unsupported(what=f"an object with {', '.join(text_of(key, 40) for key in list(element)[:5])}")


_OBJECTS = {
    "scheduled_at": "a scheduled status",
    "notifications_count": "a notification request",
    "for_not_following": "the policy of notifications",
    "acct": "an account",
    "votes_count": "a poll",
    "followed_by": "a relationship",
    "merged": "the state of notification requests",
}


# --- notifications ----------------------------------------------------------------------------------------------------


def _notification(element: Element, reading: Reading) -> Inbound:
    kind = text_of(element.get("type"), 60)
    status = object_of(element.get("status"))
    if kind in {"mention", "quote"}:
        return _message(status, reading, at=element.get("created_at"), is_quote=kind == "quote")
    if kind == "update":
        return _edited(status, reading)
    if kind == "moderation_warning":
        return _warning(element)
    if kind == "severed_relationships":
        return AccountNews(title="Relationships were severed", detail=object_of(plain(dict(element))))
    if kind in _NO_MESSAGE:
        return Ignored(what=kind)
    return Unsupported(what=f"a notification {kind or 'without a type'}")


def _warning(element: Element) -> AccountNews:
    """The moderators of the server did something about our account."""
    told = object_of(element.get("moderation_warning"))
    action = text_of(told.get("action"), 60)
    stops = action in _STRIKES
    return AccountNews(
        title=f"Moderation warning: {action.replace('_', ' ') or 'no action'}",
        level="error" if stops else "warning",
        detail=object_of(plain(dict(told))),
        error=ErrorClass.ABUSE_STOP if stops else None,
    )


# --- statuses -----------------------------------------------------------------------------------------------------


def _message(status: Element, reading: Reading, *, at: Any = None, is_quote: bool = False) -> Message:
    external_id = needed(status.get("id"), "the id of a status")
    author = object_of(status.get("account"))
    written_at = iso_moment_of(status.get("created_at") or at, reading.received_at)
    edited_at = status.get("edited_at")
    content = statuses.read_content(status)
    answers = text_of(status.get("in_reply_to_id"), 255).strip()
    extra = statuses.extra_of(status, author)
    if is_quote:
        extra |= statuses.quoted_in(status)
    return Message(
        external_id=external_id,
        sender=statuses.sender_of(author, reading.host, text_of(status.get("language"), 35)),
        occurred_at=written_at,
        text=content.text,
        html=content.html,
        attachments=content.attachments,
        visibility=statuses.visibility_of(status),
        kind=content.kind,
        replies_to=(answers,) if answers else (),
        automatic=author.get("bot") is True,
        revised_at=iso_moment_of(edited_at, reading.received_at) if isinstance(edited_at, str) else None,
        extra=extra,
    )


def _echo(status: Element, reading: Reading) -> Message:
    """An answer of ours that the server shows us. Whom it went to stands among its mentions."""
    external_id = needed(status.get("id"), "the id of a status")
    answers = needed(status.get("in_reply_to_id"), "what our status answers")
    answered = text_of(status.get("in_reply_to_account_id"), 100)
    mentions = status.get("mentions")
    named = [item for item in mentions if isinstance(item, dict)] if isinstance(mentions, list) else []
    customer = next((item for item in named if answered and text_of(item.get("id"), 100) == answered), None)
    content = statuses.read_content(status)
    return Message(
        external_id=external_id,
        sender=statuses.sender_of(customer, reading.host) if customer else Sender(()),
        occurred_at=iso_moment_of(status.get("created_at"), reading.received_at),
        text=statuses.without_address(content.text, customer or {}),
        html=content.html,
        attachments=content.attachments,
        visibility=statuses.visibility_of(status),
        outgoing=True,
        kind=content.kind,
        replies_to=(answers,),
        extra=statuses.extra_of(status, customer or {}),
    )


def _edited(status: Element, reading: Reading) -> Edited:
    at = status.get("edited_at") or status.get("created_at")
    return Edited(
        external_id=needed(status.get("id"), "the id of a status"),
        occurred_at=iso_moment_of(at, reading.received_at),
        text=statuses.read_content(status).text,
        sender=statuses.sender_of(object_of(status.get("account")), reading.host),
    )


# --- the stream ---------------------------------------------------------------------------------------------------


def _event(element: Element, reading: Reading) -> Iterator[Inbound]:
    """An event as the stream tells it; `payload` is JSON in a text, or the object itself."""
    name = text_of(element.get("event"), 60)
    payload = element.get("payload")
    if name == "delete":
        yield Removed(external_id=needed(payload, "the id of a status"), occurred_at=reading.received_at)
        return
    if name in _STREAM:
        yield Ignored(what=name)
        return
    inner = object_of(_json_in(payload))
    if name == "notification":
        yield _notification(inner, reading)
    elif name == "status.update":
        yield _edited(inner, reading)
    else:
        yield Unsupported(what=f"an event {name or 'without a name'}")


def _json_in(payload: Any) -> Any:
    if not isinstance(payload, str):
        return payload
    try:
        return read_json(payload.encode("utf-8", "replace"))
    except NotJson as error:
        raise Unreadable("the payload of an event is no JSON") from error
