"""A voice for Asterisk, which has none: a program of the machine (espeak-ng, text2wave, one of yours) makes sound files of texts.

    voice = Voice("espeak-ng -v {language} --stdin -w {file}", Path("/var/lib/ascolto-voice"))
    name = await voice.sound("Per un guasto premi 1.", "it")      # /var/lib/ascolto-voice/3f…; empty where it could not be said

The text goes to the program's standard input, never into its words. Asterisk plays 8,000 samples a second in one channel: other WAVE
files are made into that. The same text is made once.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import hashlib
import logging
import os
import re
import shlex
import sys
import wave
from pathlib import Path

log = logging.getLogger(__name__)
RATE = 8_000  # samples a second
PATIENCE = 6.0  # seconds for one text: a caller hears silence meanwhile
MOST_FILES = 5_000
LONGEST_TEXT = 1_000  # characters
_LARGEST = 8 * 1024 * 1024  # bytes of one file that a program made


class Voice:
    """See the module's text. `command` is split as a shell does, and run without one."""

    def __init__(self, command: str, folder: Path) -> None:
        self._words = shlex.split(command)
        self._folder = folder.resolve()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._making: dict[str, asyncio.Task[str]] = {}

    async def sound(self, text: str, language: str) -> str:
        """The name of a sound file without its ending, as Asterisk takes it; empty where the text cannot be said."""
        said = text[:LONGEST_TEXT].strip()
        if not said or not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?", language):
            return ""
        name = hashlib.sha256(f"{language}\n{said}".encode("utf-8", "replace")).hexdigest()[:32]
        if (self._folder / f"{name}.wav").exists():
            return str(self._folder / name)
        task = self._making.get(name)
        if task is None:
            task = self._making[name] = asyncio.ensure_future(self._make(name, said, language))
            task.add_done_callback(lambda _: self._making.pop(name, None))
        return await asyncio.shield(task)

    async def _make(self, name: str, text: str, language: str) -> str:
        raw, made = self._folder / f".{name}.raw.wav", self._folder / f"{name}.wav"
        try:
            await self._run(raw, text, language)
            await asyncio.to_thread(as_telephone, raw, made)
            await asyncio.to_thread(self._tidy)
        except (OSError, ValueError, EOFError, wave.Error, TimeoutError) as error:
            log.warning("a text could not be spoken: %s", type(error).__name__)
            return ""
        finally:
            raw.unlink(missing_ok=True)
        return str(self._folder / name)

    async def _run(self, raw: Path, text: str, language: str) -> None:
        words = [word.replace("{language}", language).replace("{file}", str(raw)) for word in self._words]
        quiet = asyncio.subprocess.DEVNULL
        program = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.PIPE, stdout=quiet, stderr=quiet
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await program.communicate(text.encode("utf-8", "replace"))
        finally:
            if program.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    program.kill()
                await program.wait()
        if program.returncode:
            raise ValueError(f"ended with {program.returncode}")

    def _tidy(self) -> None:
        """The oldest go when there are too many."""
        files = sorted(self._folder.glob("*.wav"), key=lambda file: file.stat().st_mtime)
        for file in files[: max(0, len(files) - MOST_FILES)]:
            file.unlink(missing_ok=True)


def as_telephone(source: Path, target: Path) -> None:
    """A WAVE file (16 bits) as one that Asterisk plays; whole or not at all. Raises wave.Error, ValueError, OSError, EOFError."""
    if source.stat().st_size > _LARGEST:
        raise ValueError("too long")
    with wave.open(str(source), "rb") as file:
        if file.getsampwidth() != 2:
            raise ValueError("not of 16 bits")
        channels, rate = file.getnchannels(), file.getframerate()
        samples = array.array("h", file.readframes(_LARGEST))
    if sys.byteorder == "big":
        samples.byteswap()
    told = resampled(samples[::channels], rate)
    if sys.byteorder == "big":
        told.byteswap()
    partly = target.with_suffix(".part")
    with wave.open(str(partly), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(told.tobytes())
    os.replace(partly, target)


def resampled(samples: array.array[int], rate: int) -> array.array[int]:
    """RATE samples a second: each the mean of those that it stands for, which keeps higher tones from folding back as noise."""
    if rate == RATE or not samples:
        return samples
    step = rate / RATE
    found = array.array("h")
    for place in range(int(len(samples) / step)):
        begin = int(place * step)
        end = max(begin + 1, int((place + 1) * step))
        found.append(sum(samples[begin:end]) // (end - begin))
    return found
