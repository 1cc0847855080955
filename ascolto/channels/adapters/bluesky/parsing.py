"""What Bluesky tells, into events: notifications, posts, and the log of direct messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ascolto.channels.adapters.bluesky import chats, posts
from ascolto.channels.protocol import Ignored, Inbound, Message, Removed, Sender, Unsupported
from ascolto.channels.reading import Unreadable, iso_moment_of, object_of, objects_of, text_of

Element = Mapping[str, Any]
_HEARD = {"mention", "reply", "quote"}
_NO_MESSAGE = {
    "contact-match",
    "follow",
    "like",
    "like-via-repost",
    "repost",
    "repost-via-repost",
    "starterpack-joined",
    "subscribed-post",
    "unverified",
    "verified",
}
_OBJECTS = {  # what else the network answers, by a name that only it has
    "accessJwt": "a session",
    "verificationMethod": "a DID document",
    "validationStatus": "the answer to a record of ours",
    "commit": "the answer to a record of ours",
    "value": "a record",
    "subject": "a record",
    "createdAt": "a record",
    "blob": "an uploaded file",
    "did": "an identity",
    "cursor": "a page without anything new",
}


def read_delivery(document: Any, received_at: datetime) -> list[Inbound]:
    """Everything a delivery tells, in its order; an element that cannot be read hurts nobody else."""
    elements = document if isinstance(document, list) else [document]
    found: list[Inbound] = []
    for element in elements[:1000]:
        try:
            found += (
                _read(element, received_at) if isinstance(element, dict) else [Unsupported(what="no object")]
            )
        except Unreadable as error:
            found.append(Unsupported(what=str(error)))
    return found or [Ignored(what="an empty list")]


def _read(element: Element, received_at: datetime) -> Iterator[Inbound]:
    for name in ("notifications", "posts", "feed"):
        if isinstance(element.get(name), list):
            yield from read_delivery(element[name], received_at)
            return
    if "log" in element or "logs" in element or text_of(element.get("$type")).startswith("chat.bsky.convo"):
        yield from chats.read_logs(element, received_at)
    elif "reason" in element and "author" in element:
        yield _notification(element, received_at)
    elif "echo" in element:
        yield _echo(object_of(element.get("echo")), received_at)
    elif "removed" in element:
        yield Removed(external_id=posts.uri_of({"uri": element.get("removed")}), occurred_at=received_at)
    elif "thread" in element:
        yield from _thread(object_of(element.get("thread")), received_at, 0)
    elif isinstance(element.get("post"), dict):
        yield _message(object_of(element.get("post")), received_at)
    elif "author" in element and "record" in element:
        yield _message(element, received_at)
    else:
        yield _no_message(element)


def _no_message(element: Element) -> Inbound:
    if "error" in element:
        return Unsupported(what=f"an error: {text_of(element.get('error'), 80)}")
    for mark, what in _OBJECTS.items():
        if mark in element:
            return Ignored(what=what)
    return Unsupported(what=f"an object with {', '.join(text_of(key, 40) for key in list(element)[:5])}")


def _notification(element: Element, received_at: datetime) -> Inbound:
    reason = text_of(element.get("reason"), 60)
    if reason in _HEARD:
        return _message(element, received_at)
    return Ignored(what=reason) if reason in _NO_MESSAGE else Unsupported(what=f"a notification {reason}")


def _thread(node: Element, received_at: datetime, depth: int) -> Iterator[Inbound]:
    """A post with what stands above and below it; a gap is a gap."""
    if not isinstance(node.get("post"), dict):
        yield Ignored(what=text_of(node.get("$type"), 80) or "a gap in a thread")
        return
    if depth < 20 and object_of(node.get("parent")):
        yield from _thread(object_of(node.get("parent")), received_at, depth + 1)
    try:
        yield _message(object_of(node.get("post")), received_at)
    except Unreadable as error:
        yield Unsupported(what=str(error))
    for reply in list(objects_of(node.get("replies")))[:200] if depth < 20 else ():
        yield from _thread(reply, received_at, depth + 1)


# --- posts ------------------------------------------------------------------------------------------------------------


def _message(post: Element, received_at: datetime) -> Message:
    """A post that is addressed to us. Its time is the network's: what the author's client claims may be anything."""
    uri = posts.uri_of(post)
    record = object_of(post.get("record"))
    author = object_of(post.get("author"))
    content = posts.read_content(record, text_of(author.get("did"), 255))
    extra = posts.extra_of(uri, post.get("cid"), record)
    extra |= posts.about_of(post.get("about"))
    return Message(
        external_id=uri,
        sender=posts.sender_of(author, posts.language_of(record)),
        occurred_at=iso_moment_of(post.get("indexedAt") or record.get("createdAt"), received_at),
        text=content.text,
        attachments=content.attachments,
        visibility="public",
        kind=content.kind,
        replies_to=posts.answered(record),
        extra=extra,
    )


def _echo(entry: Element, received_at: datetime) -> Message:
    """An answer of ours as our own feed shows it. Whom it answers stands beside it."""
    post = object_of(entry.get("post"))
    message = _message(post, received_at)
    if not message.replies_to:
        raise Unreadable("a post of ours that answers nothing")
    parent = object_of(object_of(entry.get("reply")).get("parent"))
    try:
        customer = posts.sender_of(object_of(parent.get("author")))
    except Unreadable:
        customer = Sender(())
    return Message(
        external_id=message.external_id,
        sender=customer,
        occurred_at=message.occurred_at,
        text=message.text,
        attachments=message.attachments,
        visibility="public",
        outgoing=True,
        kind=message.kind,
        replies_to=message.replies_to,
        extra=message.extra,
    )
