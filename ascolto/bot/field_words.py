"""What a form calls the choices of a flow's text: the text keeps its own short words, people read theirs."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

Words = str | Promise
# by kind of choices, see node_fields.Known
WORDS: Mapping[str, Mapping[str, Words]] = {
    "types": {
        "choice": _("One of a few"),
        "code": _("Code"),
        "date": _("Date"),
        "email": _("E-mail"),
        "files": _("Photos or files"),
        "number": _("Number"),
        "phone": _("Telephone number"),
        "text": _("Free text"),
    },
    "priorities": {"low": _("Low"), "normal": _("Normal"), "high": _("High"), "urgent": _("Urgent")},
    "maybe": {"true": _("Yes"), "false": _("No")},
    "moods": {
        "angry": _("Angry"),
        "negative": _("Negative"),
        "neutral": _("Neutral"),
        "positive": _("Positive"),
    },
    "channels": {
        "chat": _("Chat"),
        "email": _("E-mail"),
        "instagram": "Instagram",
        "messenger": "Messenger",
        "phone": _("Telephone"),
        "sms": "SMS",
        "telegram": "Telegram",
        "whatsapp": "WhatsApp",
    },
    "days": {
        "mon": _("Monday"),
        "tue": _("Tuesday"),
        "wed": _("Wednesday"),
        "thu": _("Thursday"),
        "fri": _("Friday"),
        "sat": _("Saturday"),
        "sun": _("Sunday"),
    },
    "targets": {"person": _("a person"), "return": _("back to the flow that called")},
    "words_or_slots": {"last": _("what the customer wrote last")},
}


def choice_name(kind: str, value: str) -> str:
    """A choice as the reader calls it; names of the flow itself stay as they are."""
    if kind == "languages":
        return language_name(value)
    return str(WORDS.get(kind, {}).get(value, value))


def language_name(code: str) -> str:
    """A language as the reader calls it; a code that is not known stays a code."""
    try:
        name = str(get_language_info({"zh": "zh-hans"}.get(code, code))["name_translated"])
    except KeyError:
        return code
    return name[:1].upper() + name[1:]
