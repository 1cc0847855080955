"""One call: what the product says is played, what the caller does is told, until somebody hangs up."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ascolto.channels.adapters.asterisk.agi import Agi, HungUp
from ascolto.channels.adapters.asterisk.speaking import Voice
from ascolto.channels.reading import object_of, objects_of, text_of

Tell = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
MOST_TURNS = 40
_STATUS = "ASCOLTO_STATUS"  # a variable for the dialplan: DONE, FAILED


class CannotTell(Exception):
    """The product cannot be reached, or refuses: the dialplan goes on without it."""


class Session:
    """One call. `tell` hands an event to the product and gives its answer; it raises CannotTell. `voice`: for texts."""

    def __init__(self, agi: Agi, tell: Tell, sounds: str = "ascolto", voice: Voice | None = None) -> None:
        self._agi, self._tell, self._sounds, self._voice = agi, tell, sounds, voice
        self._begun = time.monotonic()

    async def run(self) -> None:
        """Hold the dialogue, then tell how long the call was."""
        await self._agi.begin()
        try:
            await self._agi.command("ANSWER")
            await self._talk()
            await self._agi.command(f"SET VARIABLE {_STATUS} DONE")
            await self._agi.command("HANGUP")
        except CannotTell:
            await self._agi.command(f"SET VARIABLE {_STATUS} FAILED")
            return
        except HungUp:
            pass
        await self._say_goodbye()

    async def _say_goodbye(self) -> None:
        event = {"event": "ended", "call": self._call(), "duration_s": round(time.monotonic() - self._begun)}
        try:
            await self._tell(event)
        except CannotTell:
            return  # the call is known already; its length is not worth more

    async def _talk(self) -> None:
        state: Mapping[str, Any] = {}
        heard: Mapping[str, Any] = {}
        for _ in range(MOST_TURNS):
            event = {"event": "turn", "call": self._call(), "state": dict(state), "heard": dict(heard)}
            turn = await self._tell(event)
            state, then = object_of(turn.get("state")), object_of(turn.get("then"))
            pressed = await self._speak(turn)
            done = await self._do(then, pressed, {**event, "state": dict(state)})
            if done is None:
                return
            heard = done

    async def _speak(self, turn: Mapping[str, Any]) -> str:
        """Play everything; a key that is pressed meanwhile ends it."""
        for part in objects_of(turn.get("say")):
            pressed = await self._play(part)
            if pressed:
                return pressed
        return ""

    async def _play(self, part: Mapping[str, Any]) -> str:
        if "text" in part:
            return await self._say(part)
        if name := text_of(part.get("file"), 100):
            return await self._agi.play(f"{self._sounds}/{name}")
        if digits := text_of(part.get("digits"), 30):
            return await self._agi.say_digits(digits)
        moment = part.get("time")
        zone = text_of(part.get("zone"), 60)
        return await self._agi.say_time(moment, zone) if isinstance(moment, int) else ""

    async def _say(self, part: Mapping[str, Any]) -> str:
        """A text: by the voice; without one by its recorded sound, and the key that belongs to it."""
        text, language = text_of(part.get("text"), 1_000), text_of(part.get("language"), 10)
        made = await self._voice.sound(text, language) if self._voice is not None else ""
        if made:
            return await self._agi.play(made)
        name, digits = text_of(part.get("file"), 100), text_of(part.get("digits"), 30)
        pressed = await self._agi.play(f"{self._sounds}/{name}") if name else ""
        return pressed or (await self._agi.say_digits(digits) if digits else "")

    async def _do(
        self, then: Mapping[str, Any], pressed: str, event: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """What the turn asks for; what was heard, or None at the end."""
        what, seconds = text_of(then.get("do"), 20), _number(then.get("seconds"), 30)
        if what == "ask":
            return {"digits": await self._ask(_number(then.get("most"), 1), seconds, pressed)}
        if what == "record":
            return await self._record(text_of(then.get("name"), 100), seconds, event)
        if what == "connect":
            taken, talked = await self._agi.dial(text_of(then.get("to"), 120), seconds)
            return {"taken": taken, "talked_s": talked}
        return None

    async def _record(self, name: str, seconds: int, event: Mapping[str, Any]) -> dict[str, Any]:
        try:
            length, key = await self._agi.record(name, seconds)
        except HungUp:  # who hangs up after speaking has left a message all the same
            await self._tell({**event, "heard": {"recorded_s": 1}})
            raise
        return {"recorded_s": length, "digits": key if key == "0" else ""}

    async def _ask(self, most: int, seconds: int, pressed: str) -> str:
        digits = "" if pressed == "#" else pressed
        while len(digits) < most and pressed != "#":
            pressed = await self._agi.wait_for_digit(seconds)
            if not pressed:
                break
            digits += "" if pressed == "#" else pressed
        return digits

    def _call(self) -> dict[str, Any]:
        told = self._agi.variables
        return {
            "id": told.get("agi_uniqueid", ""),
            "from": told.get("agi_callerid", ""),
            "name": told.get("agi_calleridname", ""),
            "to": told.get("agi_dnid", "") or told.get("agi_extension", ""),
            "withheld": self._agi.is_hidden,
        }


def _number(value: Any, most: int) -> int:
    """A small whole number from the product, within reason."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return min(max(value, 1), 600) if is_number else most
