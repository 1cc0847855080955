"""What the telephone dialogue speaks of: the line, the call, where we are, what was heard, what to say and do. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ascolto.channels.vendors import ivr_texts
from ascolto.channels.vendors.ivr_hours import Hours
from ascolto.channels.vendors.twilio import e164

LONGEST_MESSAGE = 180  # seconds


class Step(StrEnum):
    """What we wait for."""

    LANGUAGE = "language"
    NEED = "need"
    PERSON = "person"  # whether anybody took the call
    OFFER = "offer"
    NUMBER = "number"
    CONFIRM = "confirm"
    MESSAGE = "message"  # the recording
    END = "end"


class Outcome(StrEnum):
    """How a call ended, as far as it is known."""

    OPEN = ""
    ANSWERED = "answered"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"


@dataclass(frozen=True, slots=True)
class Line:
    """What a company offers to who calls."""

    company: str
    languages: tuple[str, ...]
    needs: tuple[str, ...]
    hours: Hours
    within: timedelta  # of opening time: until then we call back
    agents: str = ""  # where a person can be rung
    ring_for: int = 30  # seconds
    region: str = ""  # of numbers that are typed without their country ("IT")

    def has_people(self, now: datetime) -> bool:
        """Whether a person can be rung now."""
        return bool(self.agents) and self.hours.is_open(now)


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls: the network's id of the call, and the number; empty when it is withheld."""

    id: str
    number: str = ""

    @property
    def reference(self) -> str:
        """Six digits that name this call to a person."""
        return f"{int(hashlib.sha256(self.id.encode('utf-8', 'replace')).hexdigest(), 16) % 1_000_000:06d}"


@dataclass(frozen=True, slots=True)
class State:
    """Where the dialogue is, and what is known."""

    step: Step = Step.LANGUAGE
    language: str = ""
    need: str = ""
    tries: int = 0
    turns: int = 0
    number: str = ""
    by: datetime | None = None
    asked: bool = False  # for a person
    rang: bool = False  # a person was rung
    outcome: Outcome = Outcome.OPEN

    def to_query(self) -> dict[str, str]:
        """As short texts."""
        told = {"step": self.step.value, "lang": self.language, "need": self.need, "number": self.number}
        told |= {"tries": str(self.tries), "turns": str(self.turns), "end": self.outcome.value}
        told |= {"asked": "1" if self.asked else "", "rang": "1" if self.rang else ""}
        told["by"] = str(int(self.by.timestamp())) if self.by else ""
        return {name: value for name, value in told.items() if value not in {"", "0"}}

    @classmethod
    def from_query(cls, line: Line, told: Mapping[str, str]) -> State:
        """Read back; what is not ours counts as not said."""
        step, outcome = told.get("step", ""), told.get("end", "")
        language, need = told.get("lang", ""), told.get("need", "")
        return cls(
            step=Step(step) if step in set(Step) else Step.LANGUAGE,
            language=language if language in line.languages else "",
            need=need if need in line.needs else "",
            tries=_count(told.get("tries", "")),
            turns=_count(told.get("turns", "")),
            number=e164(told.get("number", "")) or "",
            by=_moment(told.get("by", "")),
            asked=told.get("asked") == "1",
            rang=told.get("rang") == "1",
            outcome=Outcome(outcome) if outcome in set(Outcome) else Outcome.OPEN,
        )


def _count(text: str) -> int:
    return min(int(text), 99) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _moment(text: str) -> datetime | None:
    if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text)):
        return None
    return datetime.fromtimestamp(int(text), UTC)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the caller did: pressed, said, recorded; or whether a person took the call."""

    digits: str = ""
    speech: str = ""
    taken: bool = False
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing to say. `digits` are spoken one by one, `moment` as a time."""

    key: str
    language: str
    digits: str = ""
    moment: datetime | None = None
    need: str = ""

    def text(self, line: Line, now: datetime) -> str:
        """In words."""
        spoken = ", ".join(self.digits) if len(self.digits) > 3 else self.digits
        values = {
            "company": line.company,
            "digits": spoken,
            "need": ivr_texts.need_name(self.need, self.language),
        }
        if self.moment is not None:
            moment, here = line.hours.local(self.moment), line.hours.local(now)
            values["by"] = ivr_texts.time_name(moment, here, self.language)
            values["time"] = ivr_texts.time_name(moment, here, self.language, deadline=False)
        return ivr_texts.PHRASES[self.key][self.language].format(**values)


@dataclass(frozen=True, slots=True)
class Ask:
    """Wait for keys (`most` of them, or until #), and for speech where it helps; `hints` are words that are likely."""

    most: int = 1
    seconds: int = 6
    speech: bool = False
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """Record what is said, `seconds` at most, until # or 0."""

    seconds: int = LONGEST_MESSAGE


@dataclass(frozen=True, slots=True)
class Connect:
    """Ring a person."""

    to: str
    seconds: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """The end."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What to say, then what to do; `state` is where the answer will be heard."""

    phrases: tuple[Phrase, ...]
    then: Ask | Record | Connect | HangUp
    state: State = field(default_factory=State)
