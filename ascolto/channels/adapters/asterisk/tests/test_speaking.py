"""A program speaks what a flow says, where Asterisk has no voice."""

from __future__ import annotations

import asyncio
import shutil
import sys
import wave
from pathlib import Path

import pytest

from ascolto.channels.adapters.asterisk.speaking import RATE, Voice

PROGRAM = """
import sys, wave
text = sys.stdin.read()
open(sys.argv[3], "a").write(sys.argv[1] + ":" + text + "\\n")
with wave.open(sys.argv[2], "wb") as out:
    out.setnchannels(2), out.setsampwidth(2), out.setframerate(22050)
    out.writeframes(b"\\x00\\x10\\x00\\x20" * 22050)
"""


def voice(folder: Path, program: str = PROGRAM) -> Voice:
    script = folder / "speak.py"
    script.write_text(program)
    return Voice(f"{sys.executable} {script} {{language}} {{file}} {folder / 'log'}", folder / "made")


def say(voice: Voice, *texts: str, language: str = "it") -> list[str]:
    async def all_at_once() -> list[str]:
        return await asyncio.gather(*(voice.sound(text, language) for text in texts))

    return asyncio.run(all_at_once())


def test_a_text_becomes_a_file_that_asterisk_plays_and_is_made_once(tmp_path: Path) -> None:
    speaking = voice(tmp_path)
    first, second = say(speaking, "Per un guasto premi 1.", "Per un guasto premi 1.")
    assert first == second
    assert say(speaking, "Per un guasto premi 1.") == [first]
    with wave.open(f"{first}.wav") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        assert file.getnframes() == RATE
        assert file.readframes(1) == b"\x00\x10"  # the left one of two
    assert (tmp_path / "log").read_text() == "it:Per un guasto premi 1.\n"
    assert [file.name for file in (tmp_path / "made").iterdir()] == [f"{Path(first).name}.wav"]


@pytest.mark.parametrize(
    "program",
    ["import sys; sys.exit(3)", "", "import sys; open(sys.argv[2], 'wb').write(b'RIFF' * 100)", "1/0"],
)
def test_a_program_that_fails_says_nothing_and_leaves_nothing(tmp_path: Path, program: str) -> None:
    assert say(voice(tmp_path, program), "Ciao") == [""]
    assert list((tmp_path / "made").iterdir()) == []


def test_a_program_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert say(Voice("/no/such/program {file}", tmp_path), "Ciao") == [""]


def test_hostile_texts_never_become_words_of_the_command(tmp_path: Path) -> None:
    speaking = voice(tmp_path)
    texts = ["$(touch x)", "--help", "a\x00b", "\ud800", "‮" * 100_000, "👩‍🚀" * 10_000]
    assert all(say(speaking, *texts))
    assert say(speaking, "Ciao", language="it; rm -rf /") == [""]
    assert say(speaking, "   ") == [""]


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_espeak_speaks(tmp_path: Path) -> None:
    (made,) = say(Voice("espeak-ng -v {language} --stdin -w {file}", tmp_path), "Buongiorno Giulia.")
    with wave.open(f"{made}.wav") as file:
        assert file.getframerate() == RATE
        assert 0.5 < file.getnframes() / RATE < 5
        assert max(file.readframes(RATE)) > 0
