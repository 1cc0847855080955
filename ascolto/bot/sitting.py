"""A rehearsal between two requests: everything is in the form that comes back, signed. No row is written, nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core import signing

from ascolto.bot.flow import Flow
from ascolto.bot.rehearsing import MOODS, MOST_STEPS, Play, Step, play, steps_from
from ascolto.bot.state import Choice
from ascolto.bot.supposing import CALLS, LONGEST, LOOK_UPS, MOST_KNOWN, Supposed, among, short
from ascolto.bot.voicing import heard_words, slot_asked
from ascolto.channels.vendors.calls import CallHeard, CallStep
from ascolto.kit.text import clean

SKINS = ("chat", "whatsapp", "sms", "phone")
LONGEST_KEPT = 400_000  # characters of what is signed
MOST_KEYS = 20
_SALT = "bot-rehearsal"
_KEYS = frozenset("0123456789*#")


@dataclass(frozen=True, slots=True)
class Sitting:
    """What was done so far with a flow, in which situation the next step is done, and the keys that wait for the hash."""

    steps: tuple[Step, ...]
    supposed: Supposed
    keys: str = ""

    @property
    def skin(self) -> str:
        """How it is shown."""
        return self.supposed.channel if self.supposed.channel in SKINS else SKINS[0]

    def signed(self, slug: str) -> str:
        """To be kept in the form."""
        told = {
            "flow": slug,
            "steps": [step.to_json() for step in self.steps],
            "supposed": self.supposed.to_json(),
        }
        return signing.dumps(told, salt=_SALT, compress=True)

    def played(self, flows: Mapping[str, Flow], slug: str) -> Play:
        """Everything that was done, once more."""
        return play(flows, slug, self.steps, self.supposed)

    def after(self, step: Step) -> Sitting:
        """One step later. The first step, and those before which the situation changed, say how things stand."""
        before = next((one.supposed for one in reversed(self.steps) if one.supposed), None)
        told = replace(step, supposed=None if before == self.supposed else self.supposed)
        return replace(self, steps=(*self.steps, told)[:MOST_STEPS], keys="")

    def back(self) -> Sitting:
        """One step earlier."""
        return replace(self, steps=self.steps[:-1], keys="")

    def anew(self) -> Sitting:
        """From the beginning, in the same situation."""
        return replace(self, steps=(), keys="")

    def on(self, skin: str) -> Sitting:
        """The same steps on another channel."""
        skin = among(skin, SKINS)
        steps = tuple(
            replace(one, supposed=replace(one.supposed, channel=skin)) if one.supposed else one
            for one in self.steps
        )
        return replace(self, steps=steps, supposed=replace(self.supposed, channel=skin), keys="")


def read_sitting(signed: str, slug: str, otherwise: Supposed) -> tuple[Sitting, bool]:
    """What the form brought back; a new one where it is not ours (False)."""
    new = Sitting((), otherwise)
    if not signed:
        return new, True
    try:
        told = signing.loads(signed, salt=_SALT) if len(signed) <= LONGEST_KEPT else None
    except (signing.BadSignature, ValueError, UnicodeError):
        return new, False
    if not isinstance(told, dict) or told.get("flow") != slug:
        return new, False
    return Sitting(steps_from(told.get("steps")), Supposed.from_json(told.get("supposed"))), True


# --- what was done ---------------------------------------------------------------------------------------------------------------


def supposed_from(given: Mapping[str, str], before: Supposed) -> Supposed:
    """The situation as the panel says; as it was where the panel was not there."""
    if "what-if" not in given:
        return before
    return replace(
        before,
        language=short(given.get("language")) or before.language,
        moment=_moment(given.get("moment", ""), before),
        is_open=given.get("open") == "1",
        opens=_line(given.get("opens")),
        wait=_line(given.get("wait")),
        is_identified=given.get("identified") == "1",
        has_problem=given.get("problem") == "1",
        holding=clean(given.get("holding", ""), LONGEST).strip(),
        known=pairs_of(given.get("known", "")),
        look_up=among(given.get("look_up"), LOOK_UPS),
        answer=clean(given.get("answer", ""), LONGEST).strip(),
        call=among(given.get("call"), CALLS),
        values=pairs_of(given.get("values", "")),
    )


def step_from(
    given: Mapping[str, str], sitting: Sitting, played: Play, flows: Mapping[str, Flow]
) -> tuple[Step | None, str]:
    """What the customer does; None and the keys so far while a number is being typed on the telephone."""
    mood, topic = among(given.get("mood"), MOODS), short(given.get("topic"))
    text, choice = clean(given.get("text", ""), LONGEST).strip(), short(given.get("choice"))
    if sitting.skin != "phone" or not played.played:
        files = 1 if given.get("do") == "file" else 0
        return Step(
            text="" if choice or files else text, choice=choice, files=files, mood=mood, topic=topic
        ), ""
    return _on_the_phone(given, played, flows, Step(text=text, mood=mood, topic=topic))


def _on_the_phone(
    given: Mapping[str, str], played: Play, flows: Mapping[str, Flow], step: Step
) -> tuple[Step | None, str]:
    """A key is a choice where choices are offered; else keys gather until the hash."""
    state = played.state
    slot = slot_asked(state, flows)
    key = given.get("key", "")[:1]
    keys = "".join(one for one in given.get("keys", "") if one in _KEYS)[:MOST_KEYS]
    if key in _KEYS and key:
        gathers = slot is not None and slot.type not in {"choice", "files", "text", "email"}
        if key != "#" and gathers:
            return None, (keys + key)[:MOST_KEYS]
        keys = keys if key == "#" else key
    recorded = given.get("do") == "file"
    line = CallHeard(
        "rehearsal",
        CallStep.TURN,
        digits=keys,
        speech="" if keys or recorded else step.text,
        recorded=recorded,
    )
    heard = heard_words(line, slot, state.language)
    return replace(step, text=heard.text, digits=heard.digits, files=heard.files), ""


def choices_of(played: Play) -> tuple[Choice, ...]:
    """What may be pressed now."""
    return played.played[-1].turn.choices if played.played else ()


def pairs_of(text: str) -> dict[str, str]:
    """Lines `name = value`; other lines count as not written."""
    found = {}
    for line in clean(text, LONGEST).splitlines()[:MOST_KNOWN]:
        name, sign, value = line.partition("=")
        if sign and short(name):
            found[short(name)] = value.strip()
    return found


def lines_of(pairs: Mapping[str, str]) -> str:
    """The same as text."""
    return "\n".join(f"{name} = {value}" for name, value in pairs.items())


def _moment(told: str, before: Supposed) -> datetime:
    """A moment as a form writes it, in the company's time."""
    try:
        found = datetime.fromisoformat(short(told))
    except ValueError:
        return before.moment
    return found.replace(tzinfo=before.moment.tzinfo) if 2000 <= found.year <= 2200 else before.moment


def _line(told: Any) -> str:
    return " ".join(short(told).split())
