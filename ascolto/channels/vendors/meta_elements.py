"""What one element of a private conversation tells: one reader for each kind, by the name under which it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ascolto.channels.protocol import (
    AccountNews,
    ConsentChanged,
    Edited,
    ErrorClass,
    Ignored,
    Inbound,
    Message,
    Reacted,
    ReadUpTo,
    Receipt,
    ReceiptStatus,
    Removed,
    Sender,
)
from ascolto.channels.reading import Unreadable, needed, object_of, plain, text_of
from ascolto.channels.vendors.meta_contents import LONGEST, read_content
from ascolto.channels.vendors.meta_forms import read_feedback, read_information
from ascolto.channels.vendors.meta_marks import read_mark
from ascolto.channels.vendors.meta_talk import Element, Talk, moment

_EMOJI = {
    **{"love": "❤️", "smile": "😆", "haha": "😆", "wow": "😮", "sad": "😢", "angry": "😠"},
    **{"like": "👍", "dislike": "👎", "other": "🙂"},
}

# --- messages ------------------------------------------------------------------------------------------------------------


def _message(talk: Talk, element: Element, message: Element) -> Iterator[Inbound]:
    echo = message.get("is_echo") is True or talk.is_ours(element)
    mid = needed(message.get("mid"), "the message's id")
    if message.get("is_deleted") is True:
        yield Removed(external_id=mid, occurred_at=talk.when(element), sender=_person(talk, element, echo))
        return
    mark = read_mark(talk.app_secret, message.get("metadata")) if echo else None
    if mark is not None and mark.is_private_reply:
        yield Ignored(what="our private answer to what was said in public: its own inbox knows it")
        return
    content = read_content(message)
    yield Message(
        external_id=mid,
        sender=talk.customer(element, echo=echo),
        occurred_at=talk.when(element),
        text=content.text,
        attachments=content.attachments,
        outgoing=echo,
        kind=content.kind,
        replies_to=_answered(message),
        extra={
            **content.extra,
            **_circumstances(talk, message),
            **({"tracker": mark.tracker} if mark else {}),
        },
    )


def _person(talk: Talk, element: Element, echo: bool = False) -> Sender | None:
    try:
        return talk.customer(element, echo=echo)
    except Unreadable:
        return None


def _answered(message: Element) -> tuple[str, ...]:
    mid = text_of(object_of(message.get("reply_to")).get("mid"), 255).strip()
    return (mid,) if mid else ()


def _circumstances(talk: Talk, message: Element) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if talk.standby:
        extra["standby"] = True  # another application answers this conversation
    if payload := text_of(object_of(message.get("quick_reply")).get("payload"), 1000):
        extra["payload"] = payload
    if referral := object_of(message.get("referral")):
        extra["referral"] = plain(referral)
    return extra


def _postback(talk: Talk, element: Element, postback: Element) -> Iterator[Inbound]:
    """A button, a menu entry or an ice-breaker was touched: the person asks for what stands on it."""
    payload = text_of(postback.get("payload"), 1000)
    sender, at = talk.customer(element), talk.when(element)
    made = f"{sender.handles[0].value}|{text_of(element.get('timestamp'), 40)}|{payload}"
    mid = text_of(postback.get("mid"), 255).strip()
    extra: dict[str, Any] = {"payload": payload, **_circumstances(talk, postback)}
    yield Message(
        external_id=mid or f"postback:{hashlib.sha256(made.encode()).hexdigest()[:32]}",
        sender=sender,
        occurred_at=at,
        text=text_of(postback.get("title"), LONGEST) or payload,
        kind="postback",
        extra=extra,
    )


def _filled_in(
    read: Callable[[Element], list[str]],
) -> Callable[[Talk, Element, Element], Iterator[Inbound]]:
    """Somebody filled in a form that Messenger showed: the answers, one a line."""

    def told(talk: Talk, element: Element, form: Element) -> Iterator[Inbound]:
        lines = read(form)
        if not lines:
            raise Unreadable("it has no answers")
        sender, text = talk.customer(element), "\n".join(lines)[:LONGEST]
        made = f"{sender.handles[0].value}|{text_of(element.get('timestamp'), 40)}|{text}"
        yield Message(
            external_id=f"form:{hashlib.sha256(made.encode()).hexdigest()[:32]}",
            sender=sender,
            occurred_at=talk.when(element),
            text=text,
            kind="form",
            extra={"form": plain(form)},
        )

    return told


def _edit(talk: Talk, element: Element, edit: Element) -> Iterator[Inbound]:
    if not isinstance(edit.get("text"), str):
        raise Unreadable("the new text is missing")
    yield Edited(
        external_id=needed(edit.get("mid"), "the edited message"),
        occurred_at=talk.when(element),
        text=text_of(edit["text"], LONGEST),
        sender=_person(talk, element),
    )


def _reaction(talk: Talk, element: Element, reaction: Element) -> Iterator[Inbound]:
    target = needed(reaction.get("mid"), "the message reacted to")
    if talk.is_ours(element):
        yield Ignored(what="a reaction of ours")
        return
    name = text_of(reaction.get("reaction"), 32)
    emoji = text_of(reaction.get("emoji"), 32) or _EMOJI.get(name.lower(), name)
    taken_back = text_of(reaction.get("action"), 20) == "unreact"
    sender, at = talk.customer(element), talk.when(element)
    yield Reacted(external_id=target, sender=sender, occurred_at=at, emoji="" if taken_back else emoji)


# --- news of our messages ---------------------------------------------------------------------------------------------


def _delivery(talk: Talk, element: Element, delivery: Element) -> Iterator[Inbound]:
    yield from _told(talk, element, delivery, ReceiptStatus.DELIVERED)


def _read(talk: Talk, element: Element, read: Element) -> Iterator[Inbound]:
    yield from _told(talk, element, read, ReceiptStatus.READ)


def _told(talk: Talk, element: Element, told: Element, status: ReceiptStatus) -> Iterator[Inbound]:
    """The messages it names, then everything until the watermark. Messenger tells both or one, Instagram the last one read."""
    given = told.get("mids")
    named = [*(given if isinstance(given, list) else []), told.get("mid")]
    mids = list(dict.fromkeys(mid for value in named if (mid := text_of(value, 255).strip())))
    at = talk.when(element)
    yield from (Receipt(external_id=mid, status=status, occurred_at=at) for mid in mids)
    watermark = text_of(told.get("watermark"), 40)
    if watermark:
        until = moment(watermark, talk.at)
        yield ReadUpTo(sender=talk.customer(element), status=status, until=until)
    if not mids and not watermark:
        raise Unreadable("it names no message")


# --- people and our account --------------------------------------------------------------------------------------------


def _optin(talk: Talk, element: Element, optin: Element) -> Iterator[Inbound]:
    """Somebody allows us to write to them about a topic, or stops that."""
    kind = text_of(optin.get("type"), 60)
    status = text_of(optin.get("notification_messages_status"), 60).upper()
    person = _person(talk, element)
    if person is None or kind != "notification_messages":
        yield Ignored(what=f"optin: {kind or 'a plugin'}")
        return
    granted = not status.startswith("STOP")
    yield ConsentChanged(sender=person, granted=granted, occurred_at=talk.when(element))


def _policy(talk: Talk, element: Element, policy: Element) -> Iterator[Inbound]:
    action = text_of(policy.get("action"), 40).lower()
    blocks = action not in {"unblock", "warning", "warn"}
    reason = text_of(policy.get("reason"), 300)
    title = f"Meta: {action or 'policy enforcement'}" + (f": {reason}" if reason else "")
    yield AccountNews(
        title=title[:300],
        level="error" if blocks else "warning" if action != "unblock" else "info",
        detail=object_of(plain(dict(policy))),
        error=ErrorClass.ABUSE_STOP if blocks else None,
    )


def _ignored(what: str) -> Callable[[Talk, Element, Element], Iterator[Inbound]]:
    def read(talk: Talk, element: Element, part: Element) -> Iterator[Inbound]:
        yield Ignored(what=what)

    return read


READERS: Mapping[str, Callable[[Talk, Element, Element], Iterator[Inbound]]] = {
    "message": _message,
    "message_edit": _edit,
    "reaction": _reaction,
    "postback": _postback,
    "delivery": _delivery,
    "read": _read,
    "optin": _optin,
    **dict.fromkeys(("policy_enforcement", "policy-enforcement"), _policy),
    "messaging_feedback": _filled_in(read_feedback),
    "messaging_customer_information": _filled_in(read_information),
    "response_feedback": _ignored("somebody rated an answer of a machine"),
    "marketing_message_cancelled": _ignored("an advertisement was not sent"),
    "inbox_labels": _ignored("a label was set in Meta's inbox"),
    "referral": _ignored("somebody opened the conversation by a link or an advertisement"),
    "account_linking": _ignored("an account was linked"),
    "account_link": _ignored("an account was linked"),
    "pass_thread_control": _ignored("the conversation was handed over"),
    "take_thread_control": _ignored("the conversation was taken"),
    "request_thread_control": _ignored("another application asks for the conversation"),
    "release_thread_control": _ignored("the conversation was released"),
    "app_roles": _ignored("the roles of applications changed"),
    "typing": _ignored("somebody types"),
    "sender_action": _ignored("somebody types"),
    "payment": _ignored("a payment"),
    "pre_checkout": _ignored("a payment"),
    "checkout_update": _ignored("a payment"),
    "game_play": _ignored("a game was played"),
}
