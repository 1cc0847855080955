"""A message of ours into requests. `send` reaches one person, `publish` a group: neither can do the other's work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ascolto.channels.adapters.telegram import files
from ascolto.channels.adapters.telegram.botapi import Bot, Files
from ascolto.channels.adapters.telegram.errors import MOVED, UNFORMATTED
from ascolto.channels.adapters.telegram.formatting import telegram_html
from ascolto.channels.adapters.telegram.people import USER, external_id, number_of
from ascolto.channels.capabilities import Choices
from ascolto.channels.choosing import titles_of
from ascolto.channels.protocol import ErrorClass, Failure, Outgoing, SendRefused, Sent
from ascolto.channels.reading import Unreadable, object_of, objects_of, text_of

MAX_TEXT = 4096
# Telegram names no length of a title: what a telephone shows on one line. An id is the `callback_data`.
BUTTONS = Choices(max_count=20, max_title=60, max_id=64)
Target = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One request: its method, its parameters, and what it uploads, which is read when its turn comes."""

    method: str
    params: Mapping[str, Any]
    uploads: Callable[[], Files] | None = None
    plain: str = ""  # the text without its formatting


def send(bot: Bot, outgoing: Outgoing) -> Sent:
    """Write to one person. Raises SendRefused."""
    try:
        return _deliver(bot, _person(outgoing), outgoing)
    except SendRefused as refusal:
        if outgoing.from_public and refusal.failure.error is ErrorClass.BLOCKED:
            raise SendRefused(_with_a_link(bot, refusal.failure)) from refusal
        raise


def _with_a_link(bot: Bot, failure: Failure) -> Failure:
    """Bots cannot write first: somebody from a group must open the chat. What they read in the group stays open."""
    name = text_of(object_of(bot.look("getMe")).get("username"), 64)
    reason = (
        "This person has not written to the bot, or has blocked it. "
        f"Answer in the group with a link by which they can write: https://t.me/{name}"
    )
    return replace(failure, error=ErrorClass.CONFIG, reason=reason, of_message=True)


def publish(bot: Bot, outgoing: Outgoing) -> Sent:
    """Write into the group in which the customer wrote. Raises SendRefused."""
    if outgoing.extra.get("guest_query_id"):
        reason = "The bot was only mentioned in this chat and is not in it: it cannot answer there."
        raise SendRefused(Failure(ErrorClass.CONFIG, reason, of_message=True))
    chat = number_of(outgoing.extra.get("chat_id"))
    if not chat.startswith("-"):
        reason = "It is not known in which group the answer belongs."
        raise SendRefused(Failure(ErrorClass.CONFIG, reason, of_message=True))
    topic = number_of(outgoing.extra.get("message_thread_id"))
    return _deliver(
        bot, {"chat_id": chat, **({"message_thread_id": topic} if topic else {})}, outgoing, quotes=True
    )


def _person(outgoing: Outgoing) -> Target:
    """Where nobody but the customer reads it: their own chat, also as the business account or below a channel."""
    known = (handle.value for handle in outgoing.recipient if handle.namespace == USER)
    person = next((value for value in known if number_of(value) and not value.startswith("-")), "")
    if not person:
        reason = "No Telegram user is known to whom it could be sent."
        raise SendRefused(Failure(ErrorClass.RECIPIENT_GONE, reason))
    extra = {} if outgoing.from_public else outgoing.extra
    direct = number_of(extra.get("direct_topic"))
    if direct and number_of(extra.get("direct_user")) == person:
        return {"chat_id": number_of(extra.get("chat_id")), "direct_messages_topic_id": direct}
    connection = text_of(extra.get("business_connection_id"), 100)
    return {"chat_id": person, **({"business_connection_id": connection} if connection else {})}


def _deliver(bot: Bot, target: Target, outgoing: Outgoing, *, quotes: bool = False) -> Sent:
    quotation = _quotation(target, outgoing, always=quotes)
    parts = _parts(outgoing)
    ids: list[str] = []
    for place, part in enumerate(parts):
        try:
            result, target = _do(bot, part, target, quotation if place == 0 else {})
            ids += _ids(bot, result, target)
        except SendRefused as refusal:
            if not place:
                raise
            raise SendRefused(_half_sent(refusal.failure, place, len(parts))) from refusal
    return Sent(tuple(ids))


def _do(bot: Bot, part: Part, target: Target, quotation: Mapping[str, Any]) -> tuple[Any, Target]:
    """Do it; where Telegram itself says how it would work, do it so. Nothing has left when it says that."""
    uploads = part.uploads() if part.uploads else None
    params = dict(part.params)
    for _ in range(3):
        try:
            return bot.do(part.method, {**target, **quotation, **params}, uploads), target
        except SendRefused as refusal:
            code = refusal.failure.code
            if code.startswith(MOVED):
                target, quotation = {**target, "chat_id": code.removeprefix(MOVED)}, {}
            elif code == UNFORMATTED and "parse_mode" in params:
                del params["parse_mode"]
                params["text"] = part.plain
            else:
                raise
    raise SendRefused(
        Failure(ErrorClass.CONFIG, "The group changes its id again and again.", of_message=True)
    )


def _quotation(target: Target, outgoing: Outgoing, *, always: bool) -> dict[str, Any]:
    """Names the message that is answered, where the customer might wonder since something came after it."""
    *_, chat, number = ["", "", *outgoing.reply_to.rsplit(":", 2)]
    if outgoing.reply_to.startswith("callback:") or chat != target["chat_id"] or not number_of(number):
        return {}
    if outgoing.references[-1:] == (outgoing.reply_to,) and not always:
        return {}
    return {"reply_parameters": {"message_id": int(number), "allow_sending_without_reply": True}}


def _parts(outgoing: Outgoing) -> list[Part]:
    """One request a part: a text may be the caption of files; photos and videos leave as one album."""
    if len(outgoing.text) > MAX_TEXT:
        reason = f"The text has {len(outgoing.text)} characters; Telegram takes {MAX_TEXT}."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))
    if not outgoing.text and not outgoing.files:
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message is empty."))
    for file in outgoing.files:
        files.check_size(file)
    captioned = bool(outgoing.files) and len(outgoing.text) <= files.CAPTION and not outgoing.choices
    text = [] if captioned or not outgoing.text else [_text_part(outgoing)]
    parts = [] if outgoing.choices else text
    for place, group in enumerate(files.groups(outgoing.files)):
        caption = outgoing.text if captioned and place == 0 else ""
        method, params = files.request(group, caption)
        parts.append(Part(method, params, files.reader(group)))
    return [*parts, *text] if outgoing.choices else parts  # the buttons stand below everything else


def _text_part(outgoing: Outgoing) -> Part:
    formatted = telegram_html(outgoing.html) if outgoing.html else ""
    below = _keyboard(outgoing)
    if not formatted:
        return Part("sendMessage", {"text": outgoing.text, **below})
    return Part("sendMessage", {"text": formatted, "parse_mode": "HTML", **below}, plain=outgoing.text)


def _keyboard(outgoing: Outgoing) -> dict[str, Any]:
    """Buttons below the text, one a line."""
    titles = titles_of(outgoing.choices, BUTTONS.max_title, BUTTONS.counting)
    rows = [
        [{"text": title, "callback_data": choice.id}]
        for choice, title in zip(outgoing.choices, titles, strict=True)
    ]
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _ids(bot: Bot, result: Any, target: Target) -> list[str]:
    told = list(objects_of(result)) or [object_of(result)]
    connection = target.get("business_connection_id", "")
    try:
        return [external_id(item.get("chat"), item.get("message_id"), connection) for item in told]
    except Unreadable as error:
        raise bot.nonsense() from error


def _half_sent(failure: Failure, done: int, total: int) -> Failure:
    """A part has arrived: repeating the whole would double it, so that a person must decide."""
    reason = f"{done} of {total} parts were sent; then: {failure.reason or failure.error.value}"
    return Failure(ErrorClass.UNCERTAIN, reason, code=failure.code, partial=True)
