"""A dialogue that is only played: what would be said and done, with everything around it supposed. Pure; nothing is kept or sent.

    played = play(flows, "care", (Step(), Step(choice="ask.fault")), Supposed(channel="chat", moment=moment))

A rehearsal is what somebody did, step by step, in a situation; the same steps go the same way with the same flow. One that was kept with
the way it went (`ways`) is a test: `difference` tells where a later version leaves that way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ascolto.bot import engine
from ascolto.bot.flow import Call, Flow
from ascolto.bot.state import (
    Answered,
    CallWanted,
    Ended,
    Failed,
    Found,
    HandedOff,
    Heard,
    LookUpWanted,
    Missing,
    Outcome,
    Situation,
    State,
    Turn,
    Understood,
)
from ascolto.bot.supposing import LONGEST, Supposed, among, mapping_of, short
from ascolto.kit.text import clean

MOST_STEPS = 80  # what one rehearsal holds
MOST_OUTCOMES = 20  # look-ups and calls in one turn
MOODS = ("", "positive", "neutral", "negative", "angry")
END, PERSON, ENDLESS = "end", "person", "endless"
SURE = 0.95  # what is supposed of a message is supposed for certain
Way = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What the customer does, the first step being how the dialogue begins. `mood`, `topic`: what is understood of it.

    `supposed`: how things stand from here on, where that changes.
    """

    text: str = ""
    choice: str = ""
    digits: str = ""
    files: int = 0
    mood: str = ""
    topic: str = ""
    supposed: Supposed | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the customer did nothing at all."""
        return not (self.text or self.choice or self.digits or self.files)

    def heard(self) -> Heard:
        """The same for the engine."""
        understood = Understood(
            topic=self.topic,
            topic_probability=SURE if self.topic else 0.0,
            sentiment="" if self.mood == "angry" else self.mood,
            anger=SURE if self.mood == "angry" else 0.0,
        )
        return Heard(self.text, self.choice, self.digits, self.files, understood)

    def to_json(self) -> dict[str, Any]:
        """As plain values, without what is empty."""
        told = {name: getattr(self, name) for name in ("text", "choice", "digits", "files", "mood", "topic")}
        told["supposed"] = self.supposed.to_json() if self.supposed else None
        return {name: value for name, value in told.items() if value}

    @classmethod
    def from_json(cls, told: Any) -> Step:
        """Read back; what is of another form counts as not said."""
        given = mapping_of(told)
        files, supposed = given.get("files"), given.get("supposed")
        return cls(
            text=clean(given["text"], LONGEST) if isinstance(given.get("text"), str) else "",
            choice=short(given.get("choice")),
            digits="".join(key for key in short(given.get("digits")) if key in "0123456789*#"),
            files=min(files, 99) if type(files) is int and files > 0 else 0,
            mood=among(given.get("mood"), MOODS),
            topic=short(given.get("topic")),
            supposed=Supposed.from_json(supposed) if isinstance(supposed, Mapping) else None,
        )


def steps_from(told: Any) -> tuple[Step, ...]:
    """Steps that come from outside, at most MOST_STEPS."""
    return tuple(Step.from_json(one) for one in told[:MOST_STEPS]) if isinstance(told, list) else ()


@dataclass(frozen=True, slots=True)
class Played:
    """One step and what followed. `way`: the nodes that were passed ("flow/node"), then `person:why` or `end` where it came to that.
    `outcomes`: what was looked up or asked, and what is supposed to have come of it."""

    step: Step
    turn: Turn
    way: Way
    outcomes: tuple[tuple[LookUpWanted | CallWanted, Outcome], ...] = ()


@dataclass(frozen=True, slots=True)
class Play:
    """A whole rehearsal. `supposed`: how things stand at its end."""

    played: tuple[Played, ...]
    supposed: Supposed

    @property
    def state(self) -> State:
        """Where the dialogue is."""
        return self.played[-1].turn.state if self.played else State()

    @property
    def ways(self) -> tuple[Way, ...]:
        """The way, step by step."""
        return tuple(one.way for one in self.played)


def play(flows: Mapping[str, Flow], slug: str, steps: Sequence[Step], supposed: Supposed) -> Play:
    """Begin a dialogue with the first step and go on with the others. What comes after the end leads nowhere."""
    done: list[Played] = []
    state: State | None = None
    for step in steps[:MOST_STEPS]:
        supposed = step.supposed or supposed
        situation = supposed.situation(flows)
        if state is None:
            turn = engine.begin(flows, slug, step.heard(), situation)
        else:
            turn = engine.hear(flows, replace(state, trail=[]), step.heard(), situation)
        one = _settled(flows, step, turn, supposed, situation)
        done.append(one)
        state = one.turn.state
    return Play(tuple(done), supposed)


def _settled(
    flows: Mapping[str, Flow], step: Step, turn: Turn, supposed: Supposed, situation: Situation
) -> Played:
    """The step with everything that the product owes looked up and asked, as supposed."""
    says, effects = list(turn.says), list(turn.effects)
    outcomes: list[tuple[LookUpWanted | CallWanted, Outcome]] = []
    while turn.wanted is not None and len(outcomes) < MOST_OUTCOMES:
        outcome = _outcome(flows, turn, supposed)
        outcomes.append((turn.wanted, outcome))
        turn = engine.resume(flows, turn.state, outcome, situation)
        says += turn.says
        effects += turn.effects
    way = [*turn.state.trail, *_ending(effects)]
    if turn.wanted is not None:
        way.append(ENDLESS)
    whole = replace(turn, says=tuple(says), effects=tuple(effects))
    return Played(step, whole, tuple(way), tuple(outcomes))


def _outcome(flows: Mapping[str, Flow], turn: Turn, supposed: Supposed) -> Outcome:
    if isinstance(turn.wanted, LookUpWanted):
        return Found(supposed.answer) if supposed.look_up == "found" and supposed.answer else Missing()
    if supposed.call == "failed":
        return Failed()
    flow = flows.get(turn.state.flow)
    node = flow.nodes.get(turn.state.node) if flow is not None else None
    saves = node.save if isinstance(node, Call) else {}
    return Answered({saves[slot]: value for slot, value in supposed.values.items() if slot in saves})


def _ending(effects: Iterable[object]) -> list[str]:
    handed = [f"{PERSON}:{one.why}" for one in effects if isinstance(one, HandedOff)]
    return handed + [END for one in effects if isinstance(one, Ended)]


# --- kept rehearsals ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where the way is another one. Steps and places count from 1; an empty node: it stopped there."""

    step: int
    place: int
    expected: str
    got: str


def difference(expected: Sequence[Sequence[str]], got: Sequence[Sequence[str]]) -> Difference | None:
    """Where two ways part; None where they are the same."""
    for step in range(max(len(expected), len(got))):
        wanted = expected[step] if step < len(expected) else ()
        went = got[step] if step < len(got) else ()
        for place in range(max(len(wanted), len(went))):
            one = wanted[place] if place < len(wanted) else ""
            other = went[place] if place < len(went) else ""
            if one != other:
                return Difference(step + 1, place + 1, one, other)
    return None


def ways_from(told: Any) -> tuple[Way, ...]:
    """Ways that come from outside."""
    if not isinstance(told, list):
        return ()
    return tuple(
        tuple(short(node) for node in way[:300]) if isinstance(way, list) else () for way in told[:MOST_STEPS]
    )
