"""A message of ours into requests: files first, since they may be uploaded again, then what the customer sees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ascolto.channels.adapters.whatsapp import media
from ascolto.channels.adapters.whatsapp.buttons import choices_parts
from ascolto.channels.adapters.whatsapp.people import address
from ascolto.channels.adapters.whatsapp.templates import template_payload
from ascolto.channels.protocol import Account, ErrorClass, Failure, Outgoing, SendRefused, Sent
from ascolto.channels.reading import objects_of, text_of
from ascolto.channels.vendors.meta_graph import Graph

MAX_TEXT = 4096
_LINK = re.compile(r"https?://\S")


def send(graph: Graph, account: Account, outgoing: Outgoing) -> Sent:
    """Hand a message to WhatsApp. Raises SendRefused."""
    number_id = _number_id(account, outgoing)
    envelope = _envelope(outgoing)
    parts = _parts(graph, number_id, account, outgoing)
    sent: list[str] = []
    for part in parts:
        try:
            sent.append(_post(graph, number_id, {**envelope, **part}))
        except SendRefused as refusal:
            if not sent:
                raise
            raise SendRefused(_half_sent(refusal.failure, len(sent), len(parts))) from refusal
        envelope.pop("context", None)  # one quotation is enough
    return Sent(tuple(sent))


def _number_id(account: Account, outgoing: Outgoing) -> str:
    """One hook may bring the messages of several numbers: the answer leaves from the number that was written to."""
    written_to = text_of(outgoing.extra.get("phone_number_id"), 40)
    usable = written_to.isascii() and written_to.isdigit()
    return written_to if usable else str(account.config.phone_number_id)


def _envelope(outgoing: Outgoing) -> dict[str, Any]:
    """What every part has in common. Raises SendRefused for nobody."""
    recipient = address(outgoing.recipient)
    if not recipient:
        reason = "Neither a telephone number nor a WhatsApp id is known."
        raise SendRefused(Failure(ErrorClass.RECIPIENT_GONE, reason))
    envelope: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual", **recipient}
    envelope["biz_opaque_callback_data"] = outgoing.tracker[:512]
    if _needs_quotation(outgoing):
        envelope["context"] = {"message_id": outgoing.reply_to}
    return envelope


def _needs_quotation(outgoing: Outgoing) -> bool:
    """Whether the customer might wonder what is answered, since something came after it.

    What was written in a group cannot be quoted: it is answered to its author alone.
    """
    is_newest = outgoing.references[-1:] == (outgoing.reply_to,)
    return outgoing.reply_to.startswith("wamid.") and not is_newest and not outgoing.extra.get("group_id")


def _parts(graph: Graph, number_id: str, account: Account, outgoing: Outgoing) -> list[dict[str, Any]]:
    """One request a part: WhatsApp has no message of several files."""
    if outgoing.template is not None:
        language = outgoing.language or account.language
        return [{"type": "template", "template": template_payload(outgoing.template, language)}]
    if len(outgoing.text) > MAX_TEXT:
        raise SendRefused(
            Failure(
                ErrorClass.CONTENT,
                f"The text has {len(outgoing.text)} characters; WhatsApp takes {MAX_TEXT}.",
            )
        )
    files = [_file_part(graph, number_id, file) for file in outgoing.files]
    if not outgoing.text:
        if not files:
            raise SendRefused(Failure(ErrorClass.CONTENT, "The message is empty."))
        return files
    if outgoing.choices:
        head, asked = choices_parts(outgoing)
        return [*files, *([text_part(head)] if head else []), asked]
    if len(files) == 1 and files[0]["type"] != "audio" and len(outgoing.text) <= media.CAPTION:
        files[0][files[0]["type"]]["caption"] = outgoing.text
        return files
    return [text_part(outgoing.text), *files]


def text_part(text: str) -> dict[str, Any]:
    """A text as a message of its own."""
    return {"type": "text", "text": {"body": text, "preview_url": bool(_LINK.search(text))}}


def _file_part(graph: Graph, number_id: str, file: Any) -> dict[str, Any]:
    kind = media.kind_of(file.content_type)
    limit = media.LIMITS.get(file.content_type.split(";", 1)[0].strip().lower(), media.LIMITS["*"])
    if file.size > limit:
        raise SendRefused(
            Failure(
                ErrorClass.CONTENT,
                f"{file.name} is larger than the {limit // media.MIB} MiB that WhatsApp takes.",
            )
        )
    return {"type": kind, kind: media.upload(graph, number_id, file)}


def _post(graph: Graph, number_id: str, payload: Mapping[str, Any]) -> str:
    answer = graph.post(number_id, "messages", json=payload)
    message = next(objects_of(answer.get("messages")), {})
    external_id = text_of(message.get("id"), 255).strip()
    if not external_id:
        raise SendRefused(graph.nonsense(repeatable=False))
    return external_id


def _half_sent(failure: Failure, done: int, total: int) -> Failure:
    """A part has arrived: repeating the whole would double it, so that a person must decide."""
    reason = f"{done} of {total} parts were sent; then: {failure.reason or failure.error.value}"
    return Failure(ErrorClass.UNCERTAIN, reason, code=failure.code, partial=True)
