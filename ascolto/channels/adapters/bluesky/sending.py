"""A message of ours into a post, or into a direct message. Two doors that share nothing: `send` cannot write a post.

A post's key is made of our own mark, so that the same answer twice is the same post. The chat takes no such key: what may
have arrived there is never repeated.
"""

from __future__ import annotations

import hashlib
from typing import Any

from ascolto.channels.adapters.bluesky.posts import NAMESPACE, POST, reference
from ascolto.channels.adapters.bluesky.richtext import facets
from ascolto.channels.adapters.bluesky.xrpc import Xrpc
from ascolto.channels.lengths import Counting, measured_length
from ascolto.channels.protocol import ErrorClass, Failure, File, Outgoing, SendRefused, Sent
from ascolto.channels.reading import object_of, text_of
from ascolto.kit.clock import now

POST_GRAPHEMES, POST_BYTES = 300, 3000
CHAT_GRAPHEMES, CHAT_BYTES = 1000, 10_000
IMAGE_BYTES = 1_000_000
IMAGES = 4
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_KEYS_FROM = 1_704_067_200_000_000  # microseconds: the keys of our posts lie in the year 2024
_KEYS_WITHIN = 31_536_000_000_000


def publish(xrpc: Xrpc, outgoing: Outgoing) -> Sent:
    """A post under the one it answers. Raises SendRefused."""
    _check_length(outgoing.text, POST_GRAPHEMES, POST_BYTES)
    record: dict[str, Any] = {
        "$type": POST,
        "text": outgoing.text,
        "createdAt": now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    if outgoing.reply_to:
        record["reply"] = _reply(xrpc, outgoing)
    if marks := facets(outgoing.text, lambda handle: _did_of(xrpc, handle)):
        record["facets"] = marks
    if outgoing.language:
        record["langs"] = [outgoing.language]
    if outgoing.files:
        record["embed"] = {
            "$type": "app.bsky.embed.images",
            "images": [_image(xrpc, file) for file in outgoing.files],
        }
    elif not outgoing.text.strip():
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message is empty."))
    return Sent((_put(xrpc, record, key_of(outgoing.tracker)),))


def send(xrpc: Xrpc, outgoing: Outgoing) -> Sent:
    """A direct message. Raises SendRefused."""
    _check_length(outgoing.text, CHAT_GRAPHEMES, CHAT_BYTES)
    if not outgoing.text.strip():
        raise SendRefused(
            Failure(ErrorClass.CONTENT, "A direct message needs words: Bluesky takes no files here.")
        )
    convo = text_of(outgoing.extra.get("convo"), 100) or _convo_with(xrpc, _customer(outgoing))
    message: dict[str, Any] = {"text": outgoing.text}
    if marks := facets(outgoing.text, lambda handle: _did_of(xrpc, handle)):
        message["facets"] = marks
    body = {"convoId": convo, "message": message}
    answer = xrpc.call("chat.bsky.convo.sendMessage", body, repeatable=False, chat=True)
    message_id = text_of(answer.get("id"), 100)
    if not message_id:
        raise SendRefused(Failure(ErrorClass.UNCERTAIN, "Bluesky did not name the message."))
    return Sent((f"{convo}/{message_id}",))


def key_of(tracker: str) -> str:
    """The key of a post, always the same for one message of ours: a TID, which Bluesky asks for, made of a fingerprint."""
    number = int.from_bytes(hashlib.sha256(tracker.encode("utf-8", "replace")).digest()[:12], "big")
    place, clock = divmod(number, 1024)
    value = (_KEYS_FROM + place % _KEYS_WITHIN) << 10 | clock
    return "".join(_SORTABLE[value >> shift & 31] for shift in range(60, -1, -5))


def _check_length(text: str, graphemes: int, size: int) -> None:
    count = measured_length(text, Counting.GRAPHEMES)
    if count > graphemes:
        reason = f"The text has {count} characters; Bluesky takes {graphemes} here."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))
    if measured_length(text, Counting.BYTES) > size:
        reason = f"The text has more than {size} bytes, which is all that Bluesky takes here."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))


def _did_of(xrpc: Xrpc, handle: str) -> str:
    """Who a handle is; empty when nobody has it."""
    try:
        answer = xrpc.query("com.atproto.identity.resolveHandle", [("handle", handle)])
    except SendRefused as refusal:
        if refusal.failure.error in {ErrorClass.CONTENT, ErrorClass.RECIPIENT_GONE}:
            return ""
        raise
    return text_of(answer.get("did"), 255)


# --- posts ------------------------------------------------------------------------------------------------------------


def _reply(xrpc: Xrpc, outgoing: Outgoing) -> dict[str, Any]:
    """What a post answers, and where the thread begins. It may be gone, or closed to us. Raises SendRefused."""
    params = [("uri", outgoing.reply_to), ("depth", "0"), ("parentHeight", "0")]
    thread = object_of(xrpc.query("app.bsky.feed.getPostThread", params).get("thread"))
    kind = text_of(thread.get("$type"), 100).rpartition("#")[2]
    if kind == "blockedPost":
        raise SendRefused(Failure(ErrorClass.BLOCKED, "The customer has blocked this account."))
    post = object_of(thread.get("post"))
    parent = reference(post)
    if not parent:
        raise SendRefused(Failure(ErrorClass.RECIPIENT_GONE, "The post is not there any more."))
    if object_of(post.get("viewer")).get("replyDisabled") is True:
        raise SendRefused(
            Failure(ErrorClass.BLOCKED, "The author of the thread does not let us answer there.")
        )
    root = reference(object_of(object_of(post.get("record")).get("reply")).get("root"))
    return {"root": root or reference(outgoing.extra.get("root")) or parent, "parent": parent}


def _image(xrpc: Xrpc, file: File) -> dict[str, Any]:
    if not file.content_type.startswith("image/"):
        raise SendRefused(
            Failure(ErrorClass.CONTENT, f"{file.name} is no picture: Bluesky takes nothing else.")
        )
    if file.size > IMAGE_BYTES:
        reason = f"{file.name} is larger than the {IMAGE_BYTES} bytes that Bluesky takes."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))
    blob = object_of(xrpc.upload(file.read(), file.content_type).get("blob"))
    if not blob:
        raise SendRefused(Failure(ErrorClass.RETRY, "Bluesky did not take the picture."))
    return {"alt": "", "image": blob}


def _put(xrpc: Xrpc, record: dict[str, Any], key: str) -> str:
    """Write a post where none is. One that is there already is ours, from an attempt whose answer was lost."""
    place = {"repo": xrpc.did, "collection": POST, "rkey": key}
    try:
        answer = xrpc.call("com.atproto.repo.putRecord", {**place, "record": record, "swapRecord": None})
    except SendRefused as refusal:
        if refusal.failure.code != "InvalidSwap":
            raise
        return f"at://{xrpc.did}/{POST}/{key}"
    return text_of(answer.get("uri"), 700) or f"at://{xrpc.did}/{POST}/{key}"


# --- direct messages ----------------------------------------------------------------------------------------------


def _customer(outgoing: Outgoing) -> str:
    """Raises SendRefused for nobody."""
    found = [handle.value for handle in outgoing.recipient if handle.namespace == NAMESPACE]
    if not found:
        raise SendRefused(Failure(ErrorClass.RECIPIENT_GONE, "The customer's Bluesky account is not known."))
    return found[0]


def _convo_with(xrpc: Xrpc, did: str) -> str:
    """The conversation with a customer, who may not take messages from us. Raises SendRefused."""
    available = xrpc.query("chat.bsky.convo.getConvoAvailability", [("members", did)], chat=True)
    if available.get("canChat") is not True:
        reason = "The customer takes no direct messages from this account."
        raise SendRefused(Failure(ErrorClass.BLOCKED, reason))
    found = xrpc.query("chat.bsky.convo.getConvoForMembers", [("members", did)], chat=True)
    convo = text_of(object_of(found.get("convo")).get("id"), 100)
    if not convo:
        raise SendRefused(Failure(ErrorClass.RETRY, "Bluesky did not open the conversation."))
    return convo
