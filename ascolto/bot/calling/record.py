"""What a dialogue on the telephone remembers besides where its flow is: how far the call is, what was answered last, what is still due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ascolto.bot.state import (
    Answered,
    CallBackPromised,
    Effect,
    Ended,
    Failed,
    HandedOff,
    Marked,
    Requested,
    Said,
    State,
)
from ascolto.channels.vendors.calls import CallTurn, Spoken

_KEY = "call"  # in the dialogue's state, beside what the engine keeps
_EFFECTS: Mapping[str, type[Any]] = {
    kind.__name__: kind for kind in (Marked, Requested, CallBackPromised, HandedOff, Ended)
}
LONGEST_LINE = 500  # characters of one line of what was said


class Phase(StrEnum):
    """How far a call is."""

    LANGUAGE = "language"
    TALK = "talk"
    RING = "ring"  # a person is rung
    OVER = "over"


@dataclass(slots=True)
class Kept:
    """See the module's text. `place`: of the last turn; `asked_until`: while another system is asked."""

    state: State = field(default_factory=State)
    slug: str = ""
    phase: Phase = Phase.TALK
    place: int = 0
    languages: list[str] = field(default_factory=list)
    tries: int = 0
    turn: CallTurn | None = None
    due: list[Effect] = field(default_factory=list)
    outcome: Answered | Failed | None = None
    asked_until: datetime | None = None
    promised: list[str] = field(default_factory=list)  # number and time of a call-back, for the desk
    _said: list[list[str]] = field(default_factory=list)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Kept:
        """Read back what `to_json` wrote; empty of a new dialogue."""
        kept = cls(state=State.from_json(told))
        mine = told.get(_KEY)
        if not isinstance(mine, dict):
            return kept
        kept.state.awaiting = mine["awaiting"]
        kept.slug, kept.phase, kept.place = mine["slug"], Phase(mine["phase"]), mine["place"]
        kept.languages, kept.tries, kept.promised = mine["languages"], mine["tries"], mine["promised"]
        kept.turn = CallTurn.from_json(mine["turn"]) if mine["turn"] else None
        kept.due = [effect_of(one) for one in mine["due"]]
        outcome = mine["outcome"]
        if outcome is not None:
            kept.outcome = Failed() if outcome["failed"] else Answered(outcome["values"])
        kept.asked_until = datetime.fromisoformat(mine["asked_until"]) if mine["asked_until"] else None
        return kept

    def to_json(self) -> dict[str, Any]:
        """As plain values. That an outcome is awaited is kept apart: only calls resume calls."""
        told = self.state.to_json()
        awaiting = told.pop("awaiting", "")
        outcome = None
        if self.outcome is not None:
            is_answer = isinstance(self.outcome, Answered)
            values = dict(self.outcome.values) if isinstance(self.outcome, Answered) else {}
            outcome = {"failed": not is_answer, "values": values}
        told[_KEY] = {
            "awaiting": awaiting,
            "slug": self.slug,
            "phase": self.phase.value,
            "place": self.place,
            "languages": self.languages,
            "tries": self.tries,
            "promised": self.promised,
            "turn": self.turn.to_json() if self.turn else None,
            "due": [effect_to_json(one) for one in self.due],
            "outcome": outcome,
            "asked_until": self.asked_until.isoformat() if self.asked_until else None,
        }
        return told

    def next_place(self) -> int:
        """The place of the turn that is made now."""
        self.place += 1
        return self.place

    def waiting_again(self) -> CallTurn:
        """Nothing has come yet: silence, then the same question to us."""
        assert self.turn is not None
        return replace(self.turn, says=(), place=self.next_place())

    # --- what was said -----------------------------------------------------------------------------------------------------

    def note(self, says: tuple[Said, ...], at: datetime) -> None:
        """The bot said this."""
        self._said += [["bot", one.text[:LONGEST_LINE], one.node, at.isoformat()] for one in says]

    def note_caller(self, text: str, at: datetime) -> None:
        """The caller said or pressed this; empty is silence."""
        self._said.append(["customer", text[:LONGEST_LINE], self.state.node, at.isoformat()])

    def fresh(self) -> list[list[str]]:
        """What was said in this turn."""
        said, self._said = self._said, []
        return said


def with_words(turn: CallTurn, text: str) -> CallTurn:
    """A turn that says one thing more."""
    return replace(turn, says=(*turn.says, Spoken(text, turn.language, name="hold")))


def effect_to_json(effect: Effect) -> dict[str, Any]:
    """An effect as plain values."""
    told = asdict(effect)
    if isinstance(effect, CallBackPromised):
        told["within"] = effect.within.total_seconds()
    return {"what": type(effect).__name__, **told}


def effect_of(told: Mapping[str, Any]) -> Effect:
    """Read back what `effect_to_json` wrote."""
    values = {name: value for name, value in told.items() if name != "what"}
    if "within" in values:
        values["within"] = timedelta(seconds=values["within"])
    if "labels" in values:
        values["labels"] = tuple(values["labels"])
    made: Effect = _EFFECTS[told["what"]](**values)
    return made
