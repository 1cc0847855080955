"""Private messages of ours on Messenger and Instagram: files first, since they may be uploaded again, then what the person sees."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ascolto.channels.capabilities import Attachments, Choices, Counting, measured_length
from ascolto.channels.choosing import titles_of
from ascolto.channels.protocol import ErrorClass, Failure, File, Handle, Outgoing, SendRefused, Sent
from ascolto.channels.reading import text_of
from ascolto.channels.vendors.meta_graph import OBJECT_GONE, Graph, Meanings
from ascolto.channels.vendors.meta_marks import make_mark
from ascolto.kit.clock import now
from ascolto.kit.text import clean

MIB = 1024 * 1024
SENTENCES = (
    "The text has %(count)s characters; %(network)s takes %(limit)s.",
    "The text has %(count)s bytes; %(network)s takes %(limit)s.",
    "%(name)s is larger than the %(limit)s MiB that %(network)s takes.",
    "%(name)s is of a type that %(network)s does not take (%(type)s).",
    "%(network)s takes no files from here.",
    "%(network)s does not know this person: they must write there first.",
    "Connected to %(name)s.",
    "Meta tells us now: %(names)s.",
)
WINDOW = timedelta(hours=24)
HUMAN_WINDOW = timedelta(days=7)
PRIVATE_REPLY_WINDOW = timedelta(days=7)
QUICK_REPLIES = Choices(max_count=13, max_title=20, max_id=1000, counting=Counting.UTF16)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|]+')

ANSWERED_ALREADY = 10900
_REPLY_REFUSED = (10901, 10902, 10903)  # too old, of a kind or of a person that takes no private reply
DM_MEANINGS = Meanings(
    codes={
        551: ErrorClass.BLOCKED,  # "this person isn't available": blocked us, or has left
        1200: ErrorClass.RETRY,
        9: ErrorClass.ABUSE_STOP,
        **dict.fromkeys((ANSWERED_ALREADY, *_REPLY_REFUSED), ErrorClass.CONFIG),
    },
    subcodes={
        **dict.fromkeys((2018278, 2534022, 2018300), ErrorClass.WINDOW_CLOSED),
        **dict.fromkeys((1545041, 2018108), ErrorClass.BLOCKED),
        **dict.fromkeys((2018001, 2534014), ErrorClass.RECIPIENT_GONE),
        **dict.fromkeys((2018065, 2534048), ErrorClass.CONFIG),
        **dict.fromkeys((2018109, 2018047, 2018074, 2018008, 2018294), ErrorClass.CONTENT),
    },
    of_message=frozenset({ANSWERED_ALREADY, *_REPLY_REFUSED, 2018065}),
    words={
        ANSWERED_ALREADY: "It was answered privately already: the network allows one private answer.",
        10901: "It is too old to be answered privately.",
        2018278: "The time to answer is over: the customer must write first.",
        2534022: "The time to answer is over: the customer must write first.",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One product's way of private messages. `files` is None where local files cannot be sent."""

    name: str
    namespace: str
    node: str  # who sends: the page, the Instagram account, or `me`
    max_length: int
    counting: Counting
    files: Attachments | None
    human_agent: bool = False
    platform: str = ""  # of an uploaded file, where it is not Messenger's
    says_response: bool = True
    quotes: bool = False
    app_secret: str = ""  # seals our mark on messages, where the network gives it back


def send(graph: Graph, line: Line, outgoing: Outgoing, *, comment: Mapping[str, str] | None = None) -> Sent:
    """Hand a message to a person, or with `comment` to whoever wrote that comment. Raises SendRefused."""
    if comment:
        return _reply_privately(graph, line, outgoing, comment)
    recipient = next((h.value for h in outgoing.recipient if h.namespace == line.namespace), "")
    if not recipient:
        reason = f"{line.name} does not know this person: they must write there first."
        raise SendRefused(Failure(ErrorClass.RECIPIENT_GONE, reason))
    envelope = {"recipient": {"id": recipient}, **_permission(line, outgoing)}
    parts = _parts(graph, line, outgoing)
    if line.quotes and _needs_quotation(outgoing):
        parts[0] = {**parts[0], "reply_to": {"mid": outgoing.reply_to}}
    sent: list[str] = []
    for part in parts:
        try:
            sent.append(_post(graph, line, _marked({**envelope, **part}, line, outgoing))[0])
        except SendRefused as refusal:
            if not sent:
                raise
            raise SendRefused(_half_sent(refusal.failure, len(sent), len(parts))) from refusal
    return Sent(tuple(sent))


def _reply_privately(graph: Graph, line: Line, outgoing: Outgoing, comment: Mapping[str, str]) -> Sent:
    """The one private message that a public comment allows; the answer tells who its author is in private."""
    if outgoing.files:
        reason = "A private answer to a public message takes a text only."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))
    _check_text(line, outgoing.text)
    payload = {"recipient": dict(comment), "message": {"text": outgoing.text}}
    message_id, person = _post(graph, line, _marked(payload, line, outgoing, is_private_reply=True))
    return Sent((message_id,), handles=(Handle(line.namespace, person),) if person else ())


def _marked(
    payload: Mapping[str, Any], line: Line, outgoing: Outgoing, *, is_private_reply: bool = False
) -> dict[str, Any]:
    """With our mark, by which the echo is known."""
    if not line.app_secret:
        return dict(payload)
    mark = make_mark(line.app_secret, outgoing.tracker, is_private_reply=is_private_reply)
    return {**payload, "message": {**payload["message"], "metadata": mark}}


def _permission(line: Line, outgoing: Outgoing) -> dict[str, str]:
    """Within a day an answer is an answer; later a person, with Meta's permission, may still write."""
    heard = outgoing.heard_at
    late = heard is not None and now() - heard > WINDOW
    if late and line.human_agent and not outgoing.automatic:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return {"messaging_type": "RESPONSE"} if line.says_response else {}


def _needs_quotation(outgoing: Outgoing) -> bool:
    """Whether the customer might wonder what is answered, since something came after it."""
    is_message = bool(outgoing.reply_to) and not outgoing.reply_to.startswith("postback:")
    return is_message and outgoing.references[-1:] != (outgoing.reply_to,) and not outgoing.from_public


def _parts(graph: Graph, line: Line, outgoing: Outgoing) -> list[dict[str, Any]]:
    """One request a part: there is no message of text and file."""
    if outgoing.text or not outgoing.files:
        _check_text(line, outgoing.text)
    for file in outgoing.files:
        _check_file(line, file)
    text = [{"message": {"text": outgoing.text, **_quick_replies(outgoing)}}] if outgoing.text else []
    files = [{"message": {"attachment": _upload(graph, line, file)}} for file in outgoing.files]
    return (
        files + text if outgoing.choices else text + files
    )  # buttons vanish as soon as something is below them


def _quick_replies(outgoing: Outgoing) -> dict[str, Any]:
    titles = titles_of(outgoing.choices, QUICK_REPLIES.max_title, QUICK_REPLIES.counting)
    drawn = [
        {"content_type": "text", "title": title, "payload": choice.id}
        for choice, title in zip(outgoing.choices, titles, strict=True)
    ]
    return {"quick_replies": drawn} if drawn else {}


def _check_text(line: Line, text: str) -> None:
    if not text:
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message is empty."))
    length = measured_length(text, line.counting)
    if length > line.max_length:
        unit = "bytes" if line.counting is Counting.BYTES else "characters"
        reason = f"The text has {length} {unit}; {line.name} takes {line.max_length}."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))


def _check_file(line: Line, file: File) -> None:
    if line.files is None:
        reason = f"{line.name} takes no files from here."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))
    bare = file.content_type.split(";", 1)[0].strip().lower()
    limit = line.files.limit_for(bare)
    if not limit:
        reason = f"{file.name} is of a type that {line.name} does not take ({bare})."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))
    if file.size > limit:
        reason = f"{file.name} is larger than the {limit // MIB} MiB that {line.name} takes."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))


def _upload(graph: Graph, line: Line, file: File) -> dict[str, Any]:
    """Hand a file over; the attachment that names it. Nobody sees it yet. Raises SendRefused."""
    main = file.content_type.split("/", 1)[0].lower()
    kind = main if main in {"image", "video", "audio"} else "file"
    attachment = {"attachment": {"type": kind, "payload": {"is_reusable": True}}}
    data = {"message": json.dumps(attachment), **({"platform": line.platform} if line.platform else {})}
    name = _UNSAFE.sub("_", clean(file.name, 240)).strip() or kind
    files = {"filedata": (name, file.read(), file.content_type)}
    answer = graph.upload(line.node, "message_attachments", data=data, files=files)
    found = text_of(answer.get("attachment_id"), 100)
    if not found:
        raise SendRefused(graph.nonsense(repeatable=True))
    return {"type": kind, "payload": {"attachment_id": found}}


def _post(graph: Graph, line: Line, payload: Mapping[str, Any]) -> tuple[str, str]:
    """The message's id, and the id of the person it went to."""
    answer = graph.post(line.node, "messages", json=payload)
    message_id = text_of(answer.get("message_id"), 255).strip()
    if not message_id:
        raise SendRefused(graph.nonsense(repeatable=False))
    return message_id, text_of(answer.get("recipient_id"), 100).strip()


def _half_sent(failure: Failure, done: int, total: int) -> Failure:
    """A part has arrived: repeating the whole would double it, so that a person must decide."""
    reason = f"{done} of {total} parts were sent; then: {failure.reason or failure.error.value}"
    return Failure(ErrorClass.UNCERTAIN, reason, code=failure.code, partial=True)


# --- what is public ----------------------------------------------------------------------------------------------------

# A comment that is gone is a matter of that comment alone.
PUBLIC_MEANINGS = Meanings(
    codes={9: ErrorClass.ABUSE_STOP, 1705: ErrorClass.CONTENT, 1346003: ErrorClass.CONTENT},
    subcodes={OBJECT_GONE: ErrorClass.RECIPIENT_GONE, 2534048: ErrorClass.CONFIG},
    words={OBJECT_GONE: "What is answered does not exist any more, or it cannot be answered."},
)


def fetch_file(graph: Graph, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
    """Content and type of a file that came along by its address. Raises SendRefused."""
    url = text_of(remote.get("url"), 4000)
    if not url.startswith(("https://", "http://")):
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message names no file that could be fetched."))
    try:
        answer = graph.download(url, limit, may_know=False)
    except SendRefused as refusal:
        raise _expired(refusal) from refusal
    return answer.body, answer.headers.get("content-type", "").split(";", 1)[0].strip()[:127]


def _expired(refusal: SendRefused) -> SendRefused:
    """Addresses of files live for days; a story is gone when its owner takes it back. That says nothing about the account."""
    gone = refusal.failure.error is ErrorClass.RECIPIENT_GONE
    if gone or refusal.failure.code in {"400", "401", "403", "404", "410"}:
        reason = "The network does not have this file any more."
        return SendRefused(Failure(ErrorClass.CONTENT, reason, code=refusal.failure.code))
    return refusal
