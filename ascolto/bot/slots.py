"""What a customer says, as the value of a slot: checked, and in one form. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date, timedelta

import phonenumbers
from babel.dates import format_date

from ascolto.bot.days import day_in
from ascolto.bot.flow import Slot
from ascolto.bot.state import LONGEST_VALUE, NOTHING, Heard, Situation
from ascolto.kit.text import clean, fold

_SIGN = r"[^@\s.,;:<>()\[\]«»“”\"]"  # of an address
_EMAIL = re.compile(
    rf"{_SIGN}{{1,63}}(?:\.{_SIGN}{{1,63}}){{0,6}}@{_SIGN}{{1,63}}(?:\.{_SIGN}{{1,63}}){{1,4}}"
)
_SPOKEN_EMAIL = re.compile(
    r"(?=\b([\w+-]+(?: (?:dot|punto|\.) [\w+-]+)*) ?(?:@|\bat\b|\bchiocciola\b) ?([\w-]+(?: ?(?:\bdot\b|\bpunto\b|\.) ?[\w-]+)+))",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"-?\d{1,9}([.,]\d{1,4})?")
_THOUSANDS = {"it": re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))"), "en": re.compile(r"(?<=\d),(?=\d{3}(?!\d))")}
_COUNTS = {
    word: str(place)
    for words in (
        "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici",
        "zero one two three four five six seven eight nine ten eleven twelve",
    )
    for place, word in enumerate(words.split())
}
_COUNTING = 3  # words of a message that tells a number in words
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_WORD_OF_CODE = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)*")
_NO_PART_OF_CODE = frozenset(
    {"il", "lo", "la", "e", "un", "no", "n", "nr", "my", "is", "it", "the", "mio", "cod", "id"}
)
_TELLING = 7  # words from which what a customer wrote says what happened, and not just what it is about
_LETTERS_OF_CODE = 3  # before its digits, when they stand apart: "TV 123456"
# How somebody says that there is none, in a short message.
_NONE = re.compile(
    r"\b(?:no|nessun[oa]|niente|nulla|salta|saltiamo|passo|passiamo|dopo|piu tardi|boh|mai avut[oaie]|non (?:mi |me lo "
    r"|ce l'?\s?|ne |lo |l')?"
    r"(?:ho|so|saprei|posso|riesco|trovo|ricordo|conosco|vedo)"
    r"|none|skip|later|n/a|no idea|not (?:sure|now|yet)|(?:do|did|have)(?:n'?t| not) (?:know|have|remember|find|got|recall)"
    r"|i (?:forgot|lost)"
    r"|have(?:n'?t| not)|can'?t|cannot)\b"
)
_YES_LABELS, _NO_LABELS = frozenset({"si", "yes"}), frozenset({"no"})
_YES = r"s+i+|si+ si+|certo|certamente|esatto|giusto|ok|okay|va bene|d'accordo|yeah|yep|yup|ye+s+|sure|correct|right|of course"
_NO = r"no+|nope|nah|non ancora|ancora (?:no|niente)|negativo|per niente|purtroppo no|not (?:yet|really)|unfortunately not|still not"
_NOT = re.compile(r"\b(?:non|no|not|n't|ne)\b")
_SHORT = 8  # words
_SHORT_OF_TEXT = 4  # where any words are an answer


def read_slot(slot: Slot, heard: Heard, situation: Situation, language: str) -> str:
    """The value that was told; empty where there is none that can be used."""
    said = clean(heard.digits or heard.text, LONGEST_VALUE).strip()
    value = _told(slot, heard, said, situation, language)
    if slot.is_optional and slot.type == "text":
        return NOTHING if _is_none(said, _SHORT_OF_TEXT) else value
    return NOTHING if slot.is_optional and not value and _is_none(said) else value


def _told(slot: Slot, heard: Heard, said: str, situation: Situation, language: str) -> str:
    if slot.type == "files":
        return str(min(heard.files, 99)) if heard.files > 0 else ""
    if slot.type == "choice":
        return _choice(slot, heard, said, language)
    if slot.type == "code" and heard.digits:
        return _keyed(slot.mask, heard.digits)
    return normalise(slot, said, situation) if said else ""


def _is_none(said: str, most: int = _SHORT) -> bool:
    plain = fold(said[:200]).replace("’", "'")
    return len(plain.split()) <= most and _NONE.search(plain) is not None


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
        return _email(said)
    if slot.type == "number":
        return _number(said, situation.language)
    if slot.type == "date":
        return _date(slot, said, situation)
    if slot.type == "choice":
        return said if said in slot.values else ""
    return said


def _email(said: str) -> str:
    """An address, also as it is spelt on the telephone: "giulia chiocciola example punto it"."""
    found = _EMAIL.search(said)
    if found:
        return found[0].lower()
    spoken = [*_SPOKEN_EMAIL.finditer(said[:300])] if len(said.split()) > 1 else []
    if not spoken:
        return ""
    whole = next(
        one for one in spoken if one.end(2) == spoken[-1].end(2)
    )  # those behind begin in the middle of it
    who, where = (re.sub(r"\s*(?:\bdot\b|\bpunto\b|\.)\s*", ".", part.lower()) for part in whole.groups())
    return f"{who}@{where}" if _EMAIL.fullmatch(f"{who}@{where}") else ""


def _number(said: str, language: str) -> str:
    """The first number, with a point before its fraction."""
    found = _NUMBER.search(_THOUSANDS.get(language or "it", _THOUSANDS["it"]).sub("", said[:500]))
    if found:
        return found[0].replace(",", ".")
    words = re.findall(r"\w+", fold(said[:100]))
    told = [_COUNTS[word] for word in words if word in _COUNTS] if len(words) <= _COUNTING else []
    return told[0] if len(told) == 1 and "no" not in words else ""


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
    labels = {
        name: fold(w.text) for name, text in slot.values.items() if (w := text.by_language.get(language))
    }
    named = [name for name, label in labels.items() if _names(label, plain)]
    named = named or [name for name, label in labels.items() if _means(label, plain, labels.values())]
    return named[0] if len(named) == 1 else ""


def _names(label: str, plain: str) -> bool:
    """Whether the label is said, or a part of it between commas ("Sì, ora funziona")."""
    parts = [part.strip() for part in label.split(",") if part.strip()]
    return any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", plain) for part in parts)


def _means(label: str, plain: str, labels: Collection[str]) -> bool:
    """Whether a short answer says it otherwise: yes and no in other words, or a word that only this label has."""
    words = re.findall(r"\w+", plain)
    if not 0 < len(words) <= _TELLING:
        return False
    first = label.split(",")[0].split(" ")[0]
    if first in _YES_LABELS or first in _NO_LABELS:
        return re.fullmatch(_YES if first in _YES_LABELS else _NO, plain.strip(" .,!?")) is not None
    if _NOT.search(plain):
        return False
    others = {_stem(word) for each in labels if each != label for word in re.findall(r"\w{4,}", each)}
    own = {_stem(word) for word in re.findall(r"\w{4,}", label)} - others
    return any(_stem(word) in own for word in words if len(word) >= 4)


def _stem(word: str) -> str:
    """Without the end that makes it one or many."""
    return word[:-1] if len(word) > 4 else word


def mask_pattern(mask: str) -> re.Pattern[str]:
    """A mask as a pattern: 9 a digit, A a letter, * either, all else as it is. Spaces and strokes between may be missing."""
    classes = {"9": r"\d", "A": "[A-Za-z]", "*": "[A-Za-z0-9]"}
    parts = [
        classes.get(char) or re.escape(char) for char in mask if not char.isspace() and char not in "-/."
    ]
    return re.compile(
        r"(?<![A-Za-z0-9])" + r"[\s\-/._#]{0,2}".join(parts) + r"(?![A-Za-z0-9])", re.IGNORECASE | re.ASCII
    )


def _code(mask: str, said: str) -> str:
    told = unicodedata.normalize("NFKC", said[:500])
    if not mask:
        return _code_of_any_form(told)
    found = mask_pattern(mask).search(told)
    if found is None and re.fullmatch(r"[0-9\s./-]+", told):
        return _keyed(mask, told)  # of a code whose letters never change the digits are enough
    return re.sub(r"[\s\-/._#]", "", found[0]).upper() if found else ""


def _code_of_any_form(said: str) -> str:
    """The one word with digits, or some that stand beside each other ("TV 123 456"), with the capital letters right before them."""
    words = _WORD_OF_CODE.findall(said)
    places = [
        place for place, word in enumerate(words) if word.isascii() and any(char.isdigit() for char in word)
    ]
    if not places or places[-1] - places[0] != len(places) - 1:
        return ""
    before = words[places[0] - 1] if places[0] else ""
    is_short = before.isascii() and before.isalpha() and len(before) <= _LETTERS_OF_CODE
    is_part = is_short and (before.isupper() or (len(words) == 2 and before.lower() not in _NO_PART_OF_CODE))
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
    latest = situation.moment.date() + (slot.latest or timedelta(days=366))
    found = day_in(said, situation.moment, situation.language, latest)
    return found.isoformat() if found else ""


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
