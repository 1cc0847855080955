"""What a customer did, as the engine hears it: from messages, and from what was understood of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ascolto.bot.state import Heard, Understood
from ascolto.conversations.models import Message
from ascolto.understanding.models import Intent, Reading
from ascolto.understanding.written import own_words

NOTHING_TO_ANSWER = frozenset({Intent.THANKS, Intent.SPAM, Intent.PRAISE})


def heard_in(messages: Sequence[Message], readings: Mapping[int, Reading]) -> Heard:
    """What a customer did, by one message or by several that came together."""
    texts = [own_words(message.text, message.extra or {}) for message in messages]
    last = messages[-1]
    return Heard(
        text="\n".join(text for text in texts if text),
        choice=_choice_in(last),
        files=sum(message.attachments.count() for message in messages if message.kind != "text"),
        understood=_understood([readings[message.pk] for message in messages if message.pk in readings]),
    )


def _choice_in(message: Message) -> str:
    payload = (message.extra or {}).get("payload")
    return payload[:200] if isinstance(payload, str) else ""


def _understood(readings: Sequence[Reading]) -> Understood:
    """Of several messages the last one tells the matter, the angriest one the feeling."""
    if not readings:
        return Understood()
    last = next((one for one in reversed(readings) if one.topic is not None), readings[-1])
    sure = last.probabilities or {}
    return Understood(
        language=last.language,
        language_probability=last.language_probability,
        topic=last.topic.name if last.topic else "",
        topic_probability=float(sure.get("topic", 0.0)) if last.topic else 0.0,
        intent=last.intent,
        sentiment=last.sentiment,
        anger=max(one.anger for one in readings),
    )


def needs_no_answer(messages: Sequence[Message], readings: Mapping[int, Reading], *, is_first: bool) -> bool:
    """Mere thanks, and the like: no dialogue begins with that. Who greets first (`is_first`) is greeted."""
    told = [readings[message.pk] for message in messages if message.pk in readings]
    return len(told) == len(messages) and all(
        one.intent in NOTHING_TO_ANSWER or (not one.needs_answer and not is_first) for one in told
    )
