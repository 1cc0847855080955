"""The port between a call and whoever leads its dialogue: what the caller did, and what to say and do next. Pure.

Where nobody leads one (`Account.dialogue` is None, or answers None at the beginning of a call) the fixed dialogue of `ivr.py` answers.
Each turn has a `place`; the network brings it back, so that a delivery that comes twice is known and gets the same turn again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ascolto.channels.reading import text_of
from ascolto.channels.vendors.ivr_state import (
    Ask,
    Call,
    Connect,
    HangUp,
    Heard,
    Line,
    Outcome,
    Record,
    State,
    Step,
)
from ascolto.kit.text import clean

log = logging.getLogger(__name__)
FLOW = "flow"  # in the place of a step of the fixed dialogue: a flow leads this call
MOST_KEYS = 20
MOST_HINTS = 40
LONGEST_SPEECH = 1_000  # characters that one prompt says, or hears

# Tags by which networks choose a voice and know words; a language that is not here is neither heard nor spoken well.
VOICES: Mapping[str, str] = {
    "en": "en-GB", "it": "it-IT", "de": "de-DE", "fr": "fr-FR", "es": "es-ES", "pt": "pt-PT", "nl": "nl-NL", "pl": "pl-PL",
    "ro": "ro-RO", "sv": "sv-SE", "da": "da-DK", "fi": "fi-FI", "nb": "nb-NO", "ca": "ca-ES", "ru": "ru-RU",
}  # fmt: skip


class CallStep(StrEnum):
    """What happened."""

    BEGIN = "begin"  # somebody calls
    TURN = "turn"  # the caller answered, or was silent
    RUNG = "rung"  # a person was rung
    RECORDED = "recorded"
    ENDED = "ended"  # the call is over; nobody hears what is answered


@dataclass(frozen=True, slots=True)
class CallHeard:
    """What the caller did, on which line. `number`: empty when it is withheld; `is_proven`: its carrier does not doubt it.

    `languages`: of the line, the best first. `has_people`: a person can be rung now, for `ring_for` seconds. `hears_words`: the network
    writes down what is said.
    """

    call: str
    step: CallStep
    place: int = 0
    number: str = ""
    is_proven: bool = True
    digits: str = ""
    speech: str = ""
    recorded: bool = False
    taken: bool = False
    languages: tuple[str, ...] = ()
    has_people: bool = False
    ring_for: int = 30
    hears_words: bool = True


@dataclass(frozen=True, slots=True)
class Spoken:
    """One thing to say. `name`: of a sound file, for a network without a voice; `digits` follow it there."""

    text: str
    language: str
    name: str = ""
    digits: str = ""


Then = Ask | Record | Connect | HangUp


@dataclass(frozen=True, slots=True)
class CallTurn:
    """What to say, then what to do. `Connect` rings whom the line knows: its `to` stays empty here."""

    says: tuple[Spoken, ...]
    then: Then
    place: int = 0
    language: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        then: dict[str, Any] = {"do": _NAMES[type(self.then)]}
        if not isinstance(self.then, HangUp):
            then["seconds"] = self.then.seconds
        if isinstance(self.then, Ask):
            then |= {"most": self.then.most, "speech": self.then.speech, "hints": list(self.then.hints)}
        says = [[one.text, one.language, one.name, one.digits] for one in self.says]
        return {"says": says, "then": then, "place": self.place, "language": self.language}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> CallTurn:
        """Read back what `to_json` wrote."""
        then = told["then"]
        does: dict[str, Then] = {
            "ask": Ask(
                then.get("most", 1),
                then.get("seconds", 6),
                then.get("speech", False),
                tuple(then.get("hints", ())),
            ),
            "record": Record(then.get("seconds", 0)),
            "connect": Connect("", then.get("seconds", 0)),
        }
        says = tuple(Spoken(*one) for one in told["says"])
        return cls(says, does.get(then["do"], HangUp()), told["place"], told["language"])


_NAMES = {Ask: "ask", Record: "record", Connect: "connect", HangUp: "hang_up"}
Dialogue = Callable[[CallHeard], CallTurn | None]


def ask_dialogue(dialogue: Dialogue | None, heard: CallHeard) -> CallTurn | None:
    """What a flow answers; None where none does. A flow that fails is no reason for a caller to hear nothing."""
    if dialogue is None:
        return None
    try:
        return dialogue(heard)
    except Exception:
        log.exception("a call's dialogue failed", extra={"call": heard.call})
        return None


def is_flow(told: Mapping[str, Any]) -> bool:
    """Whether a flow leads the call, by what came back from the network."""
    return told.get("step") == FLOW


def to_query(turn: CallTurn) -> dict[str, str]:
    """What travels with the network: how far the dialogue is, nothing of what was said."""
    return {"step": FLOW, "turn": str(turn.place), **({"lang": turn.language} if turn.language else {})}


def place_of(told: Mapping[str, Any]) -> int:
    """The place that came back."""
    text = text_of(told.get("turn"), 4)
    return int(text) if text.isascii() and text.isdigit() else 0


def told_state(told: Mapping[str, Any], heard: Heard) -> State:
    """A flow's turn as the fixed dialogue would know it: enough to tell how the call goes on."""
    language = text_of(told.get("lang"), 8)
    outcome = Outcome.ANSWERED if heard.taken else Outcome.VOICEMAIL if heard.recorded else Outcome.OPEN
    return State(step=Step.NEED, language=language, turns=min(place_of(told), 99), outcome=outcome)


def stranded(line: Line, told: Mapping[str, Any]) -> State:
    """Where the fixed dialogue takes a caller over whose flow does not answer any more: a person is asked for."""
    language = text_of(told.get("lang"), 8)
    known = language if language in line.languages else line.languages[0]
    return State(step=Step.NEED, language=known, turns=1)


def heard_of(
    call: Call, line: Line, step: CallStep, told: Mapping[str, Any], heard: Heard, *, has_people: bool
) -> CallHeard:
    """What the caller did, for whoever leads the dialogue. `told` is what came back from the network."""
    return CallHeard(
        call=call.id,
        step=step,
        place=place_of(told),
        number=call.number,
        digits=heard.digits[:MOST_KEYS],
        speech=clean(heard.speech, LONGEST_SPEECH),
        recorded=heard.recorded,
        taken=heard.taken,
        languages=line.languages,
        has_people=has_people,
        ring_for=line.ring_for,
    )
