"""What a customer says, as the value of a slot: checked, and in one form. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

import phonenumbers
from babel.dates import format_date

from ascolto.bot.flow import Slot
from ascolto.bot.state import LONGEST_VALUE, NOTHING, Heard, Situation
from ascolto.conversations.when import read_when
from ascolto.kit.text import clean, fold

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]{1,63}(\.[^@\s.]{1,63}){1,4}")
_NUMBER = re.compile(r"-?\d{1,9}([.,]\d{1,4})?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_WORD_OF_CODE = re.compile(r"[A-Za-z0-9]+(?:[-/.][A-Za-z0-9]+)*")
_TELLING = 7  # words from which what a customer wrote says what happened, and not just what it is about
_LETTERS_OF_CODE = 3  # before its digits, when they stand apart: "TV 123456"
# How somebody says that there is none, in a short message.
_NONE = re.compile(
    r"(no|nessun[oa]|niente|salta|dopo|piu tardi|non (ce l'?\s?ho|lo so|lo ho|posso|riesco|lo trovo|ricordo|lo ricordo)"
    r"|none|skip|later|don'?t (know|have)|do not (know|have)|can'?t|cannot)\b"
)
_SHORT = 8  # words


def read_slot(slot: Slot, heard: Heard, situation: Situation, language: str) -> str:
    """The value that was told; empty where there is none that can be used."""
    said = clean(heard.digits or heard.text, LONGEST_VALUE).strip()
    value = _told(slot, heard, said, situation, language)
    return NOTHING if slot.is_optional and (not value or slot.type == "text") and _is_none(said) else value


def _told(slot: Slot, heard: Heard, said: str, situation: Situation, language: str) -> str:
    if slot.type == "files":
        return str(min(heard.files, 99)) if heard.files > 0 else ""
    if slot.type == "choice":
        return _choice(slot, heard, said, language)
    if slot.type == "code" and heard.digits:
        return _keyed(slot.mask, heard.digits)
    return normalise(slot, said, situation) if said else ""


def _is_none(said: str) -> bool:
    plain = fold(said[:200]).replace("’", "'")
    return len(plain.split()) <= _SHORT and _NONE.search(plain) is not None


def from_opening(slot: Slot, opening: str, situation: Situation, language: str) -> str:
    """The value of a slot in the words that led here; empty where they do not say it."""
    if slot.type == "choice":
        return _choice(slot, Heard(opening), opening, language)
    if slot.type == "text" and len(opening.split()) < _TELLING:
        return ""
    return normalise(slot, opening, situation)


def normalise(slot: Slot, said: str, situation: Situation) -> str:
    """A text as the value of a slot, in one form; empty where it is none."""
    if slot.type == "code":
        return _code(slot.mask, said)
    if slot.type == "phone":
        return _phone(said)
    if slot.type == "email":
        found = _EMAIL.search(said)
        return found[0].lower().rstrip(".,;") if found else ""
    if slot.type == "number":
        found = _NUMBER.search(said)
        return found[0].replace(",", ".") if found else ""
    if slot.type == "date":
        return _date(slot, said, situation)
    if slot.type == "choice":
        return said if said in slot.values else ""
    return said


def _choice(slot: Slot, heard: Heard, said: str, language: str) -> str:
    chosen = heard.choice.rpartition(".")[2] if heard.choice else ""
    if chosen in slot.values:
        return chosen
    plain = fold(said[:200])
    for name, text in slot.values.items():
        wording = text.by_language.get(language)
        label = fold(wording.text) if wording else ""
        if plain and (plain == fold(name) or plain == label):
            return name
    named = [name for name, text in slot.values.items() if _names(text.by_language.get(language), plain)]
    return named[0] if len(named) == 1 else ""


def _names(wording: object, plain: str) -> bool:
    """Whether the label is said, or a part of it between commas ("Sì, ora funziona")."""
    label = fold(getattr(wording, "text", ""))
    parts = [part.strip() for part in label.split(",") if part.strip()]
    return any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", plain) for part in parts)


def mask_pattern(mask: str) -> re.Pattern[str]:
    """A mask as a pattern: 9 a digit, A a letter, * either, all else as it is. Spaces and strokes between may be missing."""
    classes = {"9": r"\d", "A": "[A-Za-z]", "*": "[A-Za-z0-9]"}
    parts = [
        classes.get(char) or re.escape(char) for char in mask if not char.isspace() and char not in "-/."
    ]
    return re.compile(
        r"(?<![A-Za-z0-9])" + r"[\s\-/.]?".join(parts) + r"(?![A-Za-z0-9])", re.IGNORECASE | re.ASCII
    )


def _code(mask: str, said: str) -> str:
    if not mask:
        return _code_of_any_form(said[:500])
    found = mask_pattern(mask).search(said[:500])
    return re.sub(r"[\s\-/.]", "", found[0]).upper() if found else ""


def _code_of_any_form(said: str) -> str:
    """The one word with digits, or some that stand beside each other ("TV 123 456"), with the capital letters right before them."""
    words = _WORD_OF_CODE.findall(said)
    places = [place for place, word in enumerate(words) if any(char.isdigit() for char in word)]
    if not places or places[-1] - places[0] != len(places) - 1:
        return ""
    before = words[places[0] - 1] if places[0] else ""
    is_part = before.isalpha() and len(before) <= _LETTERS_OF_CODE and (before.isupper() or len(words) == 2)
    code = re.sub(r"[-/.]", "", (before if is_part else "") + "".join(words[place] for place in places))
    return code.upper() if 3 <= len(code) <= 40 else ""


def _keyed(mask: str, digits: str) -> str:
    """A code from the keys of a telephone, which has no letters: those that the mask gives are put in."""
    keyed = re.sub(r"\D", "", digits)[:40]
    signs = [char for char in mask if char.isalnum() or char == "*"]
    if not signs:
        return keyed if len(keyed) >= 3 else ""
    if "A" in signs or "*" in signs or signs.count("9") != len(keyed):
        return ""
    rest = iter(keyed)
    return "".join(next(rest) if char == "9" else char for char in signs).upper()


def _phone(said: str) -> str:
    region = None if said.lstrip().startswith("+") else "IT"
    for found in phonenumbers.PhoneNumberMatcher(said[:200], region, max_tries=20):
        return phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164)
    return ""


def _written(number: str) -> str:
    """A number as people write it."""
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _date(slot: Slot, said: str, situation: Situation) -> str:
    """The day of what is said ("lunedì", "12/3", "tomorrow"); none before today, none later than the slot allows."""
    today = situation.moment.date()
    iso = _ISO.search(said)
    found: date | None = None
    if iso:
        try:
            found = date(int(iso[1]), int(iso[2]), int(iso[3]))
        except ValueError:
            return ""
    else:
        zone = getattr(situation.moment.tzinfo, "key", "UTC")
        read = read_when(said[:120], now=situation.moment, zone=zone, language=situation.language or "en")
        found = read.at.astimezone(situation.moment.tzinfo).date() if read else None
    latest = today + (slot.latest or timedelta(days=366))
    return found.isoformat() if found and today <= found <= latest else ""


def shown(slot: Slot | None, value: str, language: str) -> str:
    """A value in words: a choice by its name, a date as people write it; what the customer has not is a stroke."""
    if slot is None or not value:
        return value
    if value == NOTHING:
        return "–"
    if slot.type == "choice" and value in slot.values:
        wording = slot.values[value].by_language.get(language)
        return wording.text if wording and wording.text else value
    if slot.type == "phone":
        return _written(value)
    if slot.type == "date" and (iso := _ISO.fullmatch(value)):
        try:
            return format_date(date(int(iso[1]), int(iso[2]), int(iso[3])), "full", locale=language or "en")
        except ValueError:
            return value
    return value
