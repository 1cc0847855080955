"""The Asterisk Gateway Interface over TCP (FastAGI): lines with variables, then commands and their answers.

https://docs.asterisk.org/Configuration/Interfaces/Asterisk-Gateway-Interface-AGI/
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

_LONGEST_LINE = 4096  # bytes; the reader's limit
_MOST_LINES = 200
_REPLY = re.compile(r"(\d{3})(?:[ -]result=(-?\d+))?\s*(?:\(([^)]*)\))?(?:\s*endpos=(\d+))?")
_HIDDEN = 0x60  # bits of agi_callingpres: presentation restricted, or number unavailable
_ANY = "0123456789*#"


class HungUp(Exception):
    """The caller is gone, or Asterisk is."""


class Refused(Exception):
    """Asterisk does not understand a command, or may not carry it out."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command gave: a number, a word in brackets, where a recording ended (in samples)."""

    result: int
    word: str = ""
    endpos: int = 0


class Agi:
    """One call, as Asterisk lets us command it. Every method raises HungUp when the caller is gone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.variables: Mapping[str, str] = {}

    async def begin(self) -> None:
        """Read who calls."""
        found: dict[str, str] = {}
        for _ in range(_MOST_LINES):
            line = await self._line()
            if not line:
                self.variables = found
                return
            name, _, value = line.partition(":")
            found[name.strip()] = value.strip()
        raise HungUp("too many variables")

    @property
    def is_hidden(self) -> bool:
        """Whether the caller wants the number kept from us."""
        told = self.variables.get("agi_callingpres", "0")
        return bool(int(told) & _HIDDEN) if told.isdigit() else False

    async def command(self, text: str) -> Reply:
        """Give a command and wait for its answer. Raises HungUp, Refused."""
        self._writer.write(text.replace("\n", " ").replace("\r", " ").encode("utf-8", "replace") + b"\n")
        try:
            await self._writer.drain()
        except ConnectionError as error:
            raise HungUp("the connection broke") from error
        return await self._reply()

    async def _reply(self) -> Reply:
        for _ in range(_MOST_LINES):
            line = await self._line()
            read = _REPLY.match(line)
            if line == "HANGUP" or (read and read[1] == "511"):
                raise HungUp("the caller hung up")
            if read and read[1] == "200":
                if read[2] == "-1":
                    raise HungUp("the caller hung up")
                return Reply(int(read[2] or 0), read[3] or "", int(read[4] or 0))
            if read and not line.startswith(f"{read[1]}-"):
                raise Refused(line[:200])
        raise Refused("an answer without an end")

    async def _line(self) -> str:
        try:
            raw = await self._reader.readline()
        except (ValueError, ConnectionError) as error:  # a line longer than the limit
            raise HungUp("the connection broke") from error
        if not raw:
            raise HungUp("the connection ended")
        return raw.decode("utf-8", "replace").rstrip("\r\n")

    # --- what we command ---

    async def play(self, name: str) -> str:
        """Play a sound file; the key that interrupted it, if any. A file that is missing is passed over."""
        try:
            return _key(await self.command(f'STREAM FILE "{_word(name)}" "{_ANY}"'))
        except Refused:
            return ""

    async def say_digits(self, digits: str) -> str:
        """Say digits one by one; the key that interrupted."""
        return _key(await self.command(f'SAY DIGITS {re.sub(r"[^0-9]", "", digits) or "0"} "{_ANY}"'))

    async def say_time(self, epoch: int, zone: str) -> str:
        """Say day and time; the key that interrupted."""
        return _key(await self.command(f'SAY DATETIME {epoch} "{_ANY}" "QkM" "{_word(zone)}"'))

    async def wait_for_digit(self, seconds: int) -> str:
        """One key; empty when none came in time."""
        return _key(await self.command(f"WAIT FOR DIGIT {seconds * 1000}"))

    async def record(self, name: str, seconds: int) -> tuple[int, str]:
        """Record until # or 0, five seconds of silence, or the end of the time; seconds that were recorded, and the key."""
        reply = await self.command(f'RECORD FILE "{_word(name)}" wav "0#" {seconds * 1000} BEEP s=5')
        return reply.endpos // 8000, _key(reply) if reply.word == "dtmf" else ""

    async def dial(self, to: str, seconds: int) -> tuple[bool, int]:
        """Ring somebody; whether they took the call, and for how many seconds they talked."""
        await self.command(f'EXEC Dial "{_word(to)},{seconds},g"')
        status = (await self.command("GET VARIABLE DIALSTATUS")).word
        talked = (await self.command("GET VARIABLE ANSWEREDTIME")).word
        return status == "ANSWER", int(talked) if talked.isdigit() and len(talked) < 7 else 0


def _key(reply: Reply) -> str:
    char = chr(reply.result) if 0 < reply.result < 128 else ""
    return char if char in _ANY else ""


def _word(text: str) -> str:
    """What may stand between quotation marks in a command."""
    return re.sub(r"[^A-Za-z0-9@_./:+-]", "", text.replace("..", ""))[:120]
