"""A turn of a flow as a caller hears it, and what a caller does as the engine hears it. Pure.

Whatever is asked, zero reaches a person, and it is said. Choices are keys and words; codes, numbers and days are keys up to hash, or
words; files, and free words where nobody writes them down, are recordings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ascolto.bot.flow import PERSON, Ask, Flow, Menu, Slot
from ascolto.bot.state import Choice, HandedOff, Heard, Situation, State, Turn
from ascolto.bot.walking import AWAY, Walk
from ascolto.bot.wording import PERSON as PERSON_WORDS
from ascolto.bot.wording import phrase
from ascolto.channels.vendors import ivr_state
from ascolto.channels.vendors.calls import MOST_HINTS, MOST_KEYS, VOICES, CallHeard, CallTurn, Spoken, Then
from ascolto.kit.text import fold

SECONDS = 6  # of silence after a question
TYPING = 8  # where several keys are pressed
ANSWER = 60  # seconds of a recording that answers a question
HOLDING = 2  # seconds until it is asked again whether an outcome is there
LONGEST_SAID = 900  # characters of one text
DEFAULT = "en"
WORDS: dict[str, dict[str, str]] = {
    "keys": {
        "it": "Digita le cifre e premi cancelletto, oppure dillo a voce.",
        "en": "Type the digits and press hash, or say it.",
    },
    "keys.only": {"it": "Digita le cifre e premi cancelletto.", "en": "Type the digits and press hash."},
    "date": {
        "it": "Dillo a voce, oppure digita giorno e mese, due cifre ciascuno, e premi cancelletto.",
        "en": "Say it, or type the day and the month, two digits each, and press hash.",
    },
    "date.only": {
        "it": "Digita giorno e mese, due cifre ciascuno, e premi cancelletto.",
        "en": "Type the day and the month, two digits each, and press hash.",
    },
    "record": {
        "it": "Parla dopo il segnale, e premi cancelletto quando hai finito.",
        "en": "Speak after the tone, and press hash when you have finished.",
    },
    "recorded": {"it": "(messaggio registrato)", "en": "(recorded message)"},
    "language": {"it": "Per l'italiano premi {digit}.", "en": "For English press {digit}."},
    "option": {"it": "Per {label} premi {digit}.", "en": "For {label} press {digit}."},
    "hold": {"it": "Un attimo, controllo.", "en": "One moment, I am checking."},
    "nobody": {"it": "Mi dispiace, in questo momento nessuno è libero.", "en": "I am sorry, nobody is free right now."},
    "goodbye": {"it": "Grazie della chiamata. Arrivederci.", "en": "Thank you for calling. Goodbye."},
}  # fmt: skip
_ASKED_BY_KEYS = {"code", "phone", "number", "date"}
_DIGITS: Mapping[str, str] = {
    "zero": "0", "uno": "1", "una": "1", "due": "2", "tre": "3", "quattro": "4", "cinque": "5", "sei": "6", "sette": "7",
    "otto": "8", "nove": "9", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "oh": "0",
}  # fmt: skip
_LONG_NUMBER = re.compile(r"\+?\d[\d ]{4,}\d")
_CODE = re.compile(r"\b([A-Z]{1,4})(?=\d{5})")  # the letters before a long number
_ADDRESS = re.compile(r"https?://([^\s/?#]+)\S*")
_HAS_KEY = re.compile(r"\b(premi|prema|press)\b", re.IGNORECASE)
_UNSPEAKABLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe0f\U0001f000-\U0001faff\u2600-\u27bf]")


def words(key: str, language: str, **values: str) -> str:
    """What only callers hear."""
    versions = WORDS[key]
    return versions.get(language, versions[DEFAULT]).format(**values)


# --- what is said ------------------------------------------------------------------------------------------------------------


def spoken(text: str) -> str:
    """A text for a voice: long numbers digit by digit, the host of an address, nothing that cannot be said."""
    plain = _UNSPEAKABLE.sub("", _ADDRESS.sub(r"\1", text))
    plain = _CODE.sub(lambda found: f"{' '.join(found[1])} ", plain)
    plain = _LONG_NUMBER.sub(lambda found: ", ".join(re.sub(r"\D", "", found[0])), plain)
    return re.sub(r"\s+", " ", plain).strip()[:LONGEST_SAID]


def voiced(
    turn: Turn, flows: Mapping[str, Flow], line: CallHeard, *, place: int, discloses: bool = False
) -> CallTurn:
    """What the caller hears, and what is waited for. `discloses`: the first thing said is that a machine speaks."""
    state = turn.state
    language = state.language
    says = [
        Spoken(spoken(said.text), language, name="disclosure" if discloses and not at else said.node)
        for at, said in enumerate(turn.says)
    ]
    then, asks = _then(turn, flows, line)
    if asks:
        says.append(Spoken(words(asks, language), language, name=f"how-{asks.replace('.', '-')}"))
    if isinstance(then, ivr_state.HangUp) and not turn.says:
        says.append(Spoken(words("goodbye", language), language, name="goodbye"))
    says += [_option(choice, language) for choice in turn.choices]
    return CallTurn(tuple(one for one in says if one.text), then, place, language)


def _option(choice: Choice, language: str) -> Spoken:
    """The choice comes before its key: nobody remembers a key that was heard first."""
    if choice.id == PERSON:
        return Spoken(phrase("person", language, "phone"), language, name="person")
    told = spoken(choice.spoken or choice.title)
    name = choice.id.replace(".", "-")
    if _HAS_KEY.search(told):
        return Spoken(told, language, name=name, digits=choice.key)
    label = told.rstrip(".!?")
    label = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    text = words("option", language, label=label, digit=choice.key)
    return Spoken(text, language, name=name, digits=choice.key)


def _then(turn: Turn, flows: Mapping[str, Flow], line: CallHeard) -> tuple[Then, str]:
    """What is waited for, and the key of the words that say how to answer."""
    state = turn.state
    if turn.wanted is not None:
        return ivr_state.Ask(1, HOLDING), ""
    if not state.waits:
        is_handed = any(isinstance(effect, HandedOff) for effect in turn.effects)
        rings = is_handed and state.done and line.has_people
        return (ivr_state.Connect("", line.ring_for) if rings else ivr_state.HangUp()), ""
    hears = line.hears_words and state.language in VOICES
    if turn.asks == "files" or (turn.asks in {"text", "email"} and not hears):
        return ivr_state.Record(ivr_state.LONGEST_MESSAGE if turn.asks == "files" else ANSWER), "record"
    if turn.asks in {"text", "email"}:
        return ivr_state.Ask(1, SECONDS, speech=True), ""
    if turn.asks in _ASKED_BY_KEYS:
        how = "date" if turn.asks == "date" else "keys"
        return ivr_state.Ask(MOST_KEYS, TYPING, hears), how if hears else f"{how}.only"
    most = max((len(choice.key) for choice in turn.choices), default=1)
    hints = tuple(hints_of(turn, flows)) if hears else ()
    return ivr_state.Ask(most, SECONDS, hears, hints), ""


def hints_of(turn: Turn, flows: Mapping[str, Flow]) -> list[str]:
    """Words that are likely to be said: labels, the words of the options, those for a person. At most MOST_HINTS."""
    language = turn.state.language
    found = [choice.title for choice in turn.choices if choice.id != PERSON]
    flow = flows.get(turn.state.flow)
    node = flow.nodes.get(turn.state.node) if flow is not None else None
    if isinstance(node, Menu):
        found += [word for option in node.options for word in option.words.get(language, ())]
    if flow is not None:
        found += flow.person_words.get(language, ())
    found += PERSON_WORDS.get(language, ())
    return [hint[:100] for hint in dict.fromkeys(spoken(word) for word in found) if hint][:MOST_HINTS]


# --- what is heard -----------------------------------------------------------------------------------------------------------


def slot_asked(state: State, flows: Mapping[str, Flow]) -> Slot | None:
    """The slot whose question is open."""
    flow = flows.get(state.flow)
    node = flow.nodes.get(state.node) if flow is not None else None
    if not isinstance(node, Ask):
        return None
    named = (flows.get(slug) for slug in (state.flow, *(slug for slug, _ in reversed(state.stack))))
    return next((one.slots[node.slot] for one in named if one is not None and node.slot in one.slots), None)


def heard_words(heard: CallHeard, slot: Slot | None, language: str) -> Heard:
    """What the caller did, for the engine. Zero stays zero, whatever is asked."""
    digits, speech = heard.digits.strip("#"), heard.speech
    if digits == "0" or _number_said(speech) == "0":
        return Heard(digits="0", files=int(heard.recorded))
    if heard.recorded:
        told = words("recorded", language) if slot is not None and slot.type != "files" else ""
        return Heard(text=told, files=1)
    if slot is None:
        return Heard(text=speech, digits=digits or _number_said(speech))
    if digits:
        text = typed(slot, digits)
        return Heard(text=text) if text != digits else Heard(digits=digits)
    return Heard(text=_said(slot, speech))


def typed(slot: Slot, digits: str) -> str:
    """Keys as the value they stand for: the fixed letters of a code come by themselves, a day is written with its month."""
    if slot.type == "code" and not set(slot.mask) & {"A", "*"}:
        holes = slot.mask.count("9")
        if holes and len(digits) == holes:
            rest = iter(digits)
            return "".join(next(rest) if char == "9" else char for char in slot.mask)
    if slot.type == "phone" and digits.startswith("*"):
        return f"+{digits[1:]}"
    if slot.type == "date" and len(digits) in {4, 6, 8} and digits.isdigit():
        day = f"{digits[:2]}/{digits[2:4]}"
        return day if len(digits) == 4 else f"{day}/{digits[4:]}"
    return digits


def _number_said(speech: str) -> str:
    """A key that was said instead of pressed."""
    plain = fold(speech[:40]).strip(" .!")
    return plain if plain.isascii() and plain.isdigit() and len(plain) == 1 else _DIGITS.get(plain, "")


def _said(slot: Slot, speech: str) -> str:
    if slot.type in {"code", "phone", "number"}:
        parts = [_DIGITS.get(fold(word), word) for word in speech.split()[:60]]
        return re.sub(r"(?<=\d) (?=\d)", "", " ".join(parts))
    if slot.type == "email":
        told = re.sub(r"\s+(chiocciola|at)\s+", "@", speech[:200], flags=re.IGNORECASE)
        return re.sub(r"\s+(punto|dot)\s+", ".", told, flags=re.IGNORECASE).replace(" ", "")
    return speech


# --- turns that only calls have ----------------------------------------------------------------------------------------------


def ask_language(
    flows: Mapping[str, Flow], slug: str, languages: Sequence[str], situation: Situation, *, place: int
) -> CallTurn:
    """Which language: each is greeted in itself, told that a machine speaks and how a person is reached, and has its key."""
    says: list[Spoken] = []
    for key, language in enumerate(languages, 1):
        walk = Walk(flows, State(flow=slug, language=language), situation)
        walk.say(words("language", language, digit=str(key)))
        first, *rest = walk.turn().says
        says.append(Spoken(spoken(first.text), language, name="disclosure"))
        says += [Spoken(spoken(one.text), language, name="language", digits=str(key)) for one in rest]
    return CallTurn(tuple(says), ivr_state.Ask(1, SECONDS), place, languages[0])


def language_heard(heard: CallHeard, languages: Sequence[str]) -> str:
    """The language of the key; empty where it was none of them."""
    place = (
        int(heard.digits)
        if heard.digits.isascii() and heard.digits.isdigit() and len(heard.digits) == 1
        else 0
    )
    return languages[place - 1] if 0 < place <= len(languages) else ""


def nobody_came(flows: Mapping[str, Flow], state: State, situation: Situation) -> Turn:
    """A person was rung and nobody took the call: it is said, with what can be done instead."""
    state.done = False
    state.handed = state.handed or "asked"
    walk = Walk(flows, state, situation)
    walk.say(words("nobody", state.language))
    away = flows.get(AWAY)
    if away is None:
        state.done, state.waits = True, False
        return walk.turn()
    state.stack, state.flow = [], AWAY
    return walk.go(away.start)


def to_person(flows: Mapping[str, Flow], state: State, situation: Situation, why: str) -> Turn:
    """A person goes on now, whatever was going on."""
    state.awaiting = ""
    return Walk(flows, state, situation).hand_off(why)
