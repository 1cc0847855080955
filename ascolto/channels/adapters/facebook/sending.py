"""What we say on a page in public: comments, with a picture where wanted; and what we do to others' comments."""

from __future__ import annotations

from ascolto.channels.capabilities import Attachments
from ascolto.channels.protocol import ErrorClass, Failure, Outgoing, SendRefused, Sent
from ascolto.channels.reading import text_of
from ascolto.channels.vendors.meta_graph import Graph
from ascolto.channels.vendors.meta_sending import MIB
from ascolto.kit.text import clean

MAX_TEXT = 8000
PICTURES = Attachments(
    max_count=1, max_bytes=dict.fromkeys(("image/jpeg", "image/png", "image/gif"), 4 * MIB)
)


def publish(graph: Graph, outgoing: Outgoing) -> Sent:
    """Comment on what the customer wrote. Raises SendRefused."""
    target = known_id(outgoing.reply_to)
    _check(outgoing)
    text = {"message": outgoing.text} if outgoing.text else {}
    if outgoing.files:
        picture = outgoing.files[0]
        name = clean(picture.name, 200).translate(_UNSAFE) or "image"
        files = {"source": (name, picture.read(), picture.content_type)}
        answer = graph.post_file(target, "comments", data=text, files=files)
    else:
        answer = graph.post(target, "comments", json=text)
    comment = text_of(answer.get("id"), 255).strip()
    if not comment:
        raise SendRefused(graph.nonsense(repeatable=False))
    return Sent((comment,))


_UNSAFE = str.maketrans(dict.fromkeys('\r\n"\\/:*?<>|', "_"))


def known_id(external_id: str) -> str:
    """An id that may be part of an address. Raises SendRefused."""
    if not external_id.replace("_", "").isalnum() or not external_id.isascii():
        reason = "There is nothing on the page that this could answer."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))
    return external_id


def _check(outgoing: Outgoing) -> None:
    if not outgoing.text and not outgoing.files:
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message is empty."))
    if len(outgoing.text) > MAX_TEXT:
        reason = f"The text has {len(outgoing.text)} characters; Facebook takes {MAX_TEXT}."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))
    if len(outgoing.files) > 1:
        raise SendRefused(Failure(ErrorClass.CONTENT, "A comment takes one picture."))
    for picture in outgoing.files:
        limit = PICTURES.limit_for(picture.content_type.split(";", 1)[0].strip().lower())
        if not limit:
            reason = f"{picture.name} is no picture: a comment takes JPEG, PNG or GIF."
            raise SendRefused(Failure(ErrorClass.CONTENT, reason))
        if picture.size > limit:
            reason = f"{picture.name} is larger than the {limit // MIB} MiB that Facebook takes."
            raise SendRefused(Failure(ErrorClass.CONTENT, reason))


def private_target(outgoing: Outgoing) -> dict[str, str]:
    """Whose author is written to in private. Raises SendRefused for what has no author to write to."""
    item = text_of(outgoing.extra.get("item"), 20)
    if item not in {"comment", "post", ""} or not outgoing.reply_to:
        reason = "Facebook allows private answers to comments and posts on your page only."
        raise SendRefused(Failure(ErrorClass.CONFIG, reason, of_message=True))
    return {"post_id" if item == "post" else "comment_id": known_id(outgoing.reply_to)}


def moderate(graph: Graph, verb: str, external_id: str) -> None:
    """Hide, show, delete or like a comment; each may be asked for again. Raises SendRefused."""
    target = known_id(external_id)
    if verb in {"hide", "show"}:
        graph.settle("POST", target, json={"is_hidden": verb == "hide"})
    elif verb == "like":
        graph.settle("POST", target, "likes", json={})
    elif verb == "delete":
        graph.settle("DELETE", target)
    else:
        raise SendRefused(Failure(ErrorClass.CONFIG, f"Facebook cannot {verb} a comment.", of_message=True))
