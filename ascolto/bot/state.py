"""What goes into the engine and what comes out: what was heard, how things stand, where the dialogue is, what to say and do. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

MOST_TRAIL = 60  # nodes that are remembered of a dialogue
LONGEST_VALUE = 2_000  # characters of what a customer told
NOTHING = "-"  # the value of a slot that the customer has not, or does not want to tell


@dataclass(frozen=True, slots=True)
class Understood:
    """What the offline models make of a message. Probabilities from 0 to 1."""

    language: str = ""
    language_probability: float = 0.0
    topic: str = ""
    topic_probability: float = 0.0
    intent: str = ""
    sentiment: str = ""
    anger: float = 0.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What the customer did: wrote or said something, pressed a choice (`node.option`) or keys, sent files, or nothing at all."""

    text: str = ""
    choice: str = ""
    digits: str = ""
    files: int = 0
    understood: Understood = field(default_factory=Understood)


def _no_promise(within: timedelta) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Situation:
    """How things stand. `known`: what the product knows of this customer, by name. `is_open`: by calendar, "" is the company's own.

    `wait`, `opens`: the expected wait and the next opening, in words of the customer's language; empty when nobody knows.
    `promise`: the words for the moment by which a call-back would be promised. `holding`: what is said during an incident,
    to who writes about something else than `holding_topic` (where it has one) it is not.
    """

    channel: str
    moment: datetime
    language: str = ""
    company: str = ""
    known: Mapping[str, str] = field(default_factory=dict)
    is_identified: bool = False
    has_problem: bool = False
    holding: str = ""
    holding_topic: str = ""
    is_open: Mapping[str, bool] = field(default_factory=dict)
    wait: str = ""
    opens: str = ""
    promise: Callable[[timedelta], str] = _no_promise


@dataclass(slots=True)
class State:
    """Where a dialogue is, and what it knows. It travels as JSON; whatever comes back is read as far as it makes sense."""

    flow: str = ""
    node: str = ""
    stack: list[tuple[str, str]] = field(default_factory=list)  # where sub-flows return to: flow, node
    slots: dict[str, str] = field(default_factory=dict)
    language: str = ""
    topic: str = ""
    guess: str = ""  # a topic that was likely, not sure
    sentiment: str = ""
    last_words: str = ""
    opening: str = ""  # words of the customer that led here, and that no question has used up yet
    tries: int = 0  # at the question that is open
    failed: int = 0  # turns in a row that were not understood
    turns: int = 0
    visits: dict[str, int] = field(default_factory=dict)  # how often each menu was shown
    offered: list[str] = field(default_factory=list)  # ids of the choices that were shown last
    between: list[str] = field(default_factory=list)  # options between which the customer is asked to choose
    complained: bool = False  # about the bot itself
    promised: bool = False  # somebody calls
    disclosed: bool = False
    waits: bool = False  # for the customer, at `node`
    awaiting: str = ""  # look_up, call: the product owes an outcome
    awaited: int = 0  # outcomes that were awaited so far
    handed: str = ""  # why a person goes on; empty while the bot does
    done: bool = False
    trail: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As plain values, without what is as at the beginning."""
        empty = asdict(State())
        return {name: value for name, value in asdict(self).items() if value != empty[name]}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> State:
        """Read back; what is of another form counts as not said."""
        empty = cls()
        for name in cls.__dataclass_fields__:
            value = told.get(name)
            if value is not None and type(value) is type(getattr(empty, name)):
                setattr(empty, name, value)
        empty.stack = [(str(pair[0]), str(pair[1])) for pair in empty.stack if len(pair) == 2]
        return empty


# --- what to say -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from."""

    kind: str
    id: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing to say, ready for the channel. `is_question`: an answer is wanted. `found`: it is what was looked up."""

    text: str
    node: str = ""
    is_question: bool = False
    found: Found | None = None

    @property
    def rates(self) -> bool:
        """Whether the customer may say that it helped."""
        return self.found is not None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where it comes from, as far as it was looked up."""
        return self.found.sources if self.found else ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that may be chosen. `key`: on the telephone; `spoken`: how it is said there."""

    id: str
    title: str
    key: str = ""
    spoken: str = ""


# --- what to do ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Marked:
    """Set labels, the topic, the priority."""

    labels: tuple[str, ...] = ()
    topic: str = ""
    priority: str = ""


@dataclass(frozen=True, slots=True)
class Requested:
    """Open a request for a department."""

    department: str
    text: str


@dataclass(frozen=True, slots=True)
class CallBackPromised:
    """Somebody calls this number within so much open time."""

    number: str
    within: timedelta


@dataclass(frozen=True, slots=True)
class HandedOff:
    """A person goes on. `why`: asked, anger, not_understood, flow, too_long, about_bot, no_answer, broken."""

    why: str
    team: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The dialogue is over. `resolves`: so is the matter."""

    resolves: bool = False


Effect = Marked | Requested | CallBackPromised | HandedOff | Ended


@dataclass(frozen=True, slots=True)
class LookUpWanted:
    """The product looks for an answer, and resumes with Found or Missing. `is_worded`: it may be put into other words."""

    question: str
    language: str
    is_worded: bool = False


@dataclass(frozen=True, slots=True)
class CallWanted:
    """The product asks another system, and resumes with Answered or Failed."""

    action: str
    values: Mapping[str, str]
    timeout: timedelta


@dataclass(frozen=True, slots=True)
class Found:
    """An answer and its sources. `wording`: what came of putting it into other words, where that was tried (see putting.py)."""

    text: str
    sources: tuple[Source, ...] = ()
    wording: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing that is certain enough."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the other system said, by name."""

    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """The other system did not answer, or not in time."""


Outcome = Found | Missing | Answered | Failed


@dataclass(frozen=True, slots=True)
class Turn:
    """What to say and do now; then an outcome is `wanted`, or the customer is waited for (`state.waits`), or it is over.

    `asks`: what kind of answer is waited for (menu, or a slot's type); on the telephone it decides between keys, speech and recording.
    """

    state: State
    says: tuple[Said, ...] = ()
    choices: tuple[Choice, ...] = ()
    effects: tuple[Effect, ...] = ()
    wanted: LookUpWanted | CallWanted | None = None
    asks: str = ""
