"""What a customer already gave: codes, numbers, addresses, readings, devices, what they tried, how they want to be reached.

Italian and English, by form and by the words around; needs neither numpy nor Django. What is only guessed at ("credo sia …"), what was
("il vecchio indirizzo"), and what is somebody else's ("il vostro numero verde") is no fact. What was said last counts; what it replaced is
kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ascolto.understanding.engine.deeds import deeds_in, is_done, thing_near
from ascolto.understanding.engine.personal.looked import Looked, look
from ascolto.understanding.engine.told_codes import Given, find_codes, find_others

LOOKED_AT = 8_000  # characters of a message that are looked at
MOST_FACTS = 60  # of one message
LONGEST_VALUE, LONGEST_WORDS = 120, 160
_PERSONAL = frozenset(
    {"phone", "email", "address", "fiscal_code", "vat", "iban", "birth_date", "document", "plate"}
)
LETTERS = frozenset({"email"})
CONTACTS = LETTERS | {"phone", "address"}
HIDDEN = frozenset({"iban", "document", "fiscal_code"})  # shown by their last characters alone
SEVERAL = frozenset({"tried", "sent"})  # one does not replace the other


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a text gives: `value` as it is written, `normal` so that two spellings are the same, `words` around it."""

    kind: str
    about: str  # of a deed what was done, and to what; of a wish whether it is the channel or the time
    start: int
    end: int
    value: str
    shown: str
    normal: str
    words: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the customer."""

    message: int
    at: datetime
    text: str
    conversation: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """A fact and the message that gave it. `is_current` is false where something else was said later."""

    kind: str
    about: str
    value: str
    shown: str
    normal: str
    words: str
    message: int
    conversation: int
    start: int
    end: int
    at: datetime
    is_current: bool = True


def gather(said: Iterable[Said]) -> list[Told]:
    """What these messages give, the newest first; the same thing said twice comes once, from where it was said last."""
    found: dict[tuple[str, str, str], Told] = {}
    newest: dict[tuple[str, str], str] = {}
    for one in sorted(said, key=lambda s: (s.at, s.message), reverse=True):
        for fact in facts_in(one.text):
            slot = (fact.kind, fact.about)
            if (*slot, fact.normal) in found:
                continue
            current = fact.kind in SEVERAL or newest.setdefault(slot, fact.normal) == fact.normal
            same_message = any(
                t.message == one.message and t.is_current and (t.kind, t.about) == slot
                for t in found.values()
            )
            found[(*slot, fact.normal)] = _told(fact, one, current or same_message)
    return list(found.values())


def _told(fact: Fact, one: Said, is_current: bool) -> Told:
    return Told(
        kind=fact.kind,
        about=fact.about,
        value=fact.value,
        shown=fact.shown,
        normal=fact.normal,
        words=fact.words,
        message=one.message,
        conversation=one.conversation,
        start=fact.start,
        end=fact.end,
        at=one.at,
        is_current=is_current,
    )


def facts_in(text: str) -> list[Fact]:
    """What one text gives, in order. Of a longer text the first 8,000 characters are looked at."""
    found: list[Fact] = []
    for looked in look(text[:LOOKED_AT]):
        given = sorted(_all_given(looked), key=lambda g: (g.begin, -g.end))
        end = -1
        for one in given:
            if one.begin < end or _is_no_fact(one, looked):
                continue
            end = one.end
            found.append(_fact(one, looked, text))
    return found[:MOST_FACTS]


def _all_given(looked: Looked) -> Iterator[Given]:
    codes = _first_of_a_place(find_codes(looked))
    yield from codes
    taken = [(g.begin, g.end) for g in codes]
    for one in (*_personal(looked), *find_others(looked)):
        if all(one.end <= begin or one.begin >= end for begin, end in taken):
            taken.append((one.begin, one.end))
            yield one
    for deed, match in deeds_in(looked.low):
        if is_done(looked.low, match):
            about = deed.name if deed.is_sending else f"{deed.name}:{thing_near(looked.low, *match.span())}"
            kind = "sent" if deed.is_sending else "tried"
            yield Given(kind, match.start(), match.start(), match.end(), about.rstrip(":"))


def _first_of_a_place(found: Iterable[Given]) -> list[Given]:
    """Of codes that two words announce ("il ticket dell'ordine 4471") the one whose word is nearest."""
    best: dict[int, Given] = {}
    for one in found:
        other = best.get(one.begin)
        if other is None or one.start > other.start:
            best[one.begin] = one
    return list(best.values())


def _personal(looked: Looked) -> Iterator[Given]:
    if not looked.has_digits and "@" not in looked.low and "via " not in looked.low:
        return
    # Not when the product starts: it knows the telephone numbers of every country.
    from ascolto.understanding.engine.personal import find_personal

    for datum in find_personal(looked.plain):
        if datum.kind in _PERSONAL:
            yield Given(datum.kind, datum.start, datum.start, datum.end)


_HEDGE = re.compile(
    r"(?<!\w)(?:forse|credo|penso|mi (?:pare|sembra)|dovrebbe essere|potrebbe essere|se non (?:sbaglio|erro)|se (?:mi )?ricordo bene"
    r"|non sono sicur[oa]"
    r"|i think|maybe|perhaps|probably|not sure|might be|should be|if i remember|if i'm not mistaken|i believe|i guess"
    r"|something like)(?!\w)"
)
_FORMER = re.compile(
    r"(?<!\w)(?:vecchi[oa]|precedente|ex|era|prima (?:era|abitavo|avevo)|old|former|previous|used to (?:be|have"
    r"|live))(?!\w)(?! (?:è sempre|is still))"
)
_NEGATED = re.compile(
    r"(?<!\w)(?:non (?:è|e'|sono|usate|usare|chiamate al|ho|abbiamo)(?! (?:ricevuto|avuto|risposta))|isn't|is not|not|don't use"
    r"|no longer)"
    r"(?: (?:più|il|la|lo|l'|al|mio|mia|my|the|anymore|a)){0,3} ?$"
)
_OTHERS = re.compile(
    r"(?<!\w)(?:vostr[oaie]|vs\.?|numero verde|call center|chiamat[oaie] (?:il|al|dal|da)|telefonat\w (?:al|dal)|ho chiamato"
    r"|abbiamo chiamato|scritto a"
    r"|your (?:\w{1,12} ){0,2}(?:number|line|hotline|helpline|e-?mail|address|office|store)|called (?:the|your|from|by)|i called|i rang"
    r"|calls? from"
    r"|emailed|wrote to|written to|negozio|filiale|punto vendita|sede|ufficio|store|shop|branch|office)(?!\w)"
)
_AFTER_HEDGE = re.compile(
    r"[ ,(]{1,3}(?:credo|penso|forse|mi pare|i think|i believe|i guess|maybe|non sono sicur|but i'm not sure|not sure)"
)


def _is_no_fact(one: Given, looked: Looked) -> bool:
    """Whether it is guessed, denied, past, or of somebody else: as the clause before it and the words behind it say."""
    if one.kind in {"tried", "sent", "preference"}:
        return False
    before = re.split(r"[.;!?\n]|, | ma | but ", looked.low[max(0, one.begin - 80) : one.begin])[-1]
    # the announcing words themselves may hold a comma or a stop ("n. cliente")
    before = max(before, looked.low[max(0, one.start - 25) : one.begin].rpartition("\n")[2], key=len)
    if _HEDGE.search(before) or _AFTER_HEDGE.match(looked.low, one.end) or _FORMER.search(before):
        return True
    if _NEGATED.search(looked.low[max(0, one.start - 40) : one.start]):
        return True
    return one.kind in CONTACTS and bool(_OTHERS.search(before))


def _fact(one: Given, looked: Looked, text: str) -> Fact:
    start, end = looked.place(one.begin, one.end)
    value = " ".join(looked.plain[one.begin : one.end].split())[:LONGEST_VALUE]
    words = _around(text, start, end)
    shown = hidden(value) if one.kind in HIDDEN else words if one.kind in SEVERAL else value
    if one.kind in HIDDEN:
        words = words.replace(" ".join(text[start:end].split()), shown)
    return Fact(one.kind, one.about, start, end, value, shown, normal(one.kind, value), words)


def _around(text: str, start: int, end: int) -> str:
    """The sentence around a place, on one line."""
    begins = max(text.rfind(mark, max(0, start - 90), start) for mark in "\n!?;")
    begins = max(begins + 1, start - 90, text.rfind(". ", max(0, start - 90), start) + 1, 0)
    stops = [place for mark in ("\n", "!", "?", ";", ". ") if (place := text.find(mark, end, end + 60)) >= 0]
    stop = min([*stops, end + 60, len(text)])
    return " ".join(text[begins:stop].split())[:LONGEST_WORDS]


def hidden(value: str) -> str:
    """Enough of a number to know it by: its first two and its last four characters."""
    compact = "".join(character for character in value if character.isalnum())
    return f"{compact[:2]}… {compact[-4:]}" if len(compact) > 8 else "…"


def normal(kind: str, value: str) -> str:
    """The value in one spelling."""
    if kind in LETTERS:
        return value.lower().replace(" ", "")
    compact = "".join(character for character in value.lower() if character.isalnum())
    if kind == "phone":
        digits = compact.removeprefix("00")
        return digits[2:] if digits.startswith("39") and len(digits) > 10 else digits
    return compact.upper()
